"""The service "import-model": a classifier from elsewhere becomes a run of the project."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, select

from piximi_core.classification.runtime import import_quietly
from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.model_look import ModelLook, ValueRange, look_at_model
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Change, Request, Service
from piximi_core.messages import Message
from piximi_core.project.contents.categories import clean_name
from piximi_core.project.database.schema import images, project
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import disk_errors_in_words, require_space
from piximi_core.services.classifiers.class_mapping import check_mapping
from piximi_core.services.classifiers.imported_run import (
    ImportedClassifier,
    register_imported,
    write_imported,
)
from piximi_core.services.importing.uploads import UploadedFile
from piximi_core.vocabulary import IMAGE_KIND, new_id

__all__ = [
    "IMPORT_MODEL",
    "ImportRequest",
    "ask",
    "discard",
    "given_folder",
    "keep_files",
    "look",
    "run",
]

_MOST_FILES = 1000
_STRANGE = re.compile(r"[^\w.()+ -]")


class ImportRequest(Request):
    """The files of a classifier, and what it is to become.

    Attributes
    ----------
    mapping
        The name of a category for each class.
    values
        Which numbers the network takes; None to go by its files.
    channels, bit_depth
        Of the project's images.
    """

    paths: tuple[str, ...]
    mapping: tuple[str, ...]
    kind_id: str = IMAGE_KIND
    name: str
    values: ValueRange | None = None
    channels: int | None = None
    bit_depth: int


def given_folder(store: Store, job_id: str) -> Path:
    """Return the folder for the files of a classifier that is being brought in; it is made."""
    folder = store.files.jobs / job_id / "given"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def keep_files(store: Store, files: Iterable[UploadedFile]) -> tuple[str, list[Path]]:
    """Copy uploaded files to where a worker finds them; return the job's id and the paths.

    Raises
    ------
    BadInput
        No files, too many, or two of the same name.
    NoSpace
        The disk cannot hold them.
    """
    uploaded = list(files)
    if not 0 < len(uploaded) <= _MOST_FILES:
        raise BadInput(
            "Give 1 to {most_files} files: a zip, or model.json and its weights.",
            most_files=_MOST_FILES,
        )
    names = [_safe(file.name) for file in uploaded]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(
                "Two of the files are called '{name}'; give the files of one model.", name=name
            )
    require_space(store.folder, 2 * sum(file.size for file in uploaded))
    job_id = new_id()
    folder = given_folder(store, job_id)
    paths = [folder / name for name in names]
    for file, path in zip(uploaded, paths, strict=True):
        with disk_errors_in_words(path), path.open("wb") as target:
            file.content.seek(0)
            shutil.copyfileobj(file.content, target)
    return job_id, paths


def _safe(name: str) -> str:
    """Return a base name that leads nowhere; names that a manifest may list stay as they are."""
    base = PurePosixPath(name.replace("\\", "/")).name
    return _STRANGE.sub("_", base)[-150:].lstrip(".") or "unnamed"


def discard(store: Store, job_id: str) -> None:
    """Delete the files of a classifier that nobody wants any more."""
    folder = store.files.jobs / job_id
    if not (folder / "request.json").exists():
        shutil.rmtree(folder, ignore_errors=True)


def look(paths: Sequence[Path]) -> ModelLook:
    """Say what some files are; for a worker, since no foreign file is opened by the dashboard.

    Raises
    ------
    BadInput
        They are no classifier that can be brought in.
    """
    return look_at_model(_source(paths))


def _source(paths: Sequence[Path]) -> Path | list[Path]:
    return paths[0] if len(paths) == 1 else list(paths)


def ask(
    store: Store,
    paths: Sequence[Path],
    found: ModelLook,
    mapping: Sequence[str],
    *,
    kind_id: str = IMAGE_KIND,
    name: str = "",
    values: ValueRange | None = None,
    job_id: str | None = None,
    who: str | None = None,
) -> Job:
    """Write the request to bring a classifier in.

    Parameters
    ----------
    paths
        Its files, in the job's own folder or anywhere else.
    found
        What `look` said of them.
    mapping
        The name of a category for each class; those that do not exist are created.
    name
        What the run is called; the files' own name by default.
    values
        Which numbers the network takes, if the files do not say.

    Raises
    ------
    BadInput
        The mapping cannot be used.
    """
    check_mapping(found.classes, mapping)
    folder = store.files.jobs / (job_id or new_id())
    with store.read() as db:
        channels = db.execute(select(project.c.channels)).scalar_one()
        depth = db.execute(select(images.c.bit_depth).limit(1)).scalar_one_or_none()
    request = ImportRequest(
        run_id=folder.name,
        paths=tuple(str(path) for path in paths),
        mapping=tuple(clean_name(category) for category in mapping),
        kind_id=kind_id,
        name=clean_name(name or found.name, "run"),
        values=values,
        channels=channels,
        bit_depth=min(depth or 8, 16),
        who=who or current_user(),
    )
    return IMPORT_MODEL.ask(folder, request)


def run(job: Job, request: ImportRequest) -> ImportedClassifier:
    """Read the classifier, make it one of ours and write the run's folder."""
    job.report(0, 3, Message("Starting TensorFlow"))
    import_quietly()
    from piximi_core.formats.tfjs.adopting import adopt_classifier

    job.report(1, 3, Message("Reading the classifier"))
    adopted = adopt_classifier(
        _source([Path(path) for path in request.paths]),
        values=request.values,
        channels=request.channels,
        bit_depth=request.bit_depth,
    )
    check_mapping(adopted.look.classes, request.mapping)
    job.report(2, 3, Message("Writing and checking the files"))
    shutil.rmtree(job.folder / "out", ignore_errors=True)
    return write_imported(
        job.folder / "out",
        adopted,
        request.mapping,
        request.name,
        of_objects=request.kind_id != IMAGE_KIND,
        who=request.who,
    )


def _step_name(_job: Job, _request: ImportRequest, _result: ImportedClassifier) -> str:
    # What can be undone of it are the categories that it created.
    return Message("Bring in a classifier")


def _bring_in(
    store: Store, db: Connection, job: Job, request: ImportRequest, result: ImportedClassifier
) -> None:
    """Register the run, once its folder is in place."""
    register_imported(db, store, result, job.folder / "out", job.id, request.kind_id)
    shutil.rmtree(job.folder / "given", ignore_errors=True)


IMPORT_MODEL = Service(
    name="import_model",
    title=Message("Bringing in a classifier"),
    asks=ImportRequest,
    finds=ImportedClassifier,
    run=run,
    page="train",
    change=Change(_bring_in, _step_name),
)
