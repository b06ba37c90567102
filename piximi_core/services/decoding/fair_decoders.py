"""Decoders that several projects share, each with a queue; what nobody waits for is ended.

Two lanes. Most files are small: a few decoders with tight limits read them side by side, and a
project that none of them is working for gets one more, so it never waits for another project's
files. What turns out to be large, by its header or because a tight limit was met, is read again in
the second lane, one file at a time, under the limits of an import. So the memory that decoding
takes at once is bounded whatever the projects hold.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from cachetools import TTLCache
from numpy.typing import NDArray

from piximi_core.errors import BadInput, PiximiError, Stopped
from piximi_core.images.request import TooLarge, allowed_bytes
from piximi_core.services.decoding.decoders import Child, DecodeLimits, death, result

__all__ = ["Decoded", "FairDecoders", "Ticket"]

SMALL_BYTES = 256_000_000
"""How many bytes a file of the first lane may take once decoded."""

_SMALL = DecodeLimits(memory=1_200_000_000, seconds=10.0)
# Beyond the usual number, for projects that would otherwise wait for others.
_MOST_CHILDREN = 8
_IDLE_SECONDS = 60.0
_GRACE_SECONDS = 0.5  # starting a new decoder costs as much
_REMEMBERED_FAILURES = 1000
_FAILURE_SECONDS = 300.0


@dataclass(frozen=True)
class Decoded:
    """What came of a task: facts, and for the task "planes" the pixels ``[Z, H, W, C]``."""

    facts: dict[str, Any]
    pixels: NDArray[Any] | None = None


@dataclass(eq=False)
class Ticket:
    """One task in the queue; everyone who asks for the same holds the same one."""

    project: Path
    key: str
    task: dict[str, Any]
    waiting: int = 1
    left: bool = False
    child: Child | None = None
    future: Future[Decoded] = field(default_factory=Future)


class _Lane:
    """One queue for each project, served in turns."""

    def __init__(self, usual: int, most: int, limits: DecodeLimits, max_bytes: int) -> None:
        self.usual, self.most, self.limits, self.max_bytes = usual, most, limits, max_bytes
        self.turns: OrderedDict[Path, deque[Ticket]] = OrderedDict()
        self.running: Counter[Path] = Counter()
        self.threads = self.idle = 0

    def next(self) -> Ticket | None:
        """Take the next ticket whose project may have another decoder."""
        busy = self.running.total()
        for project, queue in self.turns.items():
            mine = self.running[project]
            # A place is left to others, and who has none gets one beside the usual ones.
            if busy < (self.most if mine == 0 else self.usual):
                ticket = queue.popleft()
                if queue:
                    self.turns.move_to_end(project)
                else:
                    del self.turns[project]
                self.running[project] += 1
                return ticket
        return None


class FairDecoders:
    """Decoders shared by the projects of one dashboard; used from any thread.

    Parameters
    ----------
    small, large
        Limits of the two lanes; those of an import for the second by default.
    """

    def __init__(
        self, small: DecodeLimits | None = None, large: DecodeLimits | None = None
    ) -> None:
        cores = os.cpu_count() or 2
        self._change = threading.Condition()
        usual, most = max(2, min(4, cores - 1)), min(SMALL_BYTES, allowed_bytes())
        self._small = _Lane(usual, _MOST_CHILDREN, small or _SMALL, most)
        self._large = _Lane(1, 1, large or _large_limits(), allowed_bytes())
        self._tickets: dict[tuple[Path, str], Ticket] = {}
        self._failures: TTLCache[tuple[object, ...], BadInput] = TTLCache(
            _REMEMBERED_FAILURES, _FAILURE_SECONDS
        )
        self._children: set[Child] = set()
        self._closed = False

    def submit(self, project: Path, do: str, path: Path, **more: Any) -> Ticket:
        """Ask for a task of `decoder`; the ticket's future gets `Decoded` or a `PiximiError`.

        Whoever no longer waits says so by `leave`.

        Raises
        ------
        FileNotFoundError
            There is no such file.
        BadInput
            The same file, read in the same way, failed a moment ago.
        """
        task = {"do": do, "path": str(path), "name": path.name, **more}
        key = json.dumps(task, sort_keys=True)
        with self._change:
            self._refuse_failed(task)
            ticket = self._tickets.get((project, key))
            if ticket is not None:
                ticket.waiting += 1
                return ticket
            ticket = self._tickets[project, key] = Ticket(project, key, task)
            self._queue(self._small, ticket)
            return ticket

    def leave(self, ticket: Ticket) -> None:
        """Wait no longer; what nobody waits for is taken out of the queue, or ended."""
        with self._change:
            ticket.waiting -= 1
            if ticket.waiting > 0 or ticket.future.done():
                return
            ticket.left = True
            self._tickets.pop((ticket.project, ticket.key), None)
            for lane in (self._small, self._large):
                queue = lane.turns.get(ticket.project)
                if queue and ticket in queue:
                    queue.remove(ticket)
                    if not queue:
                        del lane.turns[ticket.project]
                    ticket.future.cancel()
            if ticket.child is not None:
                timer = threading.Timer(_GRACE_SECONDS, self._end_left, (ticket, ticket.child))
                timer.daemon = True
                timer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start one decoder before the first file comes; the last one stays."""
        with self._change:
            if not self._small.threads:
                self._start_thread(self._small, warm=True)

    def close(self) -> None:
        """End all decoders; what they were asked for ends with `Stopped`."""
        with self._change:
            self._closed = True
            self._change.notify_all()
            for child in self._children:
                child.process.kill()

    def _end_left(self, ticket: Ticket, child: Child) -> None:
        with self._change:
            if ticket.child is child:
                child.process.kill()

    def _refuse_failed(self, task: dict[str, Any]) -> None:
        known = self._failures.get(_mark(task))
        if known is not None:
            raise known

    def _queue(self, lane: _Lane, ticket: Ticket) -> None:
        lane.turns.setdefault(ticket.project, deque()).append(ticket)
        if not lane.idle and lane.threads < lane.most:
            self._start_thread(lane)
        self._change.notify_all()

    def _start_thread(self, lane: _Lane, *, warm: bool = False) -> None:
        lane.threads += 1
        work = threading.Thread(target=self._serve, args=(lane, warm), name="decoding", daemon=True)
        work.start()

    def _serve(self, lane: _Lane, warm: bool) -> None:
        """Answer tickets of a lane with one child after another; end when there are none."""
        child: Child | None = None
        try:
            with suppress(OSError):
                child = self._start(lane, None) if warm else None
            while (ticket := self._wait(lane)) is not None:
                child = self._answer(lane, ticket, child)
        finally:
            self._forget(child)
            with self._change:
                lane.threads -= 1

    def _wait(self, lane: _Lane) -> Ticket | None:
        with self._change:
            lane.idle += 1
            try:
                deadline = time.monotonic() + _IDLE_SECONDS
                while not self._closed:
                    ticket = lane.next()
                    if ticket is not None:
                        return ticket
                    rest = deadline - time.monotonic()
                    if rest <= 0 and (lane is self._large or lane.threads > 1):
                        return None
                    # The last decoder of small files stays: the next picture finds it ready.
                    self._change.wait(rest if rest > 0 else None)
                return None
            finally:
                lane.idle -= 1

    def _answer(self, lane: _Lane, ticket: Ticket, child: Child | None) -> Child | None:
        """Have one ticket answered; return the child for the next, None if it is no more."""
        decoded: Decoded | None = None
        error: Exception | None = None
        try:
            child = child if child and child.process.poll() is None else self._start(lane, child)
            with self._change:
                ticket.child = None if ticket.left else child
            if not ticket.left:
                decoded = _ask(child, {**ticket.task, "most": lane.max_bytes})
                if decoded is None:
                    error = death(self._forget(child), ticket.task["name"], lane.limits)
                    child = None
        except (PiximiError, OSError) as problem:
            error = problem
        with self._change:
            ticket.child = None
            lane.running[ticket.project] -= 1
            self._change.notify_all()
            if ticket.left:
                ticket.future.cancel()
                return child
            # A tight limit says nothing yet: the other lane has wider ones.
            again = lane is self._small and (child is None or isinstance(error, TooLarge))
            if again and error is not None and not self._closed:
                self._queue(self._large, ticket)
                return child
            self._tickets.pop((ticket.project, ticket.key), None)
            if isinstance(error, BadInput) and not self._closed:
                self._remember(ticket, error)
        if error is not None:
            ticket.future.set_exception(Stopped("Stopped.") if self._closed else error)
        else:
            assert decoded is not None
            ticket.future.set_result(decoded)
        return child

    def _start(self, lane: _Lane, old: Child | None) -> Child:
        self._forget(old)
        child = Child(lane.limits, None)
        with self._change:
            self._children.add(child)
            if self._closed:
                child.process.kill()
        return child

    def _forget(self, child: Child | None) -> int:
        if child is None:
            return 0
        with self._change:
            self._children.discard(child)
        return child.end()

    def _remember(self, ticket: Ticket, error: BadInput) -> None:
        with suppress(OSError):
            self._failures[_mark(ticket.task)] = error


