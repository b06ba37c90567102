"""One file taken into a project: decoded in another process, its original and thumbnail stored."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.images.request import Reading
from piximi_core.messages import Message
from piximi_core.project.contents.adding import NewImage
from piximi_core.project.files import ProjectFiles, hash_file, replace_atomically
from piximi_core.services.decoding.decoders import Decoders
from piximi_core.services.importing.sources import SourceFile
from piximi_core.vocabulary import new_id

__all__ = ["InProject", "Taken", "Taking", "hash_source", "other_channels"]

_NAME_LENGTH = 300
_PATH_LENGTH = 1000


class InProject(BadInput):
    """A file that the project holds already.

    Attributes
    ----------
    sha256
        Of the file.
    """

    def __init__(self, text: str, sha256: str) -> None:
        super().__init__(text)
        self.sha256 = sha256


def other_channels(channels: int, project_channels: int) -> str:
    """Say why a picture of so many channels cannot be added."""
    return Message(
        "has {channels}, but the images of this project have "
        "{project_channels}; convert it while adding, or add it to another project",
        channels=Message.plural("{n} channel", "{n} channels", n=channels),
        project_channels=project_channels,
    )


@dataclass(frozen=True)
class Taken:
    """One file, read and stored.

    Attributes
    ----------
    float_range
        The smallest and largest finite value of a float image.
    """

    image: NewImage
    float_range: tuple[float, float] | None = None


class Taking:
    """Takes files, from several threads at once.

    Parameters
    ----------
    project
        Where originals and thumbnails go.
    decoders
        The processes that read.
    scratch
        A folder for copies on their way; nothing in it is worth keeping.
    reading
        How files are read.
    known
        SHA-256 of the files that the project holds.
    project_channels
        The project's channel count; None while its first image is still to come.

    Attributes
    ----------
    project_channels
        To be set by the caller once the first image has decided.
    """

    def __init__(
        self,
        project: ProjectFiles,
        decoders: Decoders,
        scratch: Path,
        reading: Reading,
        *,
        known: Collection[str] = (),
        project_channels: int | None = None,
    ) -> None:
        self.project_channels = project_channels
        self._project = project
        self._decoders = decoders
        self._scratch = scratch
        self._reading = reading
        self._known = known

    def take(self, source: SourceFile) -> Taken:
        """Read one file, store it and its thumbnail.

        Raises
        ------
        PiximiError
            Why it cannot be used.
        """
        copy = self._scratch / new_id()
        try:
            return self._take(source, copy)
        except OSError as error:
            raise BadInput(
                "{name} cannot be read ({reason}); check the file.",
                name=source.base[:80],
                reason=error.strerror,
            ) from error
        finally:
            copy.unlink(missing_ok=True)

    def _take(self, source: SourceFile, copy: Path) -> Taken:
        sha256 = hash_source(source.path)
        if sha256 in self._known:
            raise InProject(
                Message("{name} is already in the project.", name=source.base[:80]), sha256
            )
        channels = self.project_channels
        facts = self._decoders.ask(
            "take",
            source.path,
            source.name,
            reading=asdict(self._reading),
            project_channels=channels,
            copy=str(copy),
        )
        if "other_channels" in facts and channels is not None:
            raise BadInput.saying(other_channels(facts["other_channels"], channels))
        extension = facts["extension"]
        if facts["copied"]:
            # What is stored differs from what was given, so its name does too.
            file_sha256 = hash_file(copy)
            _store(copy, self._project.original(file_sha256, extension), file_sha256)
        else:
            file_sha256 = sha256
            _store(source.path, self._project.original(sha256, extension), sha256)
        thumbnail = self._project.thumbnail(file_sha256)
        if not thumbnail.exists():
            with replace_atomically(thumbnail, durable=False) as part:
                part.write_bytes(base64.b64decode(facts["thumbnail"]))
        image = _new_image(source, sha256, file_sha256, facts, self._reading)
        found = facts["float_range"]
        return Taken(image, (found[0], found[1]) if found else None)


def _new_image(
    source: SourceFile, sha256: str, file_sha256: str, facts: dict[str, Any], reading: Reading
) -> NewImage:
    return NewImage(
        name=source.base[-_NAME_LENGTH:],
        path=source.name[-_PATH_LENGTH:],
        within=source.within[:_NAME_LENGTH],
        sha256=sha256,
        file_sha256=file_sha256,
        extension=facts["extension"],
        planes=facts["planes"],
        height=facts["height"],
        width=facts["width"],
        channels=facts["channels"],
        bit_depth=facts["bit_depth"],
        dtype=facts["dtype"],
        # A copy says for itself how many there are.
        read_channels=None if facts["copied"] else reading.channels,
        pixel_size=facts["pixel_size"],
        display={key: facts[key] for key in ("colors", "stack") if facts.get(key)},
        notes=facts["notes"],
        pixel_hash=facts["pixels"],
    )


def _store(path: Path, target: Path, sha256: str) -> None:
    """Store an original, durably and once."""
    if target.exists():
        return
    with replace_atomically(target) as part:
        shutil.copyfile(path, part)
        if hash_file(part) != sha256:
            raise BadInput(
                "{name} changed while it was read; add it again when it is complete.",
                name=path.name[:80],
            )


def hash_source(path: Path) -> str:
    """Return the SHA-256 of a file, or of the names and contents of a folder."""
    if not path.is_dir():
        return hash_file(path)
    digest = hashlib.sha256()
    for inner in sorted(path.rglob("*")):
        if inner.is_symlink():
            raise BadInput(
                "{name} holds links to other places; copy it without them.", name=path.name[:80]
            )
        if inner.is_dir():
            continue
        digest.update(f"{inner.relative_to(path).as_posix()}\0{hash_file(inner)}\n".encode())
    return digest.hexdigest()
