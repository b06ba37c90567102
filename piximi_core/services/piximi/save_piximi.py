"""The service "save_piximi": the whole project as a zip that Piximi opens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from sqlalchemy import select

from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.piximi_project import (
    PiximiImage,
    PiximiKind,
    PiximiObject,
    PiximiWriter,
    open_piximi_project,
    project_stem,
    sixteen_bit,
)
from piximi_core.formats.piximi_project.writer import safe_thing_name
from piximi_core.images import read_picture
from piximi_core.jobs.applying import done_jobs
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Request, Result, Said, Service
from piximi_core.messages import Message
from piximi_core.prefetch import work_ahead
from piximi_core.project.contents.runs import Run, list_runs, require_classifier
from piximi_core.project.contents.things import Thing, get_things
from piximi_core.project.database.schema import images, project, things
from piximi_core.project.database.sqlite_files import copy_database
from piximi_core.project.database.store import Store, current_user, open_store
from piximi_core.project.files import ProjectFiles, replace_atomically, require_space
from piximi_core.project.workspace import float_range, project_name
from piximi_core.services.piximi.losses import losses
from piximi_core.services.piximi.parts import channel_views, kinds_of, models_of
from piximi_core.vocabulary import IMAGE_KIND, UniqueNames, new_id

__all__ = [
    "SAVE_PIXIMI",
    "SaveRequest",
    "Saved",
    "ask",
    "finished_saves",
    "run",
    "saved_file",
    "saved_in_words",
]

_AHEAD = 2
_AT_ONCE = 100


class SaveRequest(Request):
    """Whose classifiers go with the project, and what the zip is called."""

    runs: tuple[str, ...]
    stem: str


class Saved(Result):
    """The zip, relative to the job's folder, and what is in it.

    Attributes
    ----------
    left_out
        The images that could not be read, with the reason.
    told
        What Piximi cannot hold.
    """

    file: str
    bytes: int
    images: int
    objects: int
    classifiers: int
    left_out: tuple[tuple[str, Said], ...] = ()
    told: tuple[Said, ...] = ()


def ask(store: Store, runs: Sequence[Run] | None = None, *, who: str | None = None) -> Job:
    """Write the request to save the project for Piximi.

    Parameters
    ----------
    runs
        Whose classifiers go with it; by default all that there are.

    Raises
    ------
    BadInput
        A run has no classifier.
    NoSpace
        The disk cannot hold the zip.
    """
    chosen = [run for run in list_runs(store) if run.has_classifier] if runs is None else runs
    for run in chosen:
        require_classifier(run)
    with store.read() as db:
        shapes = db.execute(
            select(images.c.planes * images.c.height * images.c.width * images.c.channels)
        ).scalars()
        # Packed, floats take about half of their four bytes.
        require_space(store.folder, 2 * sum(shapes))
    request = SaveRequest(
        runs=tuple(run.id for run in reversed(chosen)),
        stem=project_stem(project_name(store)),
        who=who or current_user(),
    )
    return SAVE_PIXIMI.ask(store.files.jobs / new_id(), request)


def run(job: Job, request: SaveRequest) -> Saved:
    """Write the zip from one consistent state of the project, open it again, and deliver it."""
    files = ProjectFiles(job.project_folder)
    shadow = job.folder / "state"
    shutil.rmtree(shadow, ignore_errors=True)
    shadow.mkdir()
    out = job.folder / "out" / f"{request.stem}.zip"
    try:
        # What a person changes meanwhile comes with the next one.
        copy_database(files.database, shadow / files.database.name)
        state = open_store(shadow)
        try:
            told = losses(state)
            with replace_atomically(out) as part:
                saving = _Saving(job, state, files, request.stem, request.runs)
                saving.write(part)
                _look_again(part, saving)
        finally:
            state.close()
    finally:
        shutil.rmtree(shadow, ignore_errors=True)
    _drop_older(job)
    return Saved(
        file=str(out.relative_to(job.folder)),
        bytes=out.stat().st_size,
        images=saving.images,
        objects=saving.objects,
        classifiers=saving.classifiers,
        left_out=tuple(saving.left_out),
        told=tuple(told),
    )


def _drop_older(job: Job) -> None:
    """Delete earlier zips of this project: each may be as large as the project itself."""
    for other in map(Job, job.folder.parent.iterdir()):
        if other.id != job.id and SAVE_PIXIMI.is_of(other):
            shutil.rmtree(other.folder / "out", ignore_errors=True)


def _look_again(path: Path, saving: _Saving) -> None:
    """Refuse to deliver what would not open without repairs."""
    with open_piximi_project(path) as found:
        if found.repairs or found.count != saving.images + saving.objects:
            reason = " ".join(found.repairs.sentences())
            raise PiximiError(
                "The written project would not open as it is ({reason}), so nothing was "
                "delivered; report this.",
                reason=reason,
            )


@dataclass
class _Saving:
    """Writes one state of a project, image after image with the objects in it.

    Attributes
    ----------
    images, objects, classifiers
        How many were written.
    left_out
        The images that could not be read, with the reason.
    """

    job: Job
    state: Store
    files: ProjectFiles
    stem: str
    run_ids: Sequence[str]
    images: int = 0
    objects: int = 0
    classifiers: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Write the whole zip."""
        kinds = kinds_of(self.state)
        with self.state.read() as db:
            channels = db.execute(select(project.c.channels)).scalar_one()
            listed = db.execute(
                select(things.c.id, things.c.name, things.c.kind_id).order_by(
                    things.c.kind_id != IMAGE_KIND, things.c.position
                )
            ).all()
        unique = UniqueNames()
        names = {row.id: unique.give(safe_thing_name(row.name)) for row in listed}
        image_ids = [row.id for row in listed if row.kind_id == IMAGE_KIND]
        written: set[str] = set()
        name = project_name(self.state)
        with PiximiWriter(path, name, self.stem, kinds, channels) as writer:
            self._write_things(writer, image_ids, names, kinds, written)
            chosen = [run for run in list_runs(self.state) if run.id in set(self.run_ids)]
            models = models_of(self.state, self.files, list(reversed(chosen)), kinds, channels)
            self.classifiers = sum(bool(model.files) for model in models)
            order = [names[row.id] for row in listed if row.id in written]
            writer.finish(order, models)

    def _write_things(
        self,
        writer: PiximiWriter,
        image_ids: Sequence[str],
        names: dict[str, str],
        kinds: Sequence[PiximiKind],
        written: set[str],
    ) -> None:
        total = len(names)
        known_range = float_range(self.state)
        read: Callable[[_Item], PiximiImage] = lambda item: _read(  # noqa: E731
            item.image, self.files, names[item.image.id], known_range
        )
        for item, future in work_ahead(read, self._items(image_ids), ahead=_AHEAD):
            self.job.raise_if_stopped()
            try:
                image = future.result()
            except PiximiError as error:
                self.left_out.append((item.image.name, str(error)))
                continue
            writer.add_image(image, [one.id for one in item.objects])
            written.add(image.id)
            self.images += 1
            for one in item.objects:
                x1, y1, x2, y2 = one.box or (0, 0, 0, 0)
                plane = min(one.active_plane, image.pixels.shape[0] - 1)
                writer.add_object(_object(one, names[one.id]), image.pixels[plane, y1:y2, x1:x2])
                written.add(one.id)
                self.objects += 1
            done = self.images + self.objects
            self.job.report(
                done, total + 1, Message("Saving: {done:,} of {total:,}", done=done, total=total)
            )
        if image_ids and not self.images:
            raise BadInput("No image can be read: {left_out}", left_out=self.left_out[0][1])

    def _items(self, image_ids: Sequence[str]) -> Iterator[_Item]:
        """Yield the images with their objects, a few at a time from the database."""
        for at in range(0, len(image_ids), _AT_ONCE):
            some = image_ids[at : at + _AT_ONCE]
            inside = _objects_in(self.state, some)
            for image in get_things(self.state, some, IMAGE_KIND):
                yield _Item(image, inside.get(image.id, []))