def _large_limits() -> DecodeLimits:
    """Return an import's limits, but no more than half of this machine's memory."""
    usual = DecodeLimits()
    try:
        half = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (ValueError, OSError):
        return usual
    return DecodeLimits(min(usual.memory, half), usual.seconds)


def _mark(task: dict[str, Any]) -> tuple[object, ...]:
    """Name a file with its state, and how it is read: a mended one is tried again at once.

    One that is too large as a whole still gives boxes.
    """
    state = Path(task["path"]).stat()
    how = (task.get(name) for name in ("do", "channels", "whole", "alone"))
    return task["path"], *how, state.st_mtime_ns, state.st_size


def _ask(child: Child, task: dict[str, Any]) -> Decoded | None:
    """Return the child's answer, None if it is no more."""
    if task["do"] != "planes":
        answer = child.ask(task)
        return None if answer is None else Decoded(result(answer))
    with _place_for_pixels() as place:
        answer = child.ask({**task, "copy": str(place)})
        if answer is None:
            return None
        facts = result(answer)
        if facts.get("beyond") or facts.get("needs_pyramid"):
            return Decoded(facts)
        return Decoded(facts, np.load(place, mmap_mode="r", allow_pickle=False))


@contextmanager
def _place_for_pixels() -> Iterator[Path]:
    """Give a file for pixels on their way: in memory where the system can, so no disk is full."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("piximi-pixels", os.MFD_CLOEXEC)
        try:
            yield Path(f"/proc/{os.getpid()}/fd/{handle}")
        finally:
            os.close(handle)
        return
    with tempfile.TemporaryDirectory(prefix="piximi-") as folder:
        yield Path(folder) / "pixels"
