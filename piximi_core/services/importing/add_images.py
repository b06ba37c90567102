"""The service "add": files become images of the project, each picture once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath

from sqlalchemy import select

from piximi_core.errors import BadInput, NoSpace, PiximiError, Stopped
from piximi_core.formats.annotations.matching import KnownImage
from piximi_core.formats.tables.label_table import LabelRow, read_label_table
from piximi_core.images.picture import ChannelsUnknown, TimeUnknown
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.service import Change, Service
from piximi_core.messages import Message, to_json
from piximi_core.prefetch import work_ahead
from piximi_core.project.contents.adding import NewImage
from piximi_core.project.contents.categories import MAX_NAME, clean_name
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import ProjectFiles, replace_atomically, require_space
from piximi_core.services.decoding.decoders import Decoders
from piximi_core.services.importing.add_request import Added, AddOptions, AddRequest
from piximi_core.services.importing.entering_images import enter_images
from piximi_core.services.importing.ingest import InProject, Taken, Taking, other_channels
from piximi_core.services.importing.open_question import open_question
from piximi_core.services.importing.sources import (
    SourceFile,
    common_folder,
    expand_sources,
    size_of,
)
from piximi_core.services.importing.there_already import ThereAlready, keep_there, read_there
from piximi_core.vocabulary import new_id

__all__ = ["ADD", "AddOptions", "ask", "give_up", "run"]

_AHEAD = 32
# What an import that was killed before has left, and what this one leaves, is dropped.
_SCRATCH = ("unpacked", "copies")
_TEXTS = {".csv", ".json", ".md", ".names", ".txt", ".xml", ".yaml", ".yml"}


def ask(
    store: Store,
    sources: Sequence[SourceFile],
    options: AddOptions,
    *,
    job_id: str | None = None,
    who: str | None = None,
) -> Job:
    """Write the request for an import; `engine.submit` or `run_job` then does it.

    Parameters
    ----------
    job_id
        The id of a job folder that already holds uploaded files.

    Raises
    ------
    BadInput
        The label table or the category cannot be used, or a path does not exist.
    """
    for source in sources:
        if not source.path.exists():
            raise BadInput("There is no file or folder {path}; check the path.", path=source.path)
    if options.labels not in (None, "folders"):
        read_label_table(Path(options.labels))
    if options.category is not None:
        clean_name(options.category)
    folder = store.files.jobs / (job_id or new_id())
    folder.mkdir(parents=True, exist_ok=True)
    with store.read() as db:
        known = sorted(db.execute(select(schema.images.c.sha256)).scalars())
        channels, float_range = db.execute(
            select(schema.project.c.channels, schema.project.c.float_range)
        ).one()
    (folder / "known.json").write_text(json.dumps(known))
    known_range = tuple(json.loads(float_range)) if float_range else None
    request = AddRequest(
        sources=tuple(sources),
        options=replace(options, float_range=known_range),
        project_channels=channels if known else None,
        who=who or current_user(),
    )
    return ADD.ask(folder, request)


def run(job: Job, request: AddRequest) -> Added:
    """Read, check and store the files; return counts and reasons."""
    options = request.options
    table = None
    if options.labels not in (None, "folders"):
        table = read_label_table(Path(options.labels))
    refused: list[tuple[str, str]] = []
    job.report(0, 1, Message("Looking at the files"))
    _drop_scratch(job)
    hidden: list[str] = []
    files = list(expand_sources(request.sources, job.folder / "unpacked", refused, hidden=hidden))
    require_space(job.project_folder, sum(size_of(source.path) for source in files))
    top = common_folder(files)
    matches = None
    if table is not None:
        matches = table.match(_known(file, top) for file in files if not _is_text(file))
    found = _Import(job, request, matches.found if matches is not None else {})
    found.failed += refused
    stopped = found.take_all(files)
    if matches is not None:
        found.failed += [(row.name, Message("no image of this name")) for row in matches.missing]
        several = Message(
            "fits several images, or an image that another line fits too; give its whole path"
        )
        found.conflicts += [(row.name, several) for row in matches.ambiguous]
    with replace_atomically(job.folder / "images.jsonl") as part:
        made = (_from(image, top) for image in found.images)
        lines = (json.dumps(to_json(asdict(image)), ensure_ascii=False) for image in made)
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    keep_there(job.folder, found.there)
    _drop_scratch(job)
    return Added(
        added=len(found.images),
        duplicates=tuple(found.duplicates),
        conflicts=tuple(found.conflicts),
        failed=tuple(found.failed),
        hidden=tuple((name, Message("its name begins with a dot")) for name in hidden),
        float_range=found.float_range,
        stopped=stopped,
        total=len(files),
    )


def _known(source: SourceFile, top: str) -> KnownImage:
    return KnownImage(source.whole, *_origin(source.name, source.within, top))


def _origin(name: str, within: str, top: str) -> tuple[str, str]:
    """Return a path and what it lies in; a folder dropped as a whole counts as given."""
    return (name.removeprefix(f"{top}/"), top) if top else (name, within)


def _is_text(source: SourceFile) -> bool:
    """Whether a file lies beside the images only: a.txt must not make the row a unsure."""
    return PurePosixPath(source.name).suffix.lower() in _TEXTS


def _from(image: NewImage, top: str) -> NewImage:
    path, within = _origin(image.path, image.within, top)
    return replace(image, path=path, within=within)


def _drop_scratch(job: Job) -> None:
    for name in _SCRATCH:
        shutil.rmtree(job.folder / name, ignore_errors=True)


class _Import:
    """What has come of the files so far."""

    def __init__(self, job: Job, request: AddRequest, rows: Mapping[str, LabelRow]) -> None:
        self.images: list[NewImage] = []
        self.duplicates: list[tuple[str, str]] = []
        self.conflicts: list[tuple[str, str]] = []
        self.failed: list[tuple[str, str]] = []
        self.there: list[ThereAlready] = []
        self.float_range: tuple[float, float] | None = None
        self._job, self._options, self._rows = job, request.options, rows
        self._project_channels = request.project_channels
        self._first: dict[str, int] = {}  # place in images by SHA-256
        self._no_names: set[str] = set()

    def take_all(self, files: Sequence[SourceFile]) -> bool:
        """Take the files in order; return whether someone stopped it."""
        job = self._job
        (job.folder / "copies").mkdir(exist_ok=True)
        done = 0
        with Decoders(log=job.folder / "decoder.log") as decoders:
            taking = Taking(
                ProjectFiles(job.project_folder),
                decoders,
                job.folder / "copies",
                self._options.reading,
                known=frozenset(json.loads((job.folder / "known.json").read_text())),
                project_channels=self._project_channels or self._options.keep_channels,
            )

            def is_over() -> bool:
                if job.should_stop():
                    decoders.close()  # what is just being read is given up
                return job.should_stop()

            for source, future in work_ahead(taking.take, files, ahead=_AHEAD, is_over=is_over):
                done += 1
                job.report(done, len(files), Message("Reading {name}", name=source.base[:60]))
                try:
                    self._enter(source, future.result(), taking)
                except InProject as there:
                    self.duplicates.append((source.name, self._why_in_project()))
                    self._note_there(source, there.sha256)
                except (ChannelsUnknown, TimeUnknown) as error:
                    # An open question ends the import with nothing added.
                    _keep_question(job, error)
                    raise
                except (NoSpace, Stopped):
                    raise
                except PiximiError as error:
                    self.failed.append((source.name, str(error)))
        return done < len(files)

    def _enter(self, source: SourceFile, taken: Taken, taking: Taking) -> None:
        if taking.project_channels is None:
            taking.project_channels = taken.image.channels
        elif taken.image.channels != taking.project_channels:
            # It was read ahead, before the first image had set the number.
            if not self._options.convert:
                raise BadInput.saying(other_channels(taken.image.channels, taking.project_channels))
            taken = taking.take(source)
        image = self._labelled(taken.image, source)
        if image.sha256 in self._first:
            self._note_second(source, image, self._first[image.sha256])
            return
        self._first[image.sha256] = len(self.images)
        self.images.append(image)
        if taken.float_range is not None:
            low, high = self.float_range or taken.float_range
            found = taken.float_range
            self.float_range = (min(low, found[0]), max(high, found[1]))

    def _labelled(self, image: NewImage, source: SourceFile) -> NewImage:
        row = self._rows.get(source.whole)
        return replace(
            image,
            category=self._category(source),
            partition=(row.partition if row else None) or self._options.partition,
            metadata=dict(row.columns) if row else {},
        )

    def _note_there(self, source: SourceFile, sha256: str) -> None:
        """Keep what came with an image that is in the project; only a table moves it."""
        row = self._rows.get(source.whole)
        partition, columns = (row.partition, dict(row.columns)) if row else (None, {})
        there = ThereAlready(source.name, sha256, self._category(source), partition, columns)
        self.there.append(there)

    def _category(self, source: SourceFile) -> str | None:
        category = self._options.category
        if self._options.labels == "folders" and source.folder:
            category = source.folder
        row = self._rows.get(source.whole)
        return self._as_category((row.category if row else None) or category, source)

    def _as_category(self, name: str | None, source: SourceFile) -> str | None:
        """Return the name; None if no category can have it, which is told once for each name."""
        if name is None or name in self._no_names:
            return None
        try:
            clean_name(name)
        except BadInput:
            self._no_names.add(name)
            self.conflicts.append(
                (
                    source.name,
                    Message(
                        "came in without a label, as did all of {name!r}: the name of a category "
                        "has 1 to {most} characters",
                        name=name[:40],
                        most=MAX_NAME,
                    ),
                )
            )
            return None
        return name

    def _why_in_project(self) -> str:
        if self._options.time is None and self._options.channels is None:
            return Message("already in the project")
        # It may be there as another time point, which only reading it again would tell.
        return Message(
            "its file is already in the project, as this or another time point or channel count"
        )

    def _note_second(self, source: SourceFile, image: NewImage, place: int) -> None:
        kept = self.images[place]
        if image.category and kept.category and image.category != kept.category:
            reason = Message(
                "is the same picture as {name}, kept as {category}, not {other}",
                name=kept.name,
                category=kept.category,
                other=image.category,
            )
            self.conflicts.append((source.name, reason))
            return
        self.duplicates.append(
            (source.name, Message("is the same picture as {name}", name=kept.name))
        )
        # A label is not lost because a copy without one came first.
        self.images[place] = replace(
            kept,
            category=kept.category or image.category,
            partition=kept.partition or image.partition,
            metadata={**image.metadata, **kept.metadata},
        )


def _keep_question(job: Job, error: ChannelsUnknown | TimeUnknown) -> None:
    """Leave what is asked in the progress, where `add_again` finds it."""
    if isinstance(error, TimeUnknown):
        job.report(1, 1, Message("Waiting for an answer"), question="time", count=error.times)
    else:
        job.report(1, 1, Message("Waiting for an answer"), question="channels", count=error.frames)


def _step_name(job: Job, _request: AddRequest, result: Added) -> str:
    if not result.added and any(one.category for one in read_there(job.folder)):
        return Message("Label images that were there already")
    return Message("Add {images}", images=Message.plural("{n} image", "{n} images", n=result.added))


def give_up(job: Job) -> None:
    """Delete the uploaded files of an import that has failed and will not be asked for again."""
    # They may say who the patient is, which no original of the project does.
    if ADD.is_of(job) and job.state() is JobState.FAILED:
        shutil.rmtree(job.folder / "upload", ignore_errors=True)


def _ended(job: Job) -> None:
    """Delete the uploaded files, unless the import waits for an answer and will be asked again."""
    if open_question(job) is None:
        give_up(job)


ADD = Service(
    name="add",
    title=Message("Adding images"),
    asks=AddRequest,
    finds=Added,
    run=run,
    page="images",
    change=Change(enter_images, _step_name),
    ended=_ended,
)
