"""One writer at a time: a lock beside the database that says who holds it."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from piximi_core.disk import is_full
from piximi_core.errors import BadInput, ProjectBusy
from piximi_core.messages import Message, from_text, to_text
from piximi_core.project.files import disk_errors_in_words

__all__ = ["WAIT_SECONDS", "writer_lock"]

WAIT_SECONDS = 5.0
_PAUSE_SECONDS = 0.02


def _who() -> str:
    program = Path(sys.argv[0]).name[:100] or "python"
    return Message(
        "{program} (process {process} on {machine})",
        program=program,
        process=os.getpid(),
        machine=socket.gethostname(),
    )


@contextmanager
def writer_lock(project_folder: Path, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the project's writer lock; the operating system frees it if the process dies.

    Parameters
    ----------
    project_folder
        The folder of the project.
    wait_seconds
        How long to wait for another writer.

    Raises
    ------
    ProjectBusy
        Another program still held the lock after the wait; the text names it.
    BadInput
        The folder cannot be written.
    NoSpace
        There is no lock file yet, and no room for one.
    """
    handle = _open(project_folder)
    try:
        _acquire(handle, project_folder, wait_seconds)
        # The name is for people only: a full disk must not stop a deletion.
        with suppress(OSError):
            os.ftruncate(handle, 0)
            os.pwrite(handle, to_text(_who()).encode(), 0)
        yield
    finally:
        os.close(handle)  # which also gives the lock back


def _open(project_folder: Path) -> int:
    try:
        return os.open(project_folder / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if is_full(error):
            with disk_errors_in_words(project_folder / "writer.lock"):
                raise
        raise BadInput(
            "The project {project!r} cannot be written ({reason}); "
            "check that its folder is there and who owns it.",
            project=project_folder.name,
            reason=error.strerror,
        ) from error


def _acquire(handle: int, project_folder: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                threading.Event().wait(_PAUSE_SECONDS)
                continue
            holder = from_text(os.pread(handle, 1000, 0).decode(errors="replace"))
            raise ProjectBusy(
                "The project {project!r} is being written by {holder}; "
                "wait until it is done, then try again.",
                project=project_folder.name,
                holder=holder or Message("another program"),
            ) from None
        return
