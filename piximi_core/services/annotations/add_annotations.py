"""The service "add-annotations": bring in what `read_annotations` found, as one undoable step."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from piximi_core.errors import BadInput, PiximiError
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Change, Request, Result, Service
from piximi_core.messages import Message
from piximi_core.project.contents.categories import category_named, clean_name
from piximi_core.project.contents.kinds import ensure_kind
from piximi_core.project.contents.notes.on_objects import FROM_FILE, note_drawn
from piximi_core.project.contents.objects import NewObject, add_objects, read_runs
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store, current_user
from piximi_core.services.annotations.annotation_set import CROWD
from piximi_core.services.annotations.read_annotations import FOUND, READ_ANNOTATIONS, found_objects
from piximi_core.vocabulary import new_id

__all__ = ["ADD_ANNOTATIONS", "AddAnnotationsRequest", "AnnotationsAdded", "ask", "run"]

_LONGEST_NAME = 200  # of the file, kept with each object


class AddAnnotationsRequest(Request):
    """How many objects are in ``found.jsonl``, and the colours of new categories.

    Attributes
    ----------
    name
        Of the file that they come from.
    """

    count: int
    colors: tuple[tuple[str, str, str], ...] = ()
    name: str = ""


class AnnotationsAdded(Result):
    """How many objects came in."""

    added: int


def ask(store: Store, look: Job, *, who: str | None = None) -> Job:
    """Write the request to bring in what a look at a file found.

    Raises
    ------
    BadInput
        The look is not done, it found nothing new, or it left a kind to be asked for.
    """
    result = READ_ANNOTATIONS.found(look)
    if result is None or not (look.folder / FOUND).is_file():
        raise BadInput("The file of annotations was not read to its end; choose it again.")
    if result.asked:
        raise BadInput("The file calls a kind by an id that nobody knows; say first which it is.")
    if not result.new:
        raise BadInput("There is nothing to import: the file holds no new object for these images.")
    folder = store.files.jobs / new_id()
    folder.mkdir(parents=True)
    # A copy: the look's own folder may be cleared away before this is done.
    shutil.copyfile(look.folder / FOUND, folder / FOUND)
    request = AddAnnotationsRequest(
        count=result.new,
        colors=result.colors,
        name=READ_ANNOTATIONS.request(look).name,
        who=who or current_user(),
    )
    return ADD_ANNOTATIONS.ask(folder, request)


def run(job: Job, request: AddAnnotationsRequest) -> AnnotationsAdded:
    """Make sure that all of what is to come in can be read; return how many there are."""
    count = sum(1 for _row in found_objects(job))
    if count != request.count:
        raise PiximiError("The list of objects is damaged on the disk; choose the file again.")
    return AnnotationsAdded(added=count)


def _step_name(_job: Job, _request: AddAnnotationsRequest, result: AnnotationsAdded) -> str:
    return Message(
        "Import {objects}", objects=Message.plural("{n} object", "{n} objects", n=result.added)
    )


def _bring_in(
    _store: Store,
    db: Connection,
    job: Job,
    request: AddAnnotationsRequest,
    _result: AnnotationsAdded,
) -> None:
    """Add the objects, but those whose image was deleted meanwhile."""
    rows = list(found_objects(job))
    images = schema.images
    sizes = {row.id: row for row in db.execute(select(images.c.id, images.c.planes)).all()}
    rows = [row for row in rows if row["image"] in sizes]
    kinds = {name: ensure_kind(db, name) for name in dict.fromkeys(row["kind"] for row in rows)}
    fresh = _missing_colors(db, kinds, request.colors)
    ids = add_objects(db, [_new(row, kinds) for row in rows], who=request.who)
    if request.name:
        note_drawn(db, ids, f"{FROM_FILE}{request.name[:_LONGEST_NAME]}", request.who)
    for (kind_id, name), color in fresh.items():
        category = category_named(db, kind_id, name)
        if category is not None:
            place = schema.categories.c.id == category.id
            db.execute(schema.categories.update().where(place).values(color=color))


def _missing_colors(
    db: Connection, kinds: Mapping[str, str], colors: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str], str]:
    """Return the file's colours of categories that the project has not; others keep theirs."""
    fresh = {}
    for kind, name, color in colors:
        kind_id = kinds.get(kind)
        if kind_id is not None and category_named(db, kind_id, clean_name(name)) is None:
            fresh[kind_id, clean_name(name)] = color
    return fresh


def _new(row: Mapping[str, Any], kinds: Mapping[str, str]) -> NewObject:
    x1, y1, x2, y2 = row["box"]
    return NewObject(
        image_id=row["image"],
        kind_id=kinds[row["kind"]],
        box=(x1, y1, x2, y2),
        runs=read_runs(row["mask"]),
        plane=row["plane"],
        name=row["name"],
        category=row["category"],
        partition=row["partition"] if row["category"] else None,
        metadata={CROWD: "1"} if row["crowd"] else {},
    )


ADD_ANNOTATIONS = Service(
    name="add_annotations",
    title=Message("Importing annotations"),
    asks=AddAnnotationsRequest,
    finds=AnnotationsAdded,
    run=run,
    page="images",
    change=Change(_bring_in, _step_name),
)
