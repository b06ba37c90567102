"""Answers clicks and boxes by a network: looks ahead, keeps what it saw on disk, waits a little.

A network looks at a crop for seconds, once, and then answers prompts about it at once. So crops are
looked at as soon as it is known that they may be asked about, in a thread beside everything else,
and what comes of it lies in the project's cache. Whoever asks about a crop that is still being
looked at waits for as long as is said, and then knows that there is no answer yet.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from cachetools import TTLCache
from numpy.typing import NDArray

from piximi_core.annotation.regions import Box, Region
from piximi_core.annotation.tools.finding.candidates import Candidate
from piximi_core.annotation.tools.prompting import Prompt
from piximi_core.disk import sweep
from piximi_core.errors import BadInput, PiximiError
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.services.prompting.runners import Runner, Unfinished
from piximi_core.services.prompting.weights import Network

__all__ = ["Prompter", "State", "View", "close_prompter", "shared_prompter"]

log = logging.getLogger("piximi")

State = Literal["ready", "looking", "failed"]

KEPT_BYTES = 500_000_000
"""What a project's cache may hold of what networks saw; what was not used for longest goes."""
_VERSION = 1  # of the pictures that networks are shown
_LOOK_SECONDS, _ANSWER_SECONDS = 300.0, 10.0
_MOST_WAITING = 8  # views that are still to be looked at
_MOST_ASKING = 8  # threads that ask at once: others get no answer yet
_MOST_PATIENT = 4  # of them, those that wait for a look: who asks about what was seen goes on
_IDLE_SECONDS = 60.0
_FAILURE_SECONDS, _MOST_FAILURES = 60.0, 1000