@dataclass(frozen=True)
class _Item:
    """An image and the objects in it."""

    image: Thing
    objects: list[Thing]


def _objects_in(state: Store, image_ids: Sequence[str]) -> dict[str, list[Thing]]:
    from piximi_core.project.contents.things import among
    from piximi_core.project.database.schema import objects

    with state.read() as db:
        query = select(objects.c.id).where(among(objects.c.image_id, image_ids))
        ids = list(db.execute(query).scalars())
    found = get_things(state, ids) if ids else []
    found.sort(key=lambda one: one.image_id or "")
    # Sorting keeps the order in which an image's objects were added.
    return {str(key): list(group) for key, group in groupby(found, key=lambda one: one.image_id)}


def _read(
    thing: Thing, files: ProjectFiles, name: str, known_range: tuple[float, float] | None
) -> PiximiImage:
    """Read an image as the numbers that Piximi keeps."""
    picture = read_picture(
        files.original(thing.file_sha256, thing.extension),
        name=thing.name,
        channels=thing.read_channels,
    )
    category_id, partition = _label(thing)
    return PiximiImage(
        id=thing.id,
        name=name,
        category_id=category_id,
        partition=partition,
        pixels=sixteen_bit(picture.pixels, picture.bit_depth, known_range),
        active_plane=min(thing.active_plane, picture.planes - 1),
        channels=channel_views(thing, picture, known_range),
    )


def _object(one: Thing, name: str) -> PiximiObject:
    category_id, partition = _label(one)
    return PiximiObject(
        id=one.id,
        name=name,
        image_id=one.image_id or "",
        kind_id=one.kind_id,
        category_id=category_id,
        partition=partition,
        box=one.box or (0, 0, 0, 0),
        runs=tuple(map(int, one.mask.split())),
        plane=one.active_plane,
    )


def _label(thing: Thing) -> tuple[str, str]:
    """Return category and partition as Piximi means them: a prediction is a label in Inference."""
    if thing.is_labelled:
        moved = {"Test": "Validation", "Inference": "Unassigned"}
        return thing.category_id, moved.get(thing.partition, thing.partition)
    predicted = thing.prediction.category_id if thing.prediction else None
    if predicted is not None:
        return predicted, "Inference"
    return thing.category_id, "Validation" if thing.partition == "Test" else thing.partition


def saved_file(job: Job) -> Path:
    """Return the zip of a finished job."""
    return job.folder / SAVE_PIXIMI.result(job).file


def finished_saves(store: Store) -> list[Job]:
    """Return the jobs whose zip is still there, newest first."""
    return [
        job for job, found in done_jobs(store, SAVE_PIXIMI) if (job.folder / found.file).is_file()
    ]


def saved_in_words(saved: Saved) -> str:
    """Say what was saved."""
    return Message(
        "{images}, {objects}, {classifiers}",
        images=Message.plural("{n} image", "{n} images", n=saved.images),
        objects=Message.plural("{n} object", "{n} objects", n=saved.objects),
        classifiers=Message.plural("{n} classifier", "{n} classifiers", n=saved.classifiers),
    )


SAVE_PIXIMI = Service(
    name="save_piximi",
    title=Message("Saving for Piximi"),
    asks=SaveRequest,
    finds=Saved,
    run=run,
    page="export",
)
