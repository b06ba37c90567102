"""The service "open_piximi": a Piximi project becomes one of ours, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from piximi_core.errors import BadInput
from piximi_core.formats.picture_tiff import write_picture
from piximi_core.formats.piximi_project import (
    PiximiImage,
    PiximiProject,
    open_piximi_project,
)
from piximi_core.images import Look, Picture, convert_channels, safe_name, thumbnail
from piximi_core.jobs.folder import Job
from piximi_core.jobs.inline import run_apart
from piximi_core.jobs.service import Record, Said, Service
from piximi_core.messages import Message
from piximi_core.prefetch import work_ahead
from piximi_core.project.contents.categories import clean_name
from piximi_core.project.database.store import Store, create_store, current_user
from piximi_core.project.files import (
    ProjectFiles,
    disk_errors_in_words,
    hash_file,
    require_space,
)
from piximi_core.project.workspace import folder_name, move_in, unused_name, workspace
from piximi_core.services.piximi.rows import Rows, kept_look
from piximi_core.services.piximi.runs import bring_in_models, keep_predictions
from piximi_core.services.projects.opening import (
    Opened,
    OpeningRequest,
    create_opening,
    hidden_place,
    keep_upload,
)
from piximi_core.vocabulary import new_id

__all__ = [
    "OPEN_PIXIMI",
    "OpenPiximiRequest",
    "PiximiOpened",
    "Repair",
    "ask",
    "ask_uploaded",
    "open_here",
    "run",
]

_AHEAD = 2
_REPORT_EVERY = 10


class OpenPiximiRequest(OpeningRequest):
    """Which file is opened, and the folder that is to become the project, if that was said."""

    path: str
    target: str | None = None


class Repair(Record):
    """What was repaired or left out, how often, and the names of some things; see `Repairs`."""

    what: Said
    count: int
    names: tuple[str, ...] = ()


class PiximiOpened(Opened):
    """The project, how much is in it, and what had to be repaired."""

    version: str
    images: int
    objects: int
    kinds: int
    classifiers: int
    predictions: int
    repairs: tuple[Repair, ...] = ()


def ask(
    path: Path,
    *,
    name: str | None = None,
    target: Path | None = None,
    who: str | None = None,
) -> Job:
    """Write the request to open a Piximi project as a new project.

    Parameters
    ----------
    path
        A zip that Piximi saved, or its unpacked ``.zarr`` folder.
    name
        What to call the file in messages; its own name by default.
    target
        The folder that is to become the project, not there yet or empty; by default one of the
        workspace, named after the project.

    Raises
    ------
    BadInput
        There is no such file, or ``target`` holds something.
    """
    if not path.exists():
        raise BadInput("There is no file {path}; give a zip that Piximi saved.", path=path)
    if target is not None:
        target = target.absolute()
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise BadInput(
                "{target} holds something already; choose a folder that is not there yet.",
                target=target,
            )
        target.parent.mkdir(parents=True, exist_ok=True)
    root = target.parent if target is not None else workspace()
    require_space(root, path.stat().st_size if path.is_file() else 0)
    return _request(hidden_place(root), path, name or path.name, target, who)


def ask_uploaded(content: BinaryIO, name: str, size: int, *, who: str | None = None) -> Job:
    """Keep a zip that came through the browser, and write the request to open it.

    Raises
    ------
    NoSpace
        The disk cannot hold it; nothing is kept then.
    """
    return keep_upload(content, size, lambda place, kept: _request(place, kept, name, None, who))


def _request(place: Path, path: Path, name: str, target: Path | None, who: str | None) -> Job:
    request = OpenPiximiRequest(
        path=str(path.absolute()),
        shown=safe_name(name),
        target=str(target) if target is not None else None,
        who=who or current_user(),
    )
    return create_opening(place, OPEN_PIXIMI, request)


def open_here(path: Path, target: Path, *, who: str | None = None) -> PiximiOpened:
    """Open a Piximi project in this process as the project of a folder; return what came of it.

    Raises
    ------
    PiximiError
        As `ask`, or why the file cannot be opened; nothing is left of it then.
    """
    job = ask(path, target=target, who=who)
    try:
        opened: PiximiOpened = run_apart(job)
        return opened
    finally:
        shutil.rmtree(job.project_folder, ignore_errors=True)


def run(job: Job, request: OpenPiximiRequest) -> PiximiOpened:
    """Build the project beside its place, then put it there."""
    place = job.project_folder
    draft, given = place / "draft", Path(request.path)
    shutil.rmtree(draft, ignore_errors=True)
    try:
        with (
            disk_errors_in_words(draft),
            open_piximi_project(given, request.shown) as found,
        ):
            name = clean_name(found.name, "project")
            if request.target is None:
                name = unused_name(name, place.parent)
            outcome = _build(job, request, found, draft, name)
        # One flush for all of it, and only then the rename that makes it a project.
        os.sync()
        job.raise_if_stopped()
        address = _put(draft, request.target, name, place.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    if given.is_relative_to(place):
        given.unlink(missing_ok=True)
    return PiximiOpened(address=address, name=name, version=found.version, **outcome)


def _put(draft: Path, target: str | None, name: str, root: Path) -> str:
    if target is None:
        return move_in(draft, folder_name(name), root)
    try:
        draft.rename(target)
    except OSError as error:
        raise BadInput(
            "{target} holds something meanwhile; choose a folder that is not there yet.",
            target=target,
        ) from error
    return Path(target).name


def _build(
    job: Job, request: OpenPiximiRequest, found: PiximiProject, draft: Path, name: str
) -> dict[str, Any]:
    """Make a whole project at a place where nobody looks for one."""
    store = create_store(draft, name)
    try:
        with store.write() as db:
            rows = Rows(db, request.who)
            rows.kinds(found.kinds)
            _bring_in_things(job, found, rows, store)
        if found.count and not rows.images:
            reasons = " ".join(found.repairs.sentences())
            raise BadInput(
                "No image of '{shown}' can be read. {reasons}",
                shown=request.shown,
                reasons=reasons,
            )
        runs = bring_in_models(job, store, found, request.who)
        predicted = keep_predictions(job, store, found, rows.predicted, runs)
    finally:
        store.close()
    shutil.rmtree(draft / "jobs", ignore_errors=True)
    ProjectFiles(draft).make()
    return {
        "images": rows.images,
        "objects": rows.objects,
        "kinds": len(found.kinds),
        "classifiers": len(runs),
        "predictions": predicted,
        "repairs": found.repairs.listed(),
    }


def _bring_in_things(job: Job, found: PiximiProject, rows: Rows, store: Store) -> None:
    done = 0

    def report() -> None:
        nonlocal done
        done += 1
        if done % _REPORT_EVERY == 0 or done <= _REPORT_EVERY:
            job.report(
                done,
                found.count + 1,
                Message("Opening: {done:,} of {count:,}", done=done, count=found.count),
            )

    storing = _Storing(store.files)
    for image, stored in work_ahead(storing.store, _alike(found), ahead=_AHEAD):
        job.raise_if_stopped()
        sha256, look = stored.result()
        rows.image(image, sha256, look)
        report()
    for one in found.objects():
        if done % 100 == 0:
            job.raise_if_stopped()
        if one.image_id in rows.image_ids:
            rows.object(one)
        else:
            found.repairs.note(
                Message("Objects without their image or kind were left out."), one.name
            )
        report()
    rows.flush()
    rows.drafts(found.models, storing.channels, found.repairs)
    rows.flush()


def _alike(found: PiximiProject) -> Iterator[PiximiImage]:
    """Yield the images, all with as many channels as the first one has."""
    channels = 0
    for image in found.images():
        channels = channels or image.pixels.shape[3]
        if image.pixels.shape[3] == channels:
            yield image
            continue
        try:
            converted = convert_channels(Picture(image.pixels, image.bit_depth), channels).pixels
        except BadInput:
            found.repairs.note(
                Message("Images of fewer channels than the first were left out."), image.name
            )
            continue
        found.repairs.note(Message("Images got as many channels as the first one has."), image.name)
        yield replace(image, pixels=converted, channels=None)


@dataclass
class _Storing:
    """Puts images into a project's folder, on several threads."""

    files: ProjectFiles
    channels: int | None = None

    def store(self, image: PiximiImage) -> tuple[str, Look | None]:
        """Write an image's file and thumbnail; return its SHA-256 and how it is shown."""
        self.channels = image.pixels.shape[3]
        picture = Picture(image.pixels, image.bit_depth)
        part = self.files.folder / f".{new_id()}.part"
        # Flushed with all others once the project is complete.
        write_picture(picture, part)
        sha256 = hash_file(part)
        _rename(part, self.files.original(sha256, "tif"))
        shown = self.files.thumbnail(sha256)
        if not shown.exists():
            part.write_bytes(thumbnail(picture))
            _rename(part, shown)
        return sha256, kept_look(image)


def _rename(part: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part.replace(target)


OPEN_PIXIMI = Service(
    name="open_piximi",
    title=Message("Opening a Piximi project"),
    asks=OpenPiximiRequest,
    finds=PiximiOpened,
    run=run,
    page="home",
)
