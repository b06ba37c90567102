"""Pyramids of large pictures, made in a project's cache by a process of their own, one at a time.

A pyramid that is being made lies in a folder beside its place, and is renamed into it: so it is
there whole or not at all, whatever is killed. What a killed process has left is swept away later.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cachetools import TTLCache

from piximi_core.disk import flush_folder, sweep
from piximi_core.errors import PiximiError, Stopped
from piximi_core.project.files import ProjectFiles, disk_errors_in_words
from piximi_core.services.decoding.decoders import Child, DecodeLimits, death, result
from piximi_core.vocabulary import new_id

__all__ = ["PyramidMaker", "looked_at", "pyramid_folder"]

MOST_BYTES = 20_000_000_000
"""How many bytes the pyramids of a project may take; those looked at longest ago go first."""

_LIMITS = DecodeLimits(memory=1_500_000_000)
_LEFT_SECONDS = 3600.0  # what lies unfinished for so long, nobody is at work on
_REMEMBERED_FAILURES = 1000
_FAILURE_SECONDS = 60.0
_NOTED_SECONDS = 60.0
_MAKING = ".making-"


def pyramid_folder(project: Path, path: Path, channels: int | None) -> Path:
    """Return where the pyramid of a stored file lies, if there is one.

    Parameters
    ----------
    path
        The original, named by its content.
    channels
        As it is read.
    """
    name = path.name.split(".")[0]
    return ProjectFiles(project).cache / "pyramids" / name[:2] / f"{name}-{channels or 0}"


@dataclass(eq=False)
class _Order:
    target: Path
    task: dict[str, Any]
    making: Path | None = None
    future: Future[None] = field(default_factory=Future)


class PyramidMaker:
    """Makes pyramids for all projects of one dashboard; used from any thread."""

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._orders: dict[Path, _Order] = {}
        self._queue: deque[_Order] = deque()
        self._failures: TTLCache[Path, PiximiError] = TTLCache(
            _REMEMBERED_FAILURES, _FAILURE_SECONDS
        )
        self._child: Child | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    def make(self, project: Path, path: Path, channels: int | None) -> Future[None]:
        """Have the pyramid of a stored file made; it is there, or in vain, when the future is done.

        The future gets a `PiximiError` that says why it could not be made. Nobody ends the work by
        waiting no longer: who looked at a picture once will look again.
        """
        target = pyramid_folder(project, path, channels)
        task = {"do": "pyramid", "path": str(path), "name": path.name, "channels": channels}
        with self._change:
            order = self._orders.get(target)
            if order is not None:
                if order in self._queue:
                    self._queue.remove(order)
                    self._queue.appendleft(order)
                return order.future
            order = _Order(target, task)
            problem = Stopped("Stopped.") if self._closed else self._failures.get(target)
            if problem is not None:
                order.future.set_exception(problem)
                return order.future
            self._orders[target] = order
            # Who asks last is still looking.
            self._queue.appendleft(order)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="pyramids", daemon=True)
                self._thread.start()
            return order.future

    def share(self, project: Path, path: Path, channels: int | None) -> float | None:
        """Return how far a pyramid is, 0…1; None where none is being made."""
        with self._change:
            order = self._orders.get(pyramid_folder(project, path, channels))
        if order is None:
            return None
        if order.making is not None:
            with suppress(OSError, ValueError):
                return float(_beside(order.making).read_text(encoding="utf-8"))
        return 0.0

    def close(self) -> None:
        """End all work; what was asked for ends with `Stopped`."""
        with self._change:
            self._closed = True
            if self._child is not None:
                self._child.process.kill()
            thread = self._thread
        if thread is not None:
            thread.join(timeout=10)

    def _work(self) -> None:
        while True:
            with self._change:
                if not self._queue:
                    self._thread = None
                    return
                order = self._queue.popleft()
            problem: Exception | None = None
            try:
                self._make(order)
            except Exception as error:  # whatever it is, those who wait hear of it
                problem = Stopped("Stopped.") if self._closed else error
            with self._change:
                del self._orders[order.target]
                if isinstance(problem, PiximiError):
                    self._failures[order.target] = problem
            if problem is None:
                order.future.set_result(None)
            else:
                order.future.set_exception(problem)

    def _make(self, order: _Order) -> None:
        target = order.target
        making = order.making = target.with_name(f"{_MAKING}{new_id()}")
        with disk_errors_in_words(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            sweep(target.parent.parent.glob(f"*/{_MAKING}*"), _LEFT_SECONDS)
            try:
                self._ask({**order.task, "copy": str(making)})
                if making.is_dir():
                    _put(making, target)
                    _keep_within(target)
            finally:
                shutil.rmtree(making, ignore_errors=True)
                _beside(making).unlink(missing_ok=True)

    def _ask(self, task: dict[str, Any]) -> None:
        with self._change:
            if self._closed:
                raise Stopped("Stopped.")
        # Not under the lock, for which the server waits.
        child = Child(_LIMITS, None)
        with self._change:
            self._child = child
            if self._closed:
                child.process.kill()
        try:
            answer = child.ask(task)
        finally:
            code = child.end()
            with self._change:
                self._child = None
        if answer is None:
            raise death(code, task["name"], _LIMITS)
        result(answer)


def _beside(making: Path) -> Path:
    return making.with_name(f"{making.name}.share")


def _put(making: Path, target: Path) -> None:
    """Put a finished pyramid into its place; one that stands there is of another state."""
    old = making.with_name(f"{making.name}.old")
    with suppress(FileNotFoundError):
        target.rename(old)
    making.rename(target)
    flush_folder(target.parent)
    if old.is_symlink():
        old.unlink()
    else:
        shutil.rmtree(old, ignore_errors=True)


def _keep_within(newest: Path) -> None:
    """Delete the pyramids of a project that were looked at longest ago, if all take too much."""
    found = []
    for folder in newest.parent.parent.glob("*/*"):
        with suppress(OSError):
            if folder != newest and not folder.name.startswith(_MAKING):
                found.append((folder.stat().st_mtime_ns, _size(folder), folder))
    total = _size(newest) + sum(size for _moment, size, _folder in found)
    for _moment, size, folder in sorted(found):
        if total <= MOST_BYTES:
            return
        shutil.rmtree(folder, ignore_errors=True)
        total -= size


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*"))


def looked_at(folder: Path) -> None:
    """Note that a pyramid is in use, if there is one; once in a while is enough."""
    with suppress(OSError):
        if time.time() - folder.lstat().st_mtime >= _NOTED_SECONDS:
            os.utime(folder, follow_symlinks=False)
