"""The service "export-annotations": objects and labels as files for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import file_word
from piximi_core.formats.annotations.model import Problem
from piximi_core.formats.annotations.registry import FORMATS, find_format, write_annotations
from piximi_core.formats.tables.excel import open_table
from piximi_core.formats.tables.label_table import write_label_table
from piximi_core.jobs.applying import done_jobs
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Request, Result, Said, Service
from piximi_core.messages import Message
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import find_kind
from piximi_core.project.contents.things import Thing, ThingFilter, list_things
from piximi_core.project.database.store import Store, current_user, open_store
from piximi_core.project.files import disk_errors_in_words
from piximi_core.project.workspace import project_name
from piximi_core.services.annotations.annotation_set import gather_annotations
from piximi_core.services.annotations.class_folders import write_class_folders
from piximi_core.vocabulary import IMAGE_KIND, is_unknown, new_id

__all__ = [
    "EXPORT_ANNOTATIONS",
    "TABLES",
    "AnnotationsRequest",
    "AnnotationsWritten",
    "ask",
    "delivered_annotations",
    "finished_annotations",
    "run",
    "styles_of",
]

_MOST_TOLD = 1000

# What is written besides the annotation formats: of one kind each, Image by default.
TABLES: dict[str, tuple[str, ...]] = {"csv": ("table",), "folders": ("whole", "blanked")}


class AnnotationsRequest(Request):
    """In which format and way which kind is written; see `ask`."""

    format: str
    style: str
    kind: str = ""
    ending: str = ""


class AnnotationsWritten(Result):
    """The file, relative to the job's folder, and what is in it.

    Attributes
    ----------
    count
        How many rows, images or objects.
    problems, problem_count
        What could not be written, with the reason: the first of them, and how many there are.
    """

    file: str
    bytes: int
    count: int
    problems: tuple[tuple[str, Said], ...] = ()
    problem_count: int = 0


def styles_of(format_name: str) -> tuple[str, ...]:
    """Return in which ways a format can be written, the usual one first.

    Raises
    ------
    BadInput
        There is no such format.
    """
    if format_name in TABLES:
        return TABLES[format_name]
    return find_format(format_name).styles


def ask(
    store: Store,
    format_name: str,
    *,
    style: str = "",
    kind: str = "",
    ending: str = "",
    who: str | None = None,
) -> Job:
    """Write the request for an export of annotations.

    Parameters
    ----------
    format_name, style
        See `formats.annotations.registry`; besides those, ``csv`` writes a table of labels and
        ``folders`` the images themselves, in folders named after their categories.
    kind
        Name or id of a kind; empty for all kinds of objects (tables and folders: the images).
    ending
        Of the file, if one of a single image could be written bare or in a zip.

    Raises
    ------
    BadInput
        There is no such format or style, or there is nothing to write.
    NotFound
        There is no such kind.
    """
    styles = styles_of(format_name)
    if style and style not in styles:
        raise BadInput(
            "{style!r} is no way to write this; choose one of {styles}.",
            style=style,
            styles=", ".join(styles),
        )
    found = find_kind(store, kind) if kind else None
    if found is not None and found.is_image and format_name in FORMATS:
        raise BadInput(
            "Whole images have no outlines; choose a kind of objects, or the format csv or folders."
        )
    request = AnnotationsRequest(
        format=format_name,
        style=style or styles[0],
        kind=found.id if found else "",
        ending=ending,
        who=who or current_user(),
    )
    return EXPORT_ANNOTATIONS.ask(store.files.jobs / new_id(), request)


def run(job: Job, request: AnnotationsRequest) -> AnnotationsWritten:
    """Write the file into the job's folder and say what is in it."""
    store = open_store(job.project_folder)
    out = job.folder / "out"
    out.mkdir(exist_ok=True)
    job.report(0, 1, Message("Writing annotations"))
    with disk_errors_in_words(out):
        if request.format in FORMATS:
            path, count, problems = _objects(store, request, out)
        elif request.format == "csv":
            path, count, problems = _table(store, request, out)
        else:
            path, count, problems = _folders(job, store, request, out)
    return AnnotationsWritten(
        file=str(path.relative_to(job.folder)),
        bytes=path.stat().st_size,
        count=count,
        problems=tuple((problem.what, problem.reason) for problem in problems[:_MOST_TOLD]),
        problem_count=len(problems),
    )


_Written = tuple[Path, int, list[Problem]]


def _objects(store: Store, request: AnnotationsRequest, out: Path) -> _Written:
    found = gather_annotations(store, request.kind or None)
    if not found.objects:
        raise BadInput("There are no objects to write; import some first.")
    path, problems = write_annotations(
        found, out, request.format, style=request.style, ending=request.ending
    )
    return path, len(found.objects), problems


def _table(store: Store, request: AnnotationsRequest, out: Path) -> _Written:
    kind = find_kind(store, request.kind or IMAGE_KIND)
    things = list_things(store, ThingFilter(kind_id=kind.id))
    names = {category.id: category.name for category in list_categories(store, kind.id)}
    path = out / f"{file_word(project_name(store))}-{file_word(kind.name)}.csv"
    with open_table(path) as file:
        count = write_label_table(file, _rows(things, names))
    return path, count, []


def _rows(things: list[Thing], names: dict[str, str]) -> Iterator[dict[str, object]]:
    for thing in things:
        unknown = is_unknown(thing.category_id)
        row: dict[str, object] = {
            "name": thing.name,
            "category": "" if unknown else names[thing.category_id],
            "partition": thing.partition,
        }
        if thing.box is not None:
            row |= {"image": thing.image_name, "plane": thing.active_plane}
            row |= dict(zip(("x1", "y1", "x2", "y2"), thing.box, strict=True))
        yield row


def _folders(job: Job, store: Store, request: AnnotationsRequest, out: Path) -> _Written:
    kind = find_kind(store, request.kind or IMAGE_KIND)
    path = out / f"{file_word(project_name(store))}-{file_word(kind.name)}.zip"

    def check(done: int, total: int) -> None:
        job.raise_if_stopped()
        job.report(done, total, Message("Writing: {done:,} of {total:,}", done=done, total=total))

    count, problems = write_class_folders(
        store, kind, path, blanked=request.style == "blanked", check=check
    )
    if not count:
        raise BadInput("There is nothing of the kind {kind!r} to write.", kind=kind.name)
    return path, count, problems


def delivered_annotations(job: Job) -> Path:
    """Return the file of a finished export."""
    return job.folder / EXPORT_ANNOTATIONS.result(job).file


def finished_annotations(store: Store) -> list[Job]:
    """Return the exports of annotations whose file is still there, newest first."""
    return [
        job
        for job, found in done_jobs(store, EXPORT_ANNOTATIONS)
        if (job.folder / found.file).is_file()
    ]


EXPORT_ANNOTATIONS = Service(
    name="export_annotations",
    title=Message("Exporting annotations"),
    asks=AnnotationsRequest,
    finds=AnnotationsWritten,
    run=run,
    page="export",
)
