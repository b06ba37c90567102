"""Files on their way from a browser to the folder of a job: in pieces, counted, resumable.

A browser sends lots. A lot is one line of JSON that says which pieces of which files follow, then
their bytes, one after another: hundreds of small files, or a part of a large one. Each piece is
written where it belongs as it comes, so that no file passes through memory. A file has a number,
which is its name on the disk; what a person calls it is data, kept in ``arriving.jsonl``. Whatever
breaks off is gone on with at the byte: what lies on the disk says how far each file is.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from piximi_core.disk import is_full
from piximi_core.errors import BadInput, NoSpace, NotFound, PiximiError
from piximi_core.project.files import require_space

__all__ = [
    "MOST_BYTES_OF_LOT",
    "ArrivingFile",
    "Conflict",
    "Receiver",
    "arriving",
    "upload_folder",
]

MOST_BYTES_OF_LOT = 64_000_000
_MOST_HEADER = 2_000_000
_MOST_PIECES = 2_000
_MOST_FILES = 999_999
_MOST_NAME = 4_096
_LIST = "arriving.jsonl"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Conflict(PiximiError):
    """What is sent does not go on from what is here; whoever sends looks at what is and goes on."""


@dataclass(frozen=True)
class ArrivingFile:
    """One file of an upload.

    Attributes
    ----------
    number
        Its name on the disk, six digits.
    name
        Its path as the browser gave it; never opened.
    size, arrived
        Its bytes in all, and those that are here.
    """

    number: int
    name: str
    size: int
    arrived: int
    path: Path

    @property
    def is_whole(self) -> bool:
        """Whether all of it is here."""
        return self.arrived == self.size


@dataclass(frozen=True)
class _Piece:
    number: int
    name: str
    size: int
    offset: int
    length: int


def upload_folder(jobs: Path, upload_id: str) -> Path:
    """Return the folder of an upload that may still take files.

    Raises
    ------
    NotFound
        There can be no such upload.
    Conflict
        Its files are being added already.
    """
    if not _ID.fullmatch(upload_id):
        raise NotFound("There is no such upload; choose the files again.")
    folder = jobs / upload_id
    if folder.is_symlink() or (folder / "request.json").exists():
        raise Conflict("These files are being added already; choose the others again.")
    return folder


def arriving(folder: Path) -> list[ArrivingFile]:
    """Return the files of an upload by number, those that are not whole among them."""
    room = folder / "upload"
    there = os.scandir(room) if room.is_dir() else ()
    sizes = {entry.name: entry.stat().st_size for entry in there}
    found = []
    for number, name, size in _listed(folder):
        path = room / f"{number:06d}"
        if size or path.name in sizes:
            arrived = min(sizes.get(path.name, 0), size)
            found.append(ArrivingFile(number, name, size, arrived, path))
    return found


def _listed(folder: Path) -> Iterator[tuple[int, str, int]]:
    path = folder / _LIST
    if not path.exists():
        return
    known = set()
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                number, name, size = json.loads(line)
            except ValueError:
                continue  # cut short by a crash or a full disk: that file is sent again
            if number not in known:
                known.add(number)
                yield number, name, size


class Receiver:
    """Takes one lot as it comes, chunk by chunk.

    Parameters
    ----------
    folder
        The upload's folder (`upload_folder`); made if it is not there.
    most_bytes
        How large one file may be.
    known
        Files that came before, by number: name and size. Kept between the lots of one upload by
        whoever calls, so that 20,000 files are not listed anew for each.

    Raises
    ------
    BadInput
        From `feed` and `close`: the lot does not hold what its first line says, or too much.
    Conflict
        It does not go on from what is here.
    NoSpace
        The disk cannot hold what is to come twice: here, and among the originals.
    """

    def __init__(
        self, folder: Path, most_bytes: int, known: dict[int, tuple[str, int]] | None = None
    ) -> None:
        self._folder = folder
        self._room = folder / "upload"
        self._most_bytes = most_bytes
        self._known = known if known is not None else {}
        if not self._known:
            self._known.update({number: (name, size) for number, name, size in _listed(folder)})
        self._head = b""
        self._pieces: list[_Piece] | None = None
        self._next = 0
        self._left = 0
        self._file: BinaryIO | None = None
        self.arrived: dict[int, int] = {}

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the lot."""
        try:
            self._take(data)
        except OSError as error:
            if is_full(error):
                raise NoSpace(
                    "The disk of the dashboard is full; free some space there and go on."
                ) from error
            raise

    def close(self) -> None:
        """Let go of the file that is being written; what has arrived of it stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def finish(self) -> dict[int, int]:
        """Return how far each file of the lot is, by number, once all of it was fed.

        Raises
        ------
        BadInput
            The lot ended early.
        """
        self.close()
        if self._pieces is None or self._next < len(self._pieces) or self._left:
            raise BadInput("The upload broke off; it goes on from what has arrived.")
        return self.arrived

    def _take(self, data: bytes) -> None:
        if self._pieces is None:
            self._head += data
            head, end, data = self._head.partition(b"\n")
            if len(head) > _MOST_HEADER:
                raise BadInput("The upload's list of files is too long.")
            if not end:
                return
            self._pieces = self._begin(head)
            self._open_next()
        view = memoryview(data)
        while len(view):
            if self._file is None:
                raise BadInput("The upload holds more than it says.")
            part = view[: self._left]
            self._file.write(part)
            self._left -= len(part)
            view = view[len(part) :]
            if not self._left:
                self._open_next()

    def _begin(self, head: bytes) -> list[_Piece]:
        try:
            said = json.loads(head)
            pieces = [_piece(raw) for raw in said["pieces"]]
            rest = int(said["rest"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise BadInput("The upload's list of files cannot be read.") from error
        if not 0 < len(pieces) <= _MOST_PIECES:
            raise BadInput("The upload's list of files is empty or too long.")
        if sum(piece.length for piece in pieces) > MOST_BYTES_OF_LOT:
            raise BadInput("This is more than goes into one lot of an upload.")
        for piece in pieces:
            if piece.size > self._most_bytes:
                raise BadInput(
                    "{name!r} is larger than this dashboard takes.", name=piece.name[-100:]
                )
            if self._known.get(piece.number, (piece.name, piece.size)) != (piece.name, piece.size):
                raise Conflict("Another file has this number; look at what has arrived.")
        rest = max(rest, sum(piece.length for piece in pieces))
        require_space(self._folder.parent, 2 * rest)
        self._room.mkdir(parents=True, exist_ok=True)
        self._list([piece for piece in pieces if piece.number not in self._known])
        return pieces

    def _list(self, new: Sequence[_Piece]) -> None:
        if not new:
            return
        lines = "".join(
            json.dumps([piece.number, piece.name, piece.size], ensure_ascii=False) + "\n"
            for piece in new
        )
        path = self._folder / _LIST
        with path.open("ab") as listed:
            # A line that a full disk cut short would swallow the next one.
            start = "\n" if listed.tell() else ""
            listed.write((start + lines).encode("utf-8", "replace"))
        self._known.update({piece.number: (piece.name, piece.size) for piece in new})

    def _open_next(self) -> None:
        """Open the next piece that has bytes; those without are made at once."""
        self.close()
        assert self._pieces is not None
        while self._next < len(self._pieces):
            piece = self._pieces[self._next]
            self._next += 1
            path = self._room / f"{piece.number:06d}"
            here = path.stat().st_size if path.exists() else 0
            if piece.offset > here:
                raise Conflict("A part of this file is missing; look at what has arrived.")
            # What came of this very piece before is written again: its answer was lost.
            file = path.open("r+b" if path.exists() else "wb")
            file.truncate(piece.offset)
            file.seek(piece.offset)
            self.arrived[piece.number] = piece.offset + piece.length
            if piece.length:
                self._file, self._left = file, piece.length
                return
            file.close()


def _piece(raw: Any) -> _Piece:
    number, name, size, offset, length = raw
    # Half a character, as file systems allow it in names, is none in UTF-8.
    name = str(name).encode("utf-8", "replace").decode("utf-8")
    piece = _Piece(int(number), name, int(size), int(offset), int(length))
    if not (0 < piece.number <= _MOST_FILES and 0 < len(piece.name) <= _MOST_NAME):
        raise ValueError(raw)
    if not (piece.offset >= 0 and 0 <= piece.length <= piece.size - piece.offset):
        raise ValueError(raw)
    return piece
