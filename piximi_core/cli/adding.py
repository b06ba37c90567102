"""The commands that make a project and add images to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, get_args

import typer

from piximi_core.cli.support.common import Project, open_settled
from piximi_core.cli.support.source_files import sources
from piximi_core.errors import BadInput
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_request import Added, Equal
from piximi_core.services.importing.compare_pixels import compare_pixels
from piximi_core.vocabulary import require_partition
from piximi_core.words import plural

__all__ = ["add", "added", "create", "reasons"]

_REASONS = 20


def create(
    project: Project, name: Annotated[str, typer.Option(help="Its name for people.")] = ""
) -> None:
    """Create an empty project."""
    store = create_store(project.absolute(), name or project.absolute().name)
    typer.echo(f"Created the project in {store.folder}.")


def add(
    project: Project,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, folders, zips.")],
    labels: Annotated[
        str, typer.Option(help="'folders', or a CSV of name,category[,partition].")
    ] = "",
    channels: Annotated[
        int | None, typer.Option(min=1, help="Channels of stacks that do not say.")
    ] = None,
    time: Annotated[
        str, typer.Option(metavar="T", help="Which time point of series: 1, 2, … or 'planes'.")
    ] = "",
    convert: Annotated[
        bool, typer.Option("--convert", help="Convert images to the project's channel count.")
    ] = False,
    category: Annotated[str, typer.Option(help="Category of images without a label.")] = "",
    partition: Annotated[str, typer.Option(help="Partition of the new images.")] = "",
    equal: Annotated[
        str, typer.Option(help="Images whose pixels are there in another file: keep or leave-out.")
    ] = "keep",
) -> None:
    """Add images."""
    if equal not in get_args(Equal):
        raise BadInput(
            "{equal!r} is no choice for --equal; use keep or leave-out.", equal=equal[:40]
        )
    if partition:
        require_partition(partition)
    store = open_settled(project)
    table = labels not in ("", "folders")
    options = add_images.AddOptions(
        labels=str(Path(labels).absolute()) if table else labels or None,
        channels=channels,
        time=_time_point(time),
        convert=convert,
        category=category or None,
        partition=partition or None,
        equal="leave-out" if equal == "leave-out" else "keep",
    )
    compare_pixels(store)
    result: Added = run_here(store, add_images.ask(store, sources(paths), options))
    typer.echo(added(result))
    for line in reasons(result):
        typer.echo(line, err=True)
    if not result.added and result.failed:
        raise BadInput("No image was added; the reasons are listed above.")


def _time_point(text: str) -> int | Literal["planes"] | None:
    if text == "planes":
        return "planes"
    if text and not (text.isdecimal() and int(text) > 0):
        raise BadInput(
            "{text!r} is no time point; give --time 1, 2, … or --time planes.", text=text
        )
    return int(text) if text else None


def added(result: Added) -> str:
    """Return the outcome of an import in one line."""
    text = (
        f"Added {result.added:,}, duplicates {len(result.duplicates):,}, "
        f"conflicts {len(result.conflicts):,}, failed {len(result.failed):,}."
    )
    if hidden := len(result.hidden):
        text = f"{text[:-1]}, hidden and left out {hidden:,}."
    renamed = len(result.renamed) + len(result.named)
    if renamed:
        text += f" {plural(renamed, 'image')} renamed: others have the same base name."
    if result.labels_came:
        verb = "was" if result.there == 1 else "were"
        text += (
            f" {result.there:,} {verb} there already: "
            f"{plural(result.labels_given, 'label')} given, "
            f"{plural(result.label_conflicts, 'conflict')}."
        )
    if result.equal:
        text += f" {plural(len(result.equal), 'image')} of the same pixels as another one."
    return f"Stopped. {text}" if result.stopped else text


def reasons(result: Added) -> list[str]:
    """Return one line for each file that was not added or is called otherwise, some of each."""
    lines = []
    for sort in ("failed", "conflicts", "duplicates", "equal", "hidden"):
        listed = getattr(result, sort)
        lines += [f"{sort.rstrip('s')}: {name}: {why}" for name, why in listed[:_REASONS]]
        if len(listed) > _REASONS:
            lines.append(f"{sort}: and {len(listed) - _REASONS:,} more")
    renamed = [*result.renamed, *result.named]
    lines += [f"renamed: {before} is called {after}" for before, after in renamed[:_REASONS]]
    if len(renamed) > _REASONS:
        lines.append(f"renamed: and {len(renamed) - _REASONS:,} more")
    return lines
