"""The service "add": files become images of the project, each picture once."""

from __future__ import annotations

import json
import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from piximi_core.errors import BadInput, NoSpace, PiximiError
from piximi_core.formats.label_table import LabelTable, read_label_table
from piximi_core.images import deidentify_dicom, extension_for, read_picture, thumbnail
from piximi_core.images.picture import ChannelsUnknown, Picture
from piximi_core.jobs.folder import Job
from piximi_core.jobs.sources import SourceFile, expand_sources
from piximi_core.project import schema
from piximi_core.project.adding import NewImage, add_images
from piximi_core.project.files import ProjectFiles, hash_file, replace_atomically, require_space
from piximi_core.project.ids import new_id
from piximi_core.project.labelling import plural
from piximi_core.project.store import IMAGE_KIND, Store, current_user

__all__ = ["RESOURCE", "AddOptions", "apply", "ask", "label", "run"]

RESOURCE = "quick"
_THREADS = 4
_AHEAD = 32


@dataclass(frozen=True)
class AddOptions:
    """How images come in.

    Attributes
    ----------
    labels
        ``"folders"`` takes the name of each file's folder as its category, another text is the
        path of a CSV table, None gives no labels.
    channels
        How many channels undeclared stacks have.
    category, partition
        Given to every image that the labels say nothing about.
    """

    labels: str | None = None
    channels: int | None = None
    category: str | None = None
    partition: str | None = None
    kind_id: str = IMAGE_KIND


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
        The label table cannot be used, or a path does not exist.
    """
    for source in sources:
        if not source.path.exists():
            raise BadInput(f"There is no file or folder {source.path}; check the path.")
    if options.labels not in (None, "folders"):
        read_label_table(Path(options.labels))
    folder = store.files.jobs / (job_id or new_id())
    folder.mkdir(parents=True, exist_ok=True)
    with store.read() as db:
        known = sorted(db.execute(select(schema.images.c.sha256)).scalars())
        channels = db.execute(select(schema.project.c.channels)).scalar_one()
        empty = not known
    (folder / "known.json").write_text(json.dumps(known))
    request = {
        "sources": [{"path": str(source.path), "name": source.name} for source in sources],
        "options": asdict(options),
        "project_channels": None if empty else channels,
        "who": who or current_user(),
    }
    return Job.create(folder, "add", request)


@dataclass
class _Tally:
    """What has come of the files so far."""

    images: list[NewImage] = field(default_factory=list)
    duplicates: list[list[str]] = field(default_factory=list)
    conflicts: list[list[str]] = field(default_factory=list)
    failed: list[list[str]] = field(default_factory=list)
    float_range: list[float] | None = None


@dataclass(frozen=True)
class _Taken:
    """One file, read and stored."""

    image: NewImage
    float_range: tuple[float, float] | None = None


def run(job: Job) -> dict[str, Any]:
    """Read, check and store the files; return counts and reasons."""
    request = job.request()
    options = AddOptions(**request["options"])
    table = None
    if options.labels not in (None, "folders"):
        table = read_label_table(Path(options.labels))
    refused: list[tuple[str, str]] = []
    given = [SourceFile(Path(s["path"]), s["name"]) for s in request["sources"]]
    unpacked = job.folder / "unpacked"
    job.report(0, 1, "Looking at the files")
    # What an import that was killed here before had unpacked.
    shutil.rmtree(unpacked, ignore_errors=True)
    files = list(expand_sources(given, unpacked, refused))
    require_space(job.project_folder, sum(_size(source.path) for source in files))
    tally = _Tally(failed=[list(pair) for pair in refused])
    stopped = _take_all(job, files, options, table, request["project_channels"], tally)
    if table is not None and not stopped:
        tally.failed += [[row.name, "no image of this name"] for row in table.unused()]
    with replace_atomically(job.folder / "images.jsonl") as part:
        lines = (json.dumps(asdict(image), ensure_ascii=False) for image in tally.images)
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    shutil.rmtree(unpacked, ignore_errors=True)
    return {
        "added": len(tally.images),
        "duplicates": tally.duplicates,
        "conflicts": tally.conflicts,
        "failed": tally.failed,
        "float_range": tally.float_range,
        "stopped": stopped,
        "total": len(files),
    }


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # gone meanwhile: reading it will say so


def _take_all(
    job: Job,
    files: Sequence[SourceFile],
    options: AddOptions,
    table: LabelTable | None,
    channels: int | None,
    tally: _Tally,
) -> bool:
    """Take the files in order into the tally; return whether someone stopped it."""
    known = set(json.loads((job.folder / "known.json").read_text()))
    first: dict[str, int] = {}  # place in tally.images by SHA-256
    done = 0
    for source, taken in _read_ahead(job, files, options.channels):
        done += 1
        job.report(done, len(files), f"Reading {source.base[:60]}")
        if isinstance(taken, PiximiError):
            # A full disk and an open question end the import with nothing added.
            if isinstance(taken, ChannelsUnknown):
                job.report(1, 1, "Waiting for an answer", frames=taken.frames)
                raise taken
            if isinstance(taken, NoSpace):
                raise taken
            tally.failed.append([source.name, str(taken)])
            continue
        image = _with_label(taken.image, source, options, table)
        if image.sha256 in known:
            tally.duplicates.append([source.name, "already in the project"])
        elif image.sha256 in first:
            _note_second(source, image, first[image.sha256], tally)
        elif channels is not None and image.channels != channels:
            tally.failed.append([source.name, _other_channels(image, channels)])
        else:
            channels = image.channels if channels is None else channels
            first[image.sha256] = len(tally.images)
            tally.images.append(image)
            _widen(tally, taken.float_range)
    return done < len(files)


def _other_channels(image: NewImage, channels: int) -> str:
    return (
        f"has {plural(image.channels, 'channel')}, but the images of this project have "
        f"{channels}; add it to another project or convert it first"
    )


def _note_second(source: SourceFile, image: NewImage, place: int, tally: _Tally) -> None:
    kept = tally.images[place]
    if image.category and kept.category and image.category != kept.category:
        reason = f"is the same picture as {kept.name}, kept as {kept.category}"
        tally.conflicts.append([source.name, f"{reason}, not {image.category}"])
        return
    tally.duplicates.append([source.name, f"is the same picture as {kept.name}"])
    # A label is not lost because a copy without one came first.
    tally.images[place] = replace(
        kept,
        category=kept.category or image.category,
        partition=kept.partition or image.partition,
    )


def _widen(tally: _Tally, found: tuple[float, float] | None) -> None:
    if found is not None:
        low, high = tally.float_range or found
        tally.float_range = [min(low, found[0]), max(high, found[1])]


def _with_label(
    image: NewImage, source: SourceFile, options: AddOptions, table: LabelTable | None
) -> NewImage:
    category, partition = options.category, options.partition
    if options.labels == "folders" and source.folder:
        category = source.folder
    row = table.find(source.name) if table is not None else None
    if row is not None:
        category, partition = row.category or category, row.partition or partition
    return replace(image, category=category, partition=partition)


def _read_ahead(
    job: Job, files: Sequence[SourceFile], channels: int | None
) -> Iterator[tuple[SourceFile, _Taken | PiximiError]]:
    """Yield what became of each file, in order, reading a few ahead on threads."""
    project = ProjectFiles(job.project_folder)
    with ThreadPoolExecutor(_THREADS) as pool:
        waiting: deque[tuple[SourceFile, Future[_Taken | PiximiError]]] = deque()
        for source in files:
            waiting.append((source, pool.submit(_take, source, project, channels)))
            if len(waiting) >= _AHEAD:
                yield _next(waiting)
            if job.should_stop():
                pool.shutdown(cancel_futures=True)
                return
        while waiting:
            yield _next(waiting)


def _next(
    waiting: deque[tuple[SourceFile, Future[_Taken | PiximiError]]],
) -> tuple[SourceFile, _Taken | PiximiError]:
    source, future = waiting.popleft()
    return source, future.result()


def _take(source: SourceFile, project: ProjectFiles, channels: int | None) -> _Taken | PiximiError:
    """Read one file, store it and its thumbnail; return the reason if it cannot be used."""
    try:
        extension = extension_for(source.path, name=source.name)
        sha256 = hash_file(source.path)
        picture = read_picture(source.path, name=source.name, channels=channels)
        file_sha256 = _keep(source.path, sha256, extension, project)
        _make_thumbnail(picture, project.thumbnail(file_sha256))
    except PiximiError as error:
        return error
    except OSError as error:
        return BadInput(f"{source.base[:80]} cannot be read ({error.strerror}); check the file.")
    image = NewImage(
        name=source.base[-300:],
        sha256=sha256,
        file_sha256=file_sha256,
        extension=extension,
        planes=picture.planes,
        height=picture.height,
        width=picture.width,
        channels=picture.channels,
        bit_depth=picture.bit_depth,
        dtype=str(picture.pixels.dtype),
        read_channels=channels,
        pixel_size=asdict(picture.pixel_size) if picture.pixel_size else None,
        display={"colors": list(picture.channel_colors)} if picture.channel_colors else {},
        notes=list(picture.notes),
    )
    return _Taken(image, _finite_range(picture))


def _finite_range(picture: Picture) -> tuple[float, float] | None:
    if not picture.is_float:
        return None
    finite = picture.pixels[np.isfinite(picture.pixels.astype(np.float32))]
    return (float(finite.min()), float(finite.max())) if finite.size else None


def _keep(path: Path, sha256: str, extension: str, project: ProjectFiles) -> str:
    """Store the original, durably and once; return the SHA-256 of what is stored."""
    if extension == "dcm":
        # The stored copy leaves the patient out, so its content and name differ. Its first name is
        # its own: the same file may be read twice at once.
        stripped = project.folder / "images" / f".{new_id()}.dcm.part"
        try:
            deidentify_dicom(path, stripped)
            file_sha256 = hash_file(stripped)
            _copy_durably(stripped, project.original(file_sha256, extension), file_sha256)
        finally:
            stripped.unlink(missing_ok=True)
        return file_sha256
    _copy_durably(path, project.original(sha256, extension), sha256)
    return sha256


def _copy_durably(path: Path, target: Path, sha256: str) -> None:
    if target.exists():
        return
    with replace_atomically(target) as part:
        shutil.copyfile(path, part)
        if hash_file(part) != sha256:
            raise BadInput(
                f"{path.name[:80]} changed while it was read; add it again when it is complete."
            )


def _make_thumbnail(picture: Picture, target: Path) -> None:
    if not target.exists():
        with replace_atomically(target, durable=False) as part:
            part.write_bytes(thumbnail(picture))


def label(job: Job, result: dict[str, Any]) -> str:
    """Name the step in the history."""
    return f"Add {plural(int(result['added']), 'image')}"


def apply(job: Job, result: dict[str, Any], store: Store, db: Connection) -> None:
    """Enter the stored files as images of the project."""
    request = job.request()
    with (job.folder / "images.jsonl").open(encoding="utf-8") as lines:
        found = [NewImage(**json.loads(line)) for line in lines]
    add_images(db, found, kind_id=request["options"]["kind_id"], who=request["who"])
    # Not before the result is on the disk: until then the import may have to run again.
    shutil.rmtree(job.folder / "upload", ignore_errors=True)
    if result["float_range"]:
        unset = schema.project.c.float_range.is_(None)
        fixed = json.dumps(result["float_range"])
        db.execute(schema.project.update().where(unset).values(float_range=fixed))
