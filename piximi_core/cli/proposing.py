"""The command that proposes objects; a person answers them on the Annotate page."""

from __future__ import annotations

import json as json_text
from typing import Annotated, get_args

import typer

from piximi_core.annotation.tools.proposing import Method, Tone
from piximi_core.cli.support.common import Json, Project, open_settled, show
from piximi_core.errors import BadInput, NotFound, shown
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import find_kind
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import propose_objects
from piximi_core.services.annotations.propose_objects import ObjectsProposed, ProposeRequest
from piximi_core.words import plural

__all__ = ["propose_command"]

_MOST_TOLD = 20
_LARGEST = 100_000.0  # pixels


def propose_command(
    project: Project,
    kind: Annotated[str, typer.Option(help="The kind of the objects, made if there is none.")],
    diameter: Annotated[
        float | None,
        typer.Option(help="Of the objects, in pixels; else that of the kind's, or found out."),
    ] = None,
    method: Annotated[
        str, typer.Option(help="outlines (whole objects) or spots (small and round).")
    ] = "outlines",
    tone: Annotated[
        str, typer.Option(help="Whether they are bright or dark; auto finds out.")
    ] = "auto",
    channel: Annotated[
        list[int] | None,
        typer.Option(min=1, help="A channel to look at, from 1, as often as wished; else all."),
    ] = None,
    image: Annotated[
        list[str] | None, typer.Option(help="Only the image of this name, as often as wished.")
    ] = None,
    all_planes: Annotated[
        bool, typer.Option("--all-planes", help="Look at every plane, not at the shown one alone.")
    ] = False,
    json: Json = False,
) -> None:
    """Propose objects in images, as one undoable step; what is drawn already stays as it is."""
    request = ProposeRequest(
        diameter=_checked(diameter),
        method=_one_of(method, get_args(Method), "--method"),
        tone=_one_of(tone, get_args(Tone), "--tone"),
        channels=tuple(number - 1 for number in channel or ()),
        all_planes=all_planes,
    )
    store = open_settled(project)
    try:
        of_kind = {"kind_id": find_kind(store, kind).id}
    except NotFound:
        of_kind = {"new_kind": kind}
    job = propose_objects.ask(
        store, _images(store, image or []), request.model_copy(update=of_kind)
    )
    result: ObjectsProposed = run_here(store, job)
    for name, reason in result.failed[:_MOST_TOLD]:
        typer.echo(f"failed: {name}: {reason}", err=True)
    kept = json_text.loads((job.folder / "applied.json").read_text("utf-8"))["kept"]
    there = f"; {result.found - kept:,} were drawn already" if result.found > kept else ""
    text = (
        f"Proposed {plural(kept, 'object')} in {plural(result.images, 'image')}{there}; accept or "
        "reject them on the Annotate page."
    )
    show({**result.in_english(), "proposed": kept}, json, text)


def _checked(diameter: float | None) -> float | None:
    if diameter is not None and not 0 < diameter <= _LARGEST:
        raise BadInput("--diameter is a number of pixels above 0, such as 20.")
    return diameter


def _one_of(value: str, known: tuple[str, ...], option: str) -> str:
    if value in known:
        return value
    raise BadInput(
        "{option} {value!r} is not known; use one of {known}.",
        option=option,
        value=shown(value),
        known=", ".join(known),
    )


def _images(store: Store, names: list[str]) -> list[str]:
    ids = find_ids(store, ThingFilter())
    if not names:
        return ids
    known = {thing.name: thing.id for thing in get_things(store, ids)}
    for name in names:
        if name not in known:
            raise NotFound("There is no image {name!r} in this project.", name=name[:80])
    return [known[name] for name in dict.fromkeys(names)]