@dataclass(frozen=True)
class View:
    """A crop of an image as a network is to see it.

    Attributes
    ----------
    project
        The folder of the project, whose cache keeps what was seen.
    file, read_channels, plane, channels
        Which pixels: of which original (its SHA-256), read as how many channels, which plane, and
        the channels that are seen.
    crop
        ``(x1, y1, x2, y2)`` in pixels of the image, the end exclusive.
    """

    network: Network
    project: Path
    file: str
    read_channels: int | None
    plane: int
    crop: Box
    channels: tuple[int, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the crop."""
        x1, y1, x2, y2 = self.crop
        return y2 - y1, x2 - x1

    @property
    def kept(self) -> Path:
        """Where that is kept what was seen."""
        what = [self.file, self.read_channels, self.plane, self.crop, self.channels, _VERSION]
        text = json.dumps([*what, self.network.mark])
        name = hashlib.sha256(text.encode()).hexdigest()
        return ProjectFiles(self.project).cache / "seen" / f"{name}.npz"


Draw = Callable[[], NDArray[np.uint8]]


@dataclass(eq=False)
class _Look:
    view: View
    draw: Draw
    wanted: bool  # somebody sees it now
    done: threading.Event = field(default_factory=threading.Event)
    began: float | None = None


class Prompter:
    """Networks that several projects share; used from any thread.

    Parameters
    ----------
    log
        Where the processes' complaints go; nowhere by default.
    """

    def __init__(self, log: Path | None = None) -> None:
        self._looker, self._answerer = Runner(_LOOK_SECONDS, log), Runner(_ANSWER_SECONDS, log)
        self._change = threading.Condition()
        self._looks: OrderedDict[Path, _Look] = OrderedDict()
        # Of encoders, by their networks' marks, of decoders, by `_decoder_of`, and of pictures, by
        # where what was seen would be kept.
        self._failures: TTLCache[str, PiximiError] = TTLCache(_MOST_FAILURES, _FAILURE_SECONDS)
        self._typical: dict[str, float] = {}
        self._asking = threading.BoundedSemaphore(_MOST_ASKING)
        self._patience = threading.BoundedSemaphore(_MOST_PATIENT)
        self._works = self._closed = False

    def look(self, view: View, draw: Draw, *, wanted: bool = True) -> State:
        """See to it that a view is looked at; return how far that is. Never waits.

        Parameters
        ----------
        draw
            Gives the picture, as `pictures.picture_of` does; called in another thread, if at all.
        wanted
            Whether somebody sees it now. What only may be seen next comes later.

        Raises
        ------
        PiximiError
            Why the network could not look lately.
        """
        kept, decoder = view.kept, _decoder_of(view.network)
        if kept.is_file():
            with self._change:
                self._raise_failed(decoder)
            self._get_ready(view.network)
            return "ready"
        with self._change:
            self._raise_failed(view.network.mark, decoder, str(kept))
            found = self._looks.get(kept)
            if found is None:
                found = self._looks[kept] = _Look(view, draw, wanted)
                self._forget_old()
            found.wanted = found.wanted or wanted
            self._looks.move_to_end(kept)
            if not self._works and not self._closed:
                self._works = True
                threading.Thread(target=self._work, name="networks", daemon=True).start()
            self._change.notify_all()
        return "looking"

    def ask(
        self, view: View, draw: Draw, prompt: Prompt, *, patience: float
    ) -> list[Candidate] | None:
        """Return what a network answers, in pixels of the crop; None if it has not looked yet.

        Parameters
        ----------
        draw
            As of `look`.
        patience
            How many seconds to wait at most in all: for the look, the answer's turn, the answer.

        Raises
        ------
        PiximiError
            Why the network cannot answer.
        """
        if not self._asking.acquire(blocking=False):
            return None
        try:
            return self._ask(view, draw, prompt, time.monotonic() + patience)
        finally:
            self._asking.release()

    def _ask(
        self, view: View, draw: Draw, prompt: Prompt, deadline: float
    ) -> list[Candidate] | None:
        if not self.wait_for(view, draw, max(0.0, deadline - time.monotonic())):
            return None
        height, width = view.size
        with suppress(OSError):
            os.utime(view.kept)  # so that it stays
        patience = max(0.0, deadline - time.monotonic())
        try:
            answer = self._answerer.ask(
                view.network,
                "decode",
                patience,
                longest=patience,
                looked=str(view.kept),
                height=height,
                width=width,
                prompt=asdict(prompt),
            )
        except Unfinished:
            return None
        return [_candidate(each, height, width) for each in answer["candidates"]]

    def wait_for(self, view: View, draw: Draw, patience: float) -> bool:
        """Have a view looked at; return whether it was, within so many seconds.

        Raises
        ------
        PiximiError
            As `look`.
        """
        return self.look(view, draw) == "ready" or self._wait(view, patience)

    def close(self) -> None:
        """End all processes; what they were asked for is given up."""
        with self._change:
            self._closed = True
            for look in self._looks.values():
                look.done.set()
            self._looks.clear()
            self._change.notify_all()
        self._looker.close()
        self._answerer.close()

    def _get_ready(self, network: Network) -> None:
        """Start the process that answers, unless it runs: it takes a second or two."""

        def work() -> None:
            try:
                self._answerer.ask(network, "get_ready", 0.0)
            except Unfinished:
                pass  # whoever has its turn reads the decoder
            except PiximiError as error:
                with self._change:
                    self._failures[_decoder_of(network)] = error

        if not self._answerer.serves(network) and not self._answerer.is_busy:
            threading.Thread(target=work, name="networks-ready", daemon=True).start()

    def _wait(self, view: View, patience: float) -> bool:
        """Whether a look came to an end in time; what will take longer is not waited for."""
        kept = view.kept
        with self._change:
            look = self._looks.get(kept)
            if look is not None:
                begun = 0.0 if look.began is None else time.monotonic() - look.began
                if self._typical.get(view.network.mark, 0.0) - begun > patience:
                    return False
        if look is not None:
            if not self._patience.acquire(blocking=False):
                return False
            try:
                look.done.wait(patience)
            finally:
                self._patience.release()
        with self._change:
            self._raise_failed(view.network.mark, str(kept))
        return kept.is_file()

    def _raise_failed(self, *keys: str) -> None:
        for key in keys:
            known = self._failures.get(key)
            if known is not None:
                raise known

    def _forget_old(self) -> None:
        waiting = [kept for kept, look in self._looks.items() if look.began is None]
        waiting.sort(key=lambda kept: self._looks[kept].wanted)
        for kept in waiting[: max(0, len(waiting) - _MOST_WAITING)]:
            self._looks.pop(kept).done.set()

    def _next(self) -> _Look | None:
        """Wait for what is to be looked at: of what is seen now the newest."""
        with self._change:
            deadline = time.monotonic() + _IDLE_SECONDS
            while not self._closed:
                waiting = list(self._looks.values())
                if waiting:
                    seen = [look for look in waiting if look.wanted]
                    look = (seen or waiting)[-1]
                    look.began = time.monotonic()
                    return look
                if time.monotonic() >= deadline:
                    break
                self._change.wait(deadline - time.monotonic())
            self._works = False
            return None

    def _work(self) -> None:
        while (look := self._next()) is not None:
            view, began = look.view, time.monotonic()
            failure = None
            try:
                self._look_at(view, look.draw())
            except PiximiError as error:
                failure = error
            except OSError as error:
                failure = BadInput(
                    "There is nothing for the network to look at ({reason}); check the image's "
                    "file and the disk.",
                    reason=error.strerror or type(error).__name__,
                )
            except Exception:
                # Whatever it is, others' pictures are still to be looked at.
                log.exception("A network could not look at a picture")
                failure = BadInput(
                    "The network could not look at the picture; the server's log says why."
                )
            if failure is None:
                self._get_ready(view.network)
            with self._change:
                if failure is not None:
                    self._failures[str(view.kept)] = failure
                else:
                    self._typical[view.network.mark] = time.monotonic() - began
                self._looks.pop(view.kept, None)
                look.done.set()

    def _look_at(self, view: View, picture: NDArray[np.uint8]) -> None:
        height, width = view.size
        with tempfile.NamedTemporaryFile(suffix=".npy") as file:
            np.save(file, picture, allow_pickle=False)
            file.flush()
            with replace_atomically(view.kept, durable=False) as part:
                task: dict[str, Any] = {"height": height, "width": width}
                task |= {"picture": file.name, "copy": str(part)}
                try:
                    answer = self._looker.ask(view.network, "encode", _LOOK_SECONDS, **task)
                except PiximiError as error:
                    # Only this is the network's fault: all else is this picture's or project's.
                    with self._change:
                        self._failures[view.network.mark] = error
                    raise
                if "unwritten" in answer:
                    number = answer["unwritten"]
                    raise OSError(number, os.strerror(number), str(part))
        _tidy(view.kept)


_shared: list[Prompter] = []
_sharing = threading.Lock()


def shared_prompter() -> Prompter:
    """Return the one of this process; nothing is started before it is asked."""
    with _sharing:
        if not _shared:
            _shared.append(Prompter())
        return _shared[0]


def close_prompter() -> None:
    """End what `shared_prompter` started; the next question starts it anew."""
    with _sharing:
        while _shared:
            _shared.pop().close()


def _decoder_of(network: Network) -> str:
    """Return by what it is known that a network's decoder cannot be read."""
    return f"decoder {network.mark}"


def _candidate(found: dict[str, Any], height: int, width: int) -> Candidate:
    x1, y1, x2, y2 = found["region"]["box"]
    if not (0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height):
        raise BadInput("The network answered with what lies outside of the image.")
    return Candidate(
        Region((x1, y1, x2, y2), tuple(found["region"]["runs"])), float(found["score"])
    )


def _tidy(newest: Path) -> None:
    """Let go of what was not used for longest, until the rest is no more than may be kept."""
    # What a look leaves whose process was killed.
    sweep(newest.parent.glob(".*.part"), 2 * _LOOK_SECONDS)
    states = []
    for path in newest.parent.glob("*.npz"):
        with suppress(FileNotFoundError):
            states.append((path == newest, path.stat().st_mtime_ns, path.stat().st_size, path))
    total = sum(size for _, _, size, _ in states)
    for is_newest, _, size, path in sorted(states):
        if total <= KEPT_BYTES or is_newest:
            break
        path.unlink(missing_ok=True)
        total -= size
