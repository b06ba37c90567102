"""The service "read-annotations": what a file would bring, before anything is brought in.

The job's folder keeps the objects found; `add_annotations` puts them into the project.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field
from sqlalchemy import select

from piximi_core.annotation.regions import Box, Region, tightened
from piximi_core.errors import BadInput, NotFound, short_enough
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    ObjectKind,
    Problem,
)
from piximi_core.formats.annotations.placing import Placed, PlacedObject, place_annotations
from piximi_core.formats.annotations.registry import find_format, read_annotations
from piximi_core.jobs.folder import Job, read_json, write_json
from piximi_core.jobs.service import Record, Request, Result, Said, Service
from piximi_core.messages import Message
from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import ProjectFiles
from piximi_core.project.naming.image_names import origins_of
from piximi_core.services.annotations.page_layouts import PageLayouts, page_layouts
from piximi_core.services.importing.sources import SourceFile
from piximi_core.vocabulary import IMAGE_KIND, new_id

__all__ = [
    "DEFAULT_KIND",
    "FOUND",
    "READ_ANNOTATIONS",
    "AnnotationsFound",
    "FoundKind",
    "ReadAnnotationsRequest",
    "ReadOptions",
    "Unmatched",
    "ask",
    "found_objects",
    "run",
]

DEFAULT_KIND = "object"
FOUND = "found.jsonl"
_PROJECT = "project.json"
_MOST_TOLD = 1000


@dataclass(frozen=True)
class ReadOptions:
    """How a file of annotations is read.

    Attributes
    ----------
    format
        A name of `formats.annotations.registry.FORMATS`; empty to find out.
    kind
        One kind for all objects; empty to take those of the file.
    image
        The image of the project that all objects belong to; empty to go by names.
    kinds
        For ids by which the file calls kinds, and that nobody knows: which kinds they are.
    """

    format: str = ""
    kind: str = ""
    image: str = ""
    kinds: dict[str, str] = field(default_factory=dict)


class ReadAnnotationsRequest(Request):
    """Which file is read, and how; see `ReadOptions`.

    Attributes
    ----------
    path, name
        Where the file lies, and what it is called.
    """

    path: str
    name: str
    format: str = ""
    kind: str = ""
    image: str = ""
    kinds: dict[str, str] = Field(default_factory=dict)


class FoundKind(Record):
    """How many new objects a file holds of one kind and category."""

    kind: str
    category: str
    count: int


class Unmatched(Record):
    """An image of the file that the project does not have, and the objects lost with it."""

    image: str
    objects: int
    reason: Said


class AnnotationsFound(Result):
    """What a file would bring; the objects are in ``found.jsonl``.

    Attributes
    ----------
    format
        What it is.
    images, matched
        How many images it speaks of, and how many of the project these are.
    found, new, present
        How many objects it holds, how many of them would come in, and how many are there already.
    asked
        Ids by which it calls kinds, and that nobody knows: how many objects each has.
    colors
        Kind, category and colour of each category.
    """

    format: str
    images: int
    matched: int
    found: int
    new: int
    present: int
    kinds: tuple[FoundKind, ...] = ()
    asked: dict[str, int] = Field(default_factory=dict)
    colors: tuple[tuple[str, str, str], ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    unmatched_count: int = 0
    empty_count: int = 0
    skipped: tuple[tuple[str, Said], ...] = ()
    skipped_count: int = 0
    repaired: tuple[tuple[str, Said], ...] = ()
    repaired_count: int = 0


def ask(
    store: Store,
    source: SourceFile,
    options: ReadOptions | None = None,
    *,
    job_id: str | None = None,
    who: str | None = None,
) -> Job:
    """Write the request for a look into a file of annotations.

    Raises
    ------
    BadInput
        There is no such format.
    NotFound
        There is no such image in the project.
    """
    options = options or ReadOptions()
    if options.format:
        find_format(options.format)
    images = list_things(store, ThingFilter())
    with store.read() as db:
        origins = origins_of(db, IMAGE_KIND)
    if options.image and options.image not in {image.name for image in images}:
        raise NotFound("There is no image {image!r} in this project.", image=options.image[:80])
    folder = store.files.jobs / (job_id or new_id())
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        asdict(AnnotatedImage(i.name, i.width, i.height, i.planes, i.channels, i.id))
        | (asdict(origins[i.id]) if i.id in origins else {})
        for i in images
    ]
    kinds = [
        asdict(ObjectKind(kind.name, kind.id)) for kind in list_kinds(store) if not kind.is_image
    ]
    content = {
        "images": rows,
        "kinds": kinds,
        "present": _present(store),
        "stacks": page_layouts(images),
    }
    write_json(folder / _PROJECT, content, durable=False)
    request = ReadAnnotationsRequest(
        path=str(source.path.absolute()),
        name=source.name,
        **asdict(options),
        who=who or current_user(),
    )
    return READ_ANNOTATIONS.ask(folder, request)


def _sizes(images: Iterable[AnnotatedImage]) -> dict[tuple[int, int], int]:
    sizes: dict[tuple[int, int], int] = {}
    for image in images:
        size = (image.height or 0, image.width or 0)
        sizes[size] = max(sizes.get(size, 1), image.planes or 1)
    return sizes


def _present(store: Store) -> list[str]:
    """Return a short digest of every object, so that none comes in a second time."""
    objects, things, kinds = schema.objects, schema.things, schema.kinds
    query = (
        select(objects, kinds.c.name)
        .join(things, things.c.id == objects.c.id)
        .join(kinds, kinds.c.id == things.c.kind_id)
    )
    with store.read() as db:
        return [
            _digest(r.image_id, r.name, r.plane, _region((r.x1, r.y1, r.x2, r.y2), r.mask))
            for r in db.execute(query)
        ]


def _region(box: Box, mask: str) -> Region:
    return Region(box, tuple(map(int, mask.split())))


def _digest(image_id: str, kind: str, plane: int, region: Region) -> str:
    """Return what is the same for objects of the same pixels, however wide their boxes are."""
    try:
        tight = tightened(region)
    except BadInput:
        tight = region  # a mask that does not fill its box, from a damaged database
    text = json.dumps([image_id, kind.casefold(), plane, *tight.box, *tight.runs])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def run(job: Job, request: ReadAnnotationsRequest) -> AnnotationsFound:
    """Read the file, find images and pixels, and say what there is."""
    project = read_json(job.folder / _PROJECT)
    images = [AnnotatedImage(**row) for row in project.get("images", [])]
    job.report(0, 1, Message("Reading annotations"))
    scratch = job.folder / "scratch"
    scratch.mkdir(exist_ok=True)
    try:
        name, found = read_annotations(
            Path(request.path),
            request.name,
            scratch,
            known=[image.name for image in images],
            sizes=_sizes(images),
            format_name=request.format,
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)

    def check(done: int, total: int) -> None:
        if done % 200 == 0:
            job.raise_if_stopped()
            job.report(
                done,
                total,
                Message("Finding pixels: {done:,} of {total:,} objects", done=done, total=total),
            )

    kinds = [ObjectKind(**row) for row in project.get("kinds", [])]
    placed = place_annotations(
        found,
        images,
        default_kind=kinds[0].name if len(kinds) == 1 else DEFAULT_KIND,
        kind=request.kind or None,
        kinds=kinds,
        answers=request.kinds,
        image=request.image or None,
        stack_of=PageLayouts(ProjectFiles(job.project_folder), project.get("stacks", {})),
        check=check,
    )
    new, doubled = _write(job, placed, set(project.get("present", [])))
    return _summary(name, found, placed, new, doubled)


def _write(job: Job, placed: Placed, present: set[str]) -> tuple[Counter[tuple[str, str]], int]:
    """Write the new objects as lines; return how many of each kind and category, and doubles."""
    new: Counter[tuple[str, str]] = Counter()
    doubled = 0
    with (job.folder / FOUND).open("w", encoding="utf-8") as file:
        for item in placed.objects:
            row = _line(item)
            digest = _digest(row["image"], item.kind, item.plane, item.region)
            if digest in present:
                doubled += 1
                continue
            present.add(digest)
            new[item.kind, item.category or ""] += 1
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return new, doubled


def _line(item: PlacedObject) -> dict[str, Any]:
    return {
        "image": item.image.id,
        "kind": item.kind,
        "category": item.category,
        "box": item.region.box,
        "mask": " ".join(map(str, item.region.runs)),
        "plane": item.plane,
        "name": item.name,
        "partition": item.partition,
        "crowd": item.crowd,
    }


def _summary(
    format_name: str,
    found: AnnotationSet,
    placed: Placed,
    new: Counter[tuple[str, str]],
    doubled: int,
) -> AnnotationsFound:
    # An image without an object loses nothing by being missing: many such are one number.
    missed = [(problem, count) for problem, count in placed.unmatched if count]
    return AnnotationsFound(
        format=format_name,
        images=len(placed.matched) + len(placed.unmatched),
        matched=len(set(placed.matched.values())),
        found=len(found.objects),
        new=sum(new.values()),
        present=doubled,
        kinds=tuple(
            FoundKind(kind=kind, category=category, count=count)
            for (kind, category), count in new.items()
        ),
        asked=placed.asked,
        colors=tuple((*pair, color) for pair, color in placed.colors.items()),
        unmatched=tuple(
            Unmatched(image=short_enough(problem.what), objects=count, reason=problem.reason)
            for problem, count in missed[:_MOST_TOLD]
        ),
        unmatched_count=len(missed),
        empty_count=len(placed.unmatched) - len(missed),
        skipped=_told(placed.skipped),
        skipped_count=len(placed.skipped),
        repaired=_told(placed.repaired),
        repaired_count=len(placed.repaired),
    )


def _told(problems: list[Problem]) -> tuple[tuple[str, str], ...]:
    return tuple((short_enough(problem.what), problem.reason) for problem in problems[:_MOST_TOLD])


def found_objects(job: Job) -> Iterator[dict[str, Any]]:
    """Yield the objects that a finished look found."""
    with (job.folder / FOUND).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


READ_ANNOTATIONS = Service(
    name="read_annotations",
    title=Message("Reading annotations"),
    asks=ReadAnnotationsRequest,
    finds=AnnotationsFound,
    run=run,
    page="images",
    shown="never",
)
