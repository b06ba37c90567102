"""The service "propose_objects": what objects many images may hold, for a person to answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from piximi_core.annotation.regions import Region
from piximi_core.annotation.tools.proposing import (
    Method,
    Tone,
    Wanted,
    propose,
    propose_diameter,
)
from piximi_core.annotation.tools.tones import of_channels
from piximi_core.errors import BadInput, PiximiError, Stopped
from piximi_core.jobs.folder import Job, write_json
from piximi_core.jobs.service import Change, Request, Result, Said, Service
from piximi_core.messages import Message
from piximi_core.project.contents.kinds import ensure_kind
from piximi_core.project.contents.objects import read_runs
from piximi_core.project.contents.proposals import replace_proposals, usual_diameter
from piximi_core.project.contents.things import get_things
from piximi_core.project.database.schema import images
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.services.scoring.items import Item, item_of, read_items, write_items
from piximi_core.services.scoring.recent_pictures import open_planes
from piximi_core.vocabulary import IMAGE_KIND, new_id

__all__ = ["PROPOSE_OBJECTS", "ObjectsProposed", "ProposeRequest", "ask", "run"]

_ITEMS, _FOUND = "data.csv", "found.jsonl"


class ProposeRequest(Request):
    """What is looked for; the images are in ``data.csv``.

    Attributes
    ----------
    kind_id, new_kind
        The kind of the objects, or the name of one to be made with them.
    diameter
        Of the objects, in pixels; None to find it out for each image.
    method, tone
        As of `annotation.tools.proposing.Wanted`.
    channels
        Those that are looked at, from 0; none for all. What an image has not is left out.
    all_planes
        Whether every plane is looked at, or the one that the image is shown with.
    """

    kind_id: str = ""
    new_kind: str = ""
    diameter: float | None = None
    method: Method = "outlines"
    tone: Tone = "auto"
    channels: tuple[int, ...] = ()
    all_planes: bool = False


class ObjectsProposed(Result):
    """What came of it.

    Attributes
    ----------
    found
        How many objects, those that are drawn already among them.
    images
        How many images were looked at.
    failed
        What could not be read: name and reason.
    """

    found: int
    images: int
    failed: tuple[tuple[str, Said], ...] = ()


def ask(
    store: Store, image_ids: Sequence[str], request: ProposeRequest, *, who: str | None = None
) -> Job:
    """Write the request to propose objects in images.

    Parameters
    ----------
    request
        Without a diameter, that of the kind's objects is taken if there are any.

    Raises
    ------
    BadInput
        There is no image, or no kind of objects.
    """
    found = get_things(store, image_ids)
    if not found:
        raise BadInput("There is no image to propose objects in; add images first.")
    if not (request.kind_id or request.new_kind):
        raise BadInput("Say first of which kind the objects are.")
    if request.kind_id == IMAGE_KIND:
        raise BadInput("The kind Image holds the images themselves; choose a kind of objects.")
    diameter = request.diameter
    if diameter is None and request.kind_id:
        diameter = usual_diameter(store, request.kind_id)
    folder = store.files.jobs / new_id()
    write_items(folder / _ITEMS, (item_of(thing, settings={}) for thing in found))
    more = {"diameter": diameter, "who": who or current_user()}
    return PROPOSE_OBJECTS.ask(folder, request.model_copy(update=more))


def run(job: Job, request: ProposeRequest) -> ObjectsProposed:
    """Look at one image after the other; keep what is found in the job's folder, whole or not."""
    items = read_items(job.folder / _ITEMS)
    files = ProjectFiles(job.project_folder)
    failed: list[tuple[str, str]] = []
    found = 0
    with (
        replace_atomically(job.folder / _FOUND) as part,
        part.open("w", encoding="utf-8") as lines,
    ):
        for number, item in enumerate(items):
            job.raise_if_stopped()
            job.report(
                number,
                len(items),
                Message(
                    "Looking for objects: {done:,} of {count:,}", done=number, count=len(items)
                ),
            )
            try:
                for plane, regions in _look(job, item, item.path(files), request):
                    found += len(regions)
                    lines.write(_line(item.id, plane, regions))
            except Stopped:
                raise
            except PiximiError as error:
                failed.append((item.name, str(error)))
    if len(failed) == len(items):
        raise BadInput.saying(failed[0][1])
    return ObjectsProposed(found=found, images=len(items) - len(failed), failed=tuple(failed))


def _look(
    job: Job, item: Item, path: Path, request: ProposeRequest
) -> Iterator[tuple[int, list[Region]]]:
    with open_planes(path, name=item.name, channels=item.read_channels or None) as picture:
        for plane in range(picture.planes) if request.all_planes else (item.plane,):
            job.raise_if_stopped()
            pixels = of_channels(picture.plane(plane), request.channels)
            diameter = request.diameter or propose_diameter(pixels)
            yield plane, propose(pixels, Wanted(diameter, request.method, request.tone))


def _line(image_id: str, plane: int, regions: Sequence[Region]) -> str:
    told = [[*region.box, " ".join(map(str, region.runs))] for region in regions]
    return json.dumps({"image": image_id, "plane": plane, "regions": told}) + "\n"


def _found(job: Job) -> Iterator[tuple[str, int, list[Region]]]:
    try:
        with (job.folder / _FOUND).open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                regions = [
                    Region((x1, y1, x2, y2), read_runs(mask))
                    for x1, y1, x2, y2, mask in row["regions"]
                ]
                yield row["image"], row["plane"], regions
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise PiximiError(
            "What the job {job} found is damaged on the disk; propose once more.", job=job.id[:8]
        ) from error


def _step_name(_job: Job, request: ProposeRequest, result: ObjectsProposed) -> str:
    images = Message.plural("{n} image", "{n} images", n=result.images)
    return Message("Propose objects on {images}", images=images)


def _bring_in(
    _store: Store, db: Connection, job: Job, request: ProposeRequest, _result: ObjectsProposed
) -> None:
    """Propose them, but in images deleted meanwhile, and what is drawn there already."""
    kind_id = ensure_kind(db, request.new_kind) if request.new_kind else request.kind_id
    there = set(db.execute(select(images.c.id)).scalars())
    proposed = skipped = 0
    for image_id, plane, regions in _found(job):
        if image_id in there:
            proposed += replace_proposals(db, image_id, plane, kind_id, regions)
        else:
            skipped += 1
    write_json(job.folder / "applied.json", {"kept": proposed, "skipped": skipped})


PROPOSE_OBJECTS = Service(
    name="propose_objects",
    title=Message("Proposing objects"),
    asks=ProposeRequest,
    finds=ObjectsProposed,
    run=run,
    page="annotate",
    change=Change(_bring_in, _step_name),
)
