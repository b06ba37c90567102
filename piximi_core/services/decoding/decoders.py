"""Files decoded in processes of their own, so that a hostile one costs no more than itself.

Why so: a decoder is C code fed with bytes that anyone may have made. It can hang, eat all memory,
or crash, and a thread can be kept from none of that. So a few plain child processes read the files
and answer in lines of JSON: facts and a thumbnail, or the place of a file with the pixels where a
prediction needs them. A child keeps nothing and writes nothing into the project: killed at any
moment it leaves nothing half-done, and the next file gets a new one. The limits are the kernel's
(see `decoder`). A child starts in a third of a second, once, and then a file costs a tenth of a
millisecond more than in a thread, which several processes win back by not sharing Python's lock.
What the dashboard shows of stored files comes from the same processes, see `fair_decoders`.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

import piximi_core
from piximi_core.errors import BadInput, NoSpace, Stopped
from piximi_core.images import Picture, safe_name
from piximi_core.images.picture import ChannelsUnknown, TimeUnknown
from piximi_core.images.request import TooLarge, allowed_bytes
from piximi_core.messages import Message, from_json
from piximi_core.vocabulary import new_id

__all__ = ["Child", "DecodeLimits", "Decoders", "death", "result"]

_DECODER = "piximi_core.services.decoding.decoder"
_MOST_DECODERS = 4
_GB = 1_000_000_000
# Each child is one thread of work; numeric libraries that start more only get in each other's way.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONWARNINGS": "ignore",
}


def _allowed_seconds() -> float:
    text = os.environ.get("PIXIMI_MAX_IMAGE_SECONDS", "")
    return float(text) if text.isdecimal() and int(text) > 0 else 60.0


@dataclass(frozen=True)
class DecodeLimits:
    """What one file may cost.

    Attributes
    ----------
    memory
        Bytes that decoding may take; by default twice ``PIXIMI_MAX_IMAGE_BYTES``, because packed
        and unpacked pixels stand side by side for a moment.
    seconds
        How long it may take; ``PIXIMI_MAX_IMAGE_SECONDS``, else 60.
    """

    memory: int = field(default_factory=lambda: 2 * allowed_bytes() + 256 * 2**20)
    seconds: float = field(default_factory=_allowed_seconds)


def _path_from(package: str) -> str:
    """Return where a decoder finds modules: our package, and what adds readers to it."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join([package, *(place for place in given if Path(place).is_absolute())])


