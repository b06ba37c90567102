"""The bin: deleted projects lie whole in a folder of the workspace until they are too old.

Every step is one rename, so that whatever kills the program, a project is in the workspace, in the
bin, or gone.
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from piximi_core.disk import flush_folder
from piximi_core.errors import NotFound, PiximiError
from piximi_core.project.database.backups import list_backups
from piximi_core.project.database.lock import writer_lock
from piximi_core.project.database.store import open_store
from piximi_core.project.files import replace_atomically
from piximi_core.project.workspace import move_in, project_folder, summarise, workspace

__all__ = ["KEPT_DAYS", "BinnedProject", "binned", "empty_bin", "put_into_bin", "restore", "sweep"]

KEPT_DAYS = 30
"""How long a deleted project can be restored."""

_BIN = ".bin"
_EMPTYING = ".emptying"
_LOCK_SECONDS = 1.0
_AGES = ".ages.json"
_DAY = 86400.0
_MOST_AT_ONCE = 7 * _DAY
_STAMP = "%Y%m%dT%H%M%S.%fZ"
# When it was deleted and where it lay: "20260131T120000.000000Z-blood-cells".
_ENTRY = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-(\w[\w.-]{0,79})")


@dataclass(frozen=True)
class BinnedProject:
    """A deleted project.

    Attributes
    ----------
    entry
        Its name inside the bin.
    address
        Where it lay in the workspace.
    name
        What the person called it.
    deleted_at
        Seconds since the epoch.
    """

    entry: str
    address: str
    name: str
    deleted_at: float
    folder: Path


def put_into_bin(address: str, root: Path | None = None) -> str:
    """Move a project, damaged or not, into the bin; return its entry there.

    The caller sees to it that no job of the project is under way.

    Raises
    ------
    NotFound
        There is no project of this address.
    ProjectBusy
        Another program is writing it.
    """
    folder = project_folder(address, root)
    if not (folder / "project.sqlite").is_file() and not list_backups(folder):
        raise NotFound("This project is no longer there; look again at the list.")
    bin_folder = folder.parent / _BIN
    bin_folder.mkdir(exist_ok=True)
    entry = f"{datetime.now(UTC).strftime(_STAMP)}-{address}"
    with writer_lock(folder, _LOCK_SECONDS):
        _let_go(folder)
        folder.rename(bin_folder / entry)
    flush_folder(bin_folder)
    flush_folder(folder.parent)
    return entry


def _let_go(folder: Path) -> None:
    """Close this process's connections: they would hold on to files that move or go."""
    with suppress(PiximiError):  # damaged: there are none
        open_store(folder).close()


def binned(root: Path | None = None) -> list[BinnedProject]:
    """Return what is in the bin, the last deleted first."""
    bin_folder = (root or workspace()) / _BIN
    found = []
    for folder in bin_folder.iterdir() if bin_folder.is_dir() else ():
        match = _ENTRY.fullmatch(folder.name)
        if match:
            name = summarise(folder).name
            # A project that cannot be read is called by its folder.
            name = match[2] if name == folder.name else name
            found.append(
                BinnedProject(folder.name, match[2], name, _moment(match[1]).timestamp(), folder)
            )
    return sorted(found, key=lambda project: -project.deleted_at)


def _moment(stamp: str) -> datetime:
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)  # such a day does not exist: nobody's deletion


def restore(entry: str, root: Path | None = None) -> str:
    """Bring a project back to where it was, or beside what lies there now; return its address.

    Raises
    ------
    NotFound
        It is no longer in the bin.
    """
    top = root or workspace()
    folder, address = _find(entry, top)
    _let_go(folder)
    return move_in(folder, address, top)


def _find(entry: str, top: Path) -> tuple[Path, str]:
    match = _ENTRY.fullmatch(entry)
    folder = top / _BIN / entry
    if match is None or not folder.is_dir():
        raise NotFound("This project is no longer in the bin; look again at what is there.")
    return folder, match[2]


def empty_bin(entries: list[str] | None = None, root: Path | None = None) -> int:
    """Delete for good what is in the bin, or these entries of it; return how many."""
    top = root or workspace()
    emptying = top / _BIN / _EMPTYING
    chosen = [project.entry for project in binned(top)] if entries is None else entries
    for entry in chosen:
        folder, _address = _find(entry, top)
        _let_go(folder)
        emptying.mkdir(exist_ok=True)
        # First out of sight in one step: a half-deleted project is nobody's to restore.
        with suppress(FileNotFoundError):  # another dashboard was quicker
            folder.rename(emptying / uuid.uuid4().hex)
    shutil.rmtree(emptying, ignore_errors=True)
    if not binned(top):
        (top / _BIN / _AGES).unlink(missing_ok=True)
    return len(chosen)


def sweep(root: Path | None = None, *, now: datetime | None = None) -> int:
    """Delete for good what has been in the bin for `KEPT_DAYS`, and what a crash left of others.

    The days are those that go by between looks, of which one counts for a week at most: a clock
    that is years ahead for an evening must not empty the bin.
    """
    top = root or workspace()
    ages = _grow_older(top, (now or datetime.now(UTC)).timestamp())
    old = [entry for entry, age in ages.items() if age > KEPT_DAYS * _DAY]
    if old or (top / _BIN / _EMPTYING).is_dir():
        empty_bin(old, top)
    return len(old)


def _grow_older(top: Path, moment: float) -> dict[str, float]:
    """Add the time since the last look to the age of each entry; return the ages in seconds."""
    known = binned(top)
    if not known:
        return {}
    path = top / _BIN / _AGES
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        before, last = dict(kept["ages"]), float(kept["at"])
    except (OSError, ValueError, TypeError, KeyError):
        before, last = {}, moment
    gone = min(max(0.0, moment - last), _MOST_AT_ONCE)
    ages = {
        project.entry: float(before[project.entry]) + gone
        if project.entry in before
        else min(max(0.0, moment - project.deleted_at), _MOST_AT_ONCE)
        for project in known
    }
    with suppress(OSError, PiximiError), replace_atomically(path, durable=False) as part:
        part.write_text(json.dumps({"at": moment, "ages": ages}), encoding="utf-8")
    return ages
