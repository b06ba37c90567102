"""The first look at originals that came from elsewhere: through limited readers, into the cache."""

from __future__ import annotations

import base64
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from piximi_core.errors import BadInput
from piximi_core.project.database.sqlite_files import open_to_read
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.services.decoding.fair_decoders import FairDecoders, Ticket

__all__ = ["make_thumbnails"]

_AHEAD = 32


def make_thumbnails(
    folder: Path, watch: Callable[[int, int], None] = lambda *_: None
) -> tuple[str, ...]:
    """Read every original of a project once, as an import does, and keep its thumbnail.

    A file that hangs, eats memory or crashes its reader costs itself alone.

    Parameters
    ----------
    watch
        Is told how many of how many were read; what it raises ends the reading.

    Returns
    -------
    tuple of str
        Names of the images whose files no reader could read.

    Raises
    ------
    NoSpace
        The disk is full.
    """
    files = ProjectFiles(folder)
    originals = sorted((folder / "images").glob("*/*"))
    waiting: deque[tuple[Path, Ticket]] = deque()
    unread: list[str] = []
    done = 0
    with FairDecoders() as decoders, closing(open_to_read(files.database)) as db:
        channels = db.execute("SELECT channels FROM project").fetchone()[0]

        def finish() -> None:
            path, ticket = waiting.popleft()
            sha256 = path.name.split(".")[0]
            try:
                facts = ticket.future.result().facts
            except BadInput:
                unread.extend(_names(db, sha256))
                return
            with replace_atomically(files.thumbnail(sha256), durable=False) as part:
                part.write_bytes(base64.b64decode(facts["thumbnail"]))

        for path in originals:
            ticket = decoders.submit(folder, "thumb", path, channels=channels, look=None)
            waiting.append((path, ticket))
            while len(waiting) >= _AHEAD or (waiting and path is originals[-1]):
                finish()
                done += 1
                watch(done, len(originals))
    return tuple(unread)


def _names(db: sqlite3.Connection, sha256: str) -> list[str]:
    rows = db.execute(
        "SELECT things.name FROM images JOIN things USING (id) WHERE file_sha256 = ?", (sha256,)
    )
    return [str(row[0]) for row in rows]