class Child:
    """One running decoder, or another module that answers lines of JSON as it does.

    Parameters
    ----------
    limits
        What one task may cost; the module is given both numbers.
    log
        Where its own complaints go; nowhere if None.
    module
        What is run.
    """

    def __init__(self, limits: DecodeLimits, log: Path | None, module: str = _DECODER) -> None:
        package = str(Path(piximi_core.__file__).parents[1])
        with open(log or os.devnull, "ab") as errors:  # noqa: PTH123 - the null device is no Path
            self.process = subprocess.Popen(
                # -P: no module of the folder that the person happens to stand in.
                [
                    *(sys.executable, "-P", "-m", module),
                    *(str(limits.memory), str(limits.seconds)),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
                # Control-C is for the job, which then ends its decoders itself.
                process_group=0,
                env={**os.environ, **_ONE_THREAD, "PYTHONPATH": _path_from(package)},
            )

    def ask(self, task: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer, None if the decoder is no more."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(f"{json.dumps(task)}\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except (OSError, ValueError):
            line = ""  # it died, or was closed, while it was spoken to
        answer: dict[str, Any] | None = from_json(json.loads(line)) if line.endswith("\n") else None
        return answer

    def end(self) -> int:
        """Kill it, if it lives; return how it ended."""
        self.process.kill()
        code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return code


class Decoders:
    """A few decoders, started as they are needed; used from several threads at once.

    Parameters
    ----------
    limits
        What one file may cost.
    log
        Where the decoders' own complaints go; nowhere by default.
    """

    def __init__(self, limits: DecodeLimits | None = None, log: Path | None = None) -> None:
        self._limits = limits or DecodeLimits()
        self._log = log
        self._closed = False
        # The last one used comes first, so that a few files start a single process.
        self._free: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(min(_MOST_DECODERS, os.cpu_count() or 1)):
            self._free.put(None)
        self._living: set[Child] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, do: str, path: Path, name: str, **more: Any) -> dict[str, Any]:
        """Have a file decoded; wait for the answer.

        Parameters
        ----------
        do
            A task of `decoder`.
        path, name
            The file, and what to call it.

        Raises
        ------
        BadInput
            Why the file cannot be used: one sentence, also where the decoder died of it.
        ChannelsUnknown, TimeUnknown
            As `images.read_picture`.
        NoSpace
            A copy could not be written.
        Stopped
            The decoders were closed meanwhile.
        """
        task = {"do": do, "path": str(path), "name": name, **more}
        child = self._free.get()
        try:
            # One that died in its sleep says nothing about this file.
            if child is None or child.process.poll() is not None:
                self._end(child)
                child = None
                child = self._start()
            answer = child.ask(task)
            if answer is None:
                code = self._end(child)
                child = None
                raise Stopped("Stopped.") if self._closed else death(code, name, self._limits)
        finally:
            self._free.put(child)
        return result(answer)

    def read(
        self, path: Path, name: str, scratch: Path, *, channels: int | None = None
    ) -> tuple[Picture, int]:
        """Read the first plane of a file; return it, and how many planes there are.

        Parameters
        ----------
        path, name, channels
            As `images.read_picture`.
        scratch
            A folder for the pixels on their way, which are gone from it afterwards.

        Raises
        ------
        PiximiError
            As `ask`.
        """
        copy = scratch / new_id()
        try:
            facts = self.ask("read", path, name, channels=channels, copy=str(copy))
            pixels = np.load(copy, allow_pickle=False)
        finally:
            copy.unlink(missing_ok=True)
        picture = Picture(
            pixels,
            facts["bit_depth"],
            notes=tuple(facts["notes"]),
            channel_colors=facts["colors"] and tuple(facts["colors"]),
            window=facts["window"] and tuple((low, high) for low, high in facts["window"]),
        )
        return picture, facts["planes"]

    def warm(self) -> None:
        """Start one decoder before the first file comes."""
        child = self._free.get()
        try:
            child = child or self._start()
        finally:
            self._free.put(child)

    def _start(self) -> Child:
        if self._closed:
            raise Stopped("Stopped.")
        child = Child(self._limits, self._log)
        self._living.add(child)
        return child

    def _end(self, child: Child | None) -> int:
        if child is None:
            return 0
        self._living.discard(child)
        return child.end()

    def close(self) -> None:
        """End all decoders; what they were asked for ends with `Stopped`."""
        self._closed = True
        for child in list(self._living):
            self._end(child)


def death(code: int, name: str, limits: DecodeLimits) -> BadInput:
    """Say of which limit, or of what else, a decoder died."""
    shown = f"'{safe_name(name)}'"
    if code == -signal.SIGALRM:
        return BadInput(
            "{shown} took longer than {seconds:g} s to read; crop or shrink it, "
            "or raise PIXIMI_MAX_IMAGE_SECONDS.",
            shown=shown,
            seconds=limits.seconds,
        )
    if code == -signal.SIGKILL:
        return BadInput("{shown} needs more memory than there is; crop or shrink it.", shown=shown)
    return BadInput(
        "{shown} made its reader crash; it is damaged, or needs more than "
        "{memory:.1f} GB of memory to read.",
        shown=shown,
        memory=limits.memory / _GB,
    )


def result(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer, or raise the error that it tells of."""
    if "error" not in answer:
        return answer
    if "frames" in answer:
        raise ChannelsUnknown(Message("{reason}", reason=answer["error"]), answer["frames"])
    if "times" in answer:
        raise TimeUnknown(Message("{reason}", reason=answer["error"]), answer["times"])
    if answer.get("large"):
        raise TooLarge.saying(answer["error"])
    raise (NoSpace if answer.get("full") else BadInput).saying(answer["error"])
