"""The service "export": a run's classifier as files that open in Piximi or a web page."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from piximi_core.classification.runtime import import_quietly
from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.stem import safe_stem
from piximi_core.formats.tfjs.packing import pack_for_piximi, pack_pair, pack_sharded
from piximi_core.jobs.applying import done_jobs
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Request, Result, Service
from piximi_core.messages import Message
from piximi_core.project.contents.runs import Run, require_classifier
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.project.workspace import float_range, project_name
from piximi_core.services.scoring.class_names import Names, names_of
from piximi_core.services.scoring.items import item_of, read_items, write_items
from piximi_core.services.scoring.pixels import readable_batches
from piximi_core.services.scoring.predict import classifier_files, load_classifier
from piximi_core.vocabulary import new_id

__all__ = [
    "EXPORT",
    "FORMATS",
    "ExportFormat",
    "ExportRequest",
    "ExportResult",
    "as_zip",
    "ask",
    "delivered",
    "export_stem",
    "finished_exports",
    "run",
]

ExportFormat = Literal["piximi", "piximi-files", "tfjs"]
FORMATS: tuple[ExportFormat, ...] = ("piximi", "piximi-files", "tfjs")
TOLERANCE = 1e-5
_CHECKED_ON = 32


class ExportRequest(Request):
    """Which classifier is written, as what; some images to compare on are in ``data.csv``.

    Attributes
    ----------
    classes
        What its classes are called; empty to leave them as they are.
    stem
        What the files are named after.
    """

    format: ExportFormat
    shard_bytes: int = 4 * 2**20
    classes: tuple[str, ...] = ()
    stem: str
    input_shape: tuple[int, int, int]
    float_range: tuple[float, float] | None = None


class ExportResult(Result):
    """What was written.

    Attributes
    ----------
    files
        The files, relative to the job's folder.
    difference
        The largest difference of a probability to those of the classifier itself.
    compared, random
        On how many pictures, and whether these were noise, for want of images.
    """

    files: tuple[str, ...]
    difference: float
    compared: int
    random: bool = False
    bytes: int


def ask(
    store: Store,
    run: Run,
    export_format: ExportFormat,
    *,
    shard_bytes: int = 4 * 2**20,
    names: Names = "today",
    who: str | None = None,
) -> Job:
    """Write the request for an export.

    Parameters
    ----------
    names
        What its classes are called: as their categories are today, or as the run was trained.

    Raises
    ------
    BadInput
        The run has no classifier, or there is no such format.
    """
    if export_format not in FORMATS:
        raise BadInput(
            "There is no export format {export_format!r}; use {formats}.",
            export_format=export_format,
            formats=", ".join(FORMATS),
        )
    require_classifier(run)
    folder = store.files.jobs / new_id()
    some = list_things(store, ThingFilter(kind_id=run.kind_id, sort="random"), limit=_CHECKED_ON)
    channels = run.settings["input_shape"][2]
    write_items(
        folder / "data.csv",
        (item_of(thing, settings=run.settings) for thing in some if thing.channels == channels),
    )
    request = ExportRequest(
        run_id=run.id,
        format=export_format,
        shard_bytes=shard_bytes,
        classes=tuple(names_of(store, run, names)),
        stem=export_stem(store, run),
        input_shape=run.settings["input_shape"],
        float_range=float_range(store),
        who=who or current_user(),
    )
    return EXPORT.ask(folder, request)


def export_stem(store: Store, run: Run) -> str:
    """Return what the files of an export are named after: the project and the run."""
    project = project_name(store)
    return safe_stem(run.name if run.name.startswith(project) else f"{project} {run.name}")


def run(job: Job, request: ExportRequest) -> ExportResult:
    """Write the files, read them again and compare them; return what was delivered."""
    files = ProjectFiles(job.project_folder)
    run_folder = files.run(request.run_id)
    job.report(0, 3, Message("Writing and checking the files"))
    written = _write(run_folder, request, job.folder / "out")
    job.report(1, 3, Message("Starting TensorFlow"))
    import_quietly()
    from piximi_core.formats.tfjs.classifier_reader import same_predictions

    classifier = load_classifier(run_folder)
    job.report(2, 3, Message("Comparing predictions"))
    images = _images(job, request, files)
    real = len(images)
    if not real:
        images = _random_pictures(request.input_shape)
    difference = same_predictions(classifier.model, written, images)
    if not difference <= TOLERANCE:
        raise PiximiError(
            "The written files predict otherwise than the classifier (by {difference:.2g}), so "
            "nothing was delivered; train again, or report this.",
            difference=difference,
        )
    return ExportResult(
        files=tuple(str(path.relative_to(job.folder)) for path in written),
        difference=difference,
        compared=len(images),
        random=not real,
        bytes=sum(path.stat().st_size for path in written),
    )


def _write(run_folder: Path, request: ExportRequest, out: Path) -> list[Path]:
    """Pack the two files that the run holds, and that were checked when it was trained."""
    stored, classes = classifier_files(run_folder), request.classes
    if request.format == "piximi":
        return [pack_for_piximi(stored, out / f"{request.stem}.zip", request.stem, classes)]
    if request.format == "piximi-files":
        return list(pack_pair(stored, out, request.stem, classes))
    return pack_sharded(stored, out / "model", request.shard_bytes, classes)


def _images(job: Job, request: ExportRequest, files: ProjectFiles) -> Any:
    """Return up to 32 real images of the project, as the network takes them.

    One that cannot be read tells nothing of the written files, so it is no obstacle.
    """
    shape = request.input_shape
    items = read_items(job.folder / "data.csv")
    pixels = [
        batch.pixels
        for batch in readable_batches(items, files, shape, float_range=request.float_range)
    ]
    return np.concatenate(pixels) if pixels else np.zeros((0, *shape), np.float32)


def _random_pictures(shape: tuple[int, int, int]) -> NDArray[np.float32]:
    """Return pictures of noise, always the same ones: what to compare on where nothing is there."""
    return np.random.default_rng(0).random((_CHECKED_ON, *shape), np.float32)


def delivered(job: Job) -> list[Path]:
    """Return the files of an export; none of one that is not done."""
    found = EXPORT.found(job)
    return [job.folder / name for name in found.files] if found else []


def as_zip(paths: Sequence[Path], target: Path) -> Path:
    """Pack several delivered files into one download, stored without compression."""
    # Two browser windows may ask at once: each sees no file or a whole one.
    with replace_atomically(target, durable=False) as part, zipfile.ZipFile(part, "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    return target


def finished_exports(store: Store, run_id: str) -> list[Job]:
    """Return the exports of a run whose files are still there, newest first."""
    return [
        job
        for job, found in done_jobs(store, EXPORT, run_id=run_id)
        if all((job.folder / name).is_file() for name in found.files)
    ]


EXPORT = Service(
    name="export",
    title=Message("Exporting"),
    asks=ExportRequest,
    finds=ExportResult,
    run=run,
    page="export",
)
