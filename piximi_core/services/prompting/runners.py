"""The processes that run networks: one that looks at pictures, one that answers prompts.

They are two, because a look takes seconds and an answer a moment: a click never waits for a look
at the next image. Each is started when it is needed, has limits that the kernel keeps (see
`runner`), and ends when it was not asked for a while, as networks take much memory.
"""

from __future__ import annotations

import signal
import time
from concurrent import futures
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread, Timer
from typing import Any

from piximi_core.errors import BadInput, Stopped
from piximi_core.services.decoding.decoders import Child, DecodeLimits
from piximi_core.services.prompting.weights import Network

__all__ = ["Runner", "Unfinished"]

_MODULE = "piximi_core.services.prompting.runner"
# Beside what weights take: what a picture takes in the largest of the known networks.
_MEMORY, _TIMES_SIZE = 8_000_000_000, 4
_IDLE_SECONDS = 300.0


class Unfinished(BadInput):
    """The process that was to answer is busy with something else."""


class Runner:
    """One process, started anew when it died; used from several threads, one task at a time.

    Parameters
    ----------
    seconds
        What one task may take.
    log
        Where its complaints go; nowhere by default.
    """

    def __init__(self, seconds: float, log: Path | None = None) -> None:
        self._seconds, self._log = seconds, log
        self._lock = Lock()
        self._child: Child | None = None
        self._memory = 0
        self._idle: Timer | None = None
        self._closed = False
        self._served = ""

    def serves(self, network: Network) -> bool:
        """Whether the process runs, and has the files of a network at hand."""
        child = self._child
        return child is not None and child.process.poll() is None and self._served == network.mark

    @property
    def is_busy(self) -> bool:
        """Whether it is doing something."""
        return self._lock.locked()

    def ask(
        self, network: Network, do: str, wait: float, *, longest: float | None = None, **task: Any
    ) -> dict[str, Any]:
        """Have a task done; return its answer.

        Parameters
        ----------
        do
            A task of `runner`.
        wait
            How many seconds to wait for its turn.
        longest
            How many seconds to wait in all, for its turn and its answer. What takes longer is done
            all the same, so that the network is at hand afterwards, and nobody learns the answer.

        Raises
        ------
        Unfinished
            Its turn did not come, or its answer.
        BadInput
            Why the network cannot be used: one sentence, also where the process died of it.
        Stopped
            The process was ended meanwhile, as the program ends.
        """
        begun = time.monotonic()
        if not self._lock.acquire(timeout=wait):
            raise _unfinished()
        answer: Future[dict[str, Any]] = Future()

        def work() -> None:
            try:
                try:
                    given = self._asked(network, {"do": do, **task})
                finally:
                    self._lock.release()
                answer.set_result(given)
            except BaseException as error:
                answer.set_exception(error)  # raised where it is waited for

        if longest is None:
            work()
        else:
            try:
                Thread(target=work, name="networks-answer", daemon=True).start()
            except RuntimeError:  # there may be no more threads
                self._lock.release()
                raise _unfinished() from None
            if not futures.wait([answer], max(0.0, begun + longest - time.monotonic())).done:
                raise _unfinished()
        return answer.result()

    def _asked(self, network: Network, task: dict[str, Any]) -> dict[str, Any]:
        if self._idle is not None:
            self._idle.cancel()
        own = network.encoder if task["do"] == "encode" else network.decoder
        whole = {
            **task,
            "family": network.family.key,
            "encoder": str(network.encoder),
            "decoder": str(network.decoder),
            "name": own.name,
        }
        child = self._living(_MEMORY + _TIMES_SIZE * network.size)
        answer = child.ask(whole)
        if answer is None:
            code = self._end()
            raise Stopped("Stopped.") if self._closed else _death(code, own.name, self._seconds)
        self._idle = Timer(_IDLE_SECONDS, self._end_idle)
        self._idle.daemon = True
        self._idle.start()
        if "error" in answer:
            raise BadInput.saying(answer["error"])
        self._served = network.mark
        return answer

    def _living(self, memory: int) -> Child:
        if self._closed:
            raise Stopped("Stopped.")
        child = self._child
        if child is not None and (child.process.poll() is not None or memory > self._memory):
            self._end()
            child = None
        if child is None:
            child = Child(DecodeLimits(memory=memory, seconds=self._seconds), self._log, _MODULE)
            self._child, self._memory = child, memory
        return child

    def _end(self) -> int:
        child, self._child = self._child, None
        return 0 if child is None else child.end()

    def _end_idle(self) -> None:
        if self._lock.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End the process; what it was asked for ends with `Stopped`."""
        self._closed = True
        if self._idle is not None:
            self._idle.cancel()
        child = self._child
        if child is not None:
            with suppress(OSError):
                child.process.kill()
        # Whoever waits for an answer has none now, and lets go.
        with self._lock:
            self._end()


def _unfinished() -> Unfinished:
    return Unfinished("The networks are busy; try it again in a moment.")


def _death(code: int, name: str, seconds: float) -> BadInput:
    if code == -signal.SIGALRM:
        return BadInput(
            "'{name}' took longer than {seconds:g} s; use a smaller network.",
            name=name,
            seconds=seconds,
        )
    return BadInput(
        "'{name}' made onnxruntime crash, or needs more memory than there is; use another file.",
        name=name,
    )
