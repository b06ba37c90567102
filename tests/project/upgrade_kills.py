"""Kill -9 at each moment of an upgrade: before and after every call of SQLite or the system.

``python -m tests.project.upgrade_kills FOLDER [EVERY]`` unpacks the stored project there, opens
copies of it in processes that kill themselves at one moment each, and prints as JSON what was
found after each kill: the version, or what is wrong. With EVERY, only every so many moments are
tried, and all of the last ones, in which the new database takes the old one's place.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from piximi_core.project.database.backups import list_backups
from piximi_core.project.database.schema import SCHEMA_VERSION
from piximi_core.project.database.sqlite_files import damage_of
from piximi_core.project.database.store import Store
from tests.project.stored_project import STORED_VERSION, rows_of, unpack_stored, version_of

_PAGES = 8  # of a database that is copied, between two moments
_LAST = 40
_NEVER = 1_000_000


class _Moments:
    """Counts what the process does; ends it at one of them."""

    def __init__(self, last: int) -> None:
        self.passed = 0
        self._last = last

    def pass_one(self) -> None:
        """Let one more moment pass."""
        self.passed += 1
        if self.passed > self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, _frame: object, event: str, called: Any) -> None:
        """Count what `sys.setprofile` sees of SQLite and of the system."""
        if event in ("c_call", "c_return"):
            owner = getattr(called, "__self__", None)
            of_the_system = getattr(owner, "__name__", "") in ("posix", "fcntl")
            if of_the_system or isinstance(owner, sqlite3.Connection | sqlite3.Cursor):
                self.pass_one()


def _upgrade_until(moment: int, folder: Path) -> int | None:
    """Open a project in a process that ends itself; return the moments of one that lived."""
    child = os.fork()
    if child == 0:
        moments = _Moments(moment)

        class Portions(sqlite3.Connection):
            def backup(self, target: sqlite3.Connection, **_how: Any) -> None:
                super().backup(target, pages=_PAGES, progress=lambda *_: moments.pass_one())

        portions = functools.partial(sqlite3.connect, factory=Portions)
        sqlite3.connect = portions  # type: ignore[assignment]
        sys.setprofile(moments.watch)
        Store(folder)
        sys.setprofile(None)
        (folder / "moments").write_text(str(moments.passed))
        os._exit(0)
    os.waitpid(child, 0)
    said = folder / "moments"
    return int(said.read_text()) if said.exists() else None


def _found(folder: Path, before: dict[str, Any]) -> str:
    database = folder / "project.sqlite"
    version = version_of(database)
    if damage_of(database) is not None:
        return "damaged"
    if rows_of(database) != before:
        return "other rows"
    if version > STORED_VERSION and not [b for b in list_backups(folder) if b.reason == "format"]:
        return "no backup"
    # Whatever was left of the killed one stands in nobody's way.
    Store(folder).close()
    if rows_of(database) != before or version_of(database) != SCHEMA_VERSION:
        return "not to be opened again"
    if len([b for b in list_backups(folder) if b.reason == "format"]) != 1:
        return "more than one backup"
    # The draft of one that was killed behind the last change goes with the backups' own, in a day.
    drafts = [path.name for path in (folder / "backups").iterdir() if "upgrade" in path.name]
    if drafts and version == STORED_VERSION:
        return "a draft that nobody removes"
    return str(version)


def _main(place: Path, every: int) -> None:
    original = unpack_stored(place / "original")
    before = rows_of(original / "project.sqlite")

    def try_one(moment: int) -> tuple[int | None, str]:
        copy = place / "copy"
        copy.mkdir()
        shutil.copy(original / "project.sqlite", copy)
        lived = _upgrade_until(moment, copy)
        found = _found(copy, before)
        shutil.rmtree(copy)
        return lived, found

    # What a process works out once is worked out here, so that all of them pass the same moments.
    try_one(0)
    whole, found = try_one(_NEVER)
    assert whole is not None
    moments = {*range(0, whole, every), *range(max(whole - _LAST, 0), whole)}
    killed = [try_one(moment) for moment in sorted(moments)]
    sys.stdout.write(
        json.dumps(
            {
                "moments": whole,
                "alive": found,
                "lived": sum(lived is not None for lived, _found in killed),
                "killed": [one for _lived, one in killed],
            }
        )
    )


if __name__ == "__main__":
    _main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
