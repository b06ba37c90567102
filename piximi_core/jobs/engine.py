"""Carry jobs to worker processes: dask on this machine, or the cluster in PIXIMI_SCHEDULER.

Two local workers of one thread each, so that a preview never waits for an hour of training. The
engine only carries: every state is read from the job's folder, and the watcher brings results home.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from piximi_core.errors import PiximiError
from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.cluster import RESOURCES, connect
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.running import run_job
from piximi_core.jobs.service import service_of
from piximi_core.messages import Message
from piximi_core.project.database.store import open_store
from piximi_core.project.files import ProjectFiles

__all__ = [
    "Call",
    "busy_with",
    "call",
    "device",
    "dismiss",
    "shutdown",
    "start_early",
    "submit",
    "waits_for",
    "warm",
    "warms_early",
    "watch",
]

log = logging.getLogger("piximi")

_WATCH_SECONDS = 0.25
# What a future says when its worker, or the cluster, is gone; and how often that is believed.
_LOST = ("error", "cancelled", "lost")
_MOST_SENT = 5
_NO_DEVICE = {
    "kind": "",
    "name": "",
    "reason": Message("TensorFlow could not be loaded."),
    "advice": Message("Run scripts/run again."),
}
_lock = threading.RLock()
# Apart from the lock above, which is held while the workers start.
_starting = threading.Lock()


@dataclass(frozen=True)
class _Refusal:
    """A person's mistake on its way back: raised in a worker, dask would log it as a failure."""

    text: str


def _answer_or_refusal(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except PiximiError as error:
        return _Refusal(str(error))


class Call:
    """A question to a worker, answered at once and kept nowhere; so it needs no job's folder."""

    def __init__(self, future: Any) -> None:
        self._future = future

    def wait(self, seconds: float) -> bool:
        """Wait for the answer for at most so long; return whether it is there."""
        with suppress(TimeoutError):
            self._future.exception(timeout=seconds)
        return bool(self._future.done())

    def answer(self) -> Any:
        """Return the answer once `wait` said that it is there.

        Raises
        ------
        PiximiError
            What the worker raised, or that it ended before it could answer.
        """
        if self._future.status == "finished":
            found = self._future.result()
            if isinstance(found, _Refusal):
                raise PiximiError.saying(found.text)
            return found
        error = self._future.exception() if self._future.status == "error" else None
        log.error("A worker could not answer", exc_info=error)
        raise PiximiError("The worker ended before it could answer; try again.")


class _Engine:
    """The cluster, its client, and the thread that applies results."""

    def __init__(self) -> None:
        self._cluster, self._client = connect()
        # Futures are kept only so that dask does not forget the work.
        self._futures: dict[str, Any] = {}
        self._over = threading.Event()
        self._watched: dict[str, Job] = {}
        self._sent: dict[str, int] = {}
        self._device: dict[str, str] | None = None
        self._thread = threading.Thread(target=self._watch, name="job watcher", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        resource = service_of(job).worker
        with _lock:
            self._futures[job.id] = self._client.submit(
                run_job,
                job.folder,
                key=f"{job.id}-{os.urandom(4).hex()}",
                resources={resource: 1},
                pure=False,
                retries=0,
            )
            self._watched[job.id] = job

    def watch(self, job: Job) -> None:
        with _lock:
            self._watched[job.id] = job

    def watched(self) -> list[Job]:
        with _lock:
            return list(self._watched.values())

    def warm(self, resource: str, ready: Callable[..., Any] | None, *arguments: Any) -> None:
        with _lock:
            if f"warm {resource}" not in self._futures:
                self._futures[f"warm {resource}"] = self._client.submit(
                    _load_tensorflow, resource, resources={resource: 1}, pure=False
                )
            if ready is not None:
                self._futures[f"warm {resource} {arguments}"] = self._client.submit(
                    _answer_or_refusal,
                    ready,
                    *arguments,
                    resources={resource: 1},
                    pure=False,
                )

    def call(self, resource: str, function: Callable[..., Any], *arguments: Any) -> Call:
        return Call(
            self._client.submit(
                _answer_or_refusal,
                function,
                *arguments,
                resources={resource: 1},
                pure=False,
                retries=0,
            )
        )

    def device(self) -> dict[str, str] | None:
        future = self._futures.get("warm train")
        # Fetched once: the worker that knows may be gone the next time.
        if self._device is None and future is not None and future.done():
            self._device = dict(future.result()) if future.status == "finished" else _NO_DEVICE
        return self._device

    def _watch(self) -> None:
        while not self._over.wait(_WATCH_SECONDS):
            self._replace_workers()
            for job in self.watched():
                try:
                    self._settle(job)
                except Exception:
                    # A busy project or a full disk: the result waits in its folder.
                    log.exception("The result of job %s could not be applied yet", job.id)

    def _replace_workers(self) -> None:
        """Start workers anew that dask has given up, such as one killed while it was starting."""
        if self._cluster is not None and len(self._cluster.workers) < len(RESOURCES):
            self._cluster.scale(len(RESOURCES))

    def _settle(self, job: Job) -> None:
        if job.state().is_active:
            self._send_again(job)
            return
        # What was opened as a project of its own has none to bring a result into.
        if job.result() and ProjectFiles(job.project_folder).database.is_file():
            apply_result(open_store(job.project_folder), job)
        with _lock:
            # Looked at again under the lock: it may just have been asked to run once more.
            if not job.state().is_active:
                self._watched.pop(job.id, None)
                self._futures.pop(job.id, None)

    def _send_again(self, job: Job) -> None:
        """Give a job that never began to the next worker: dask drops what waited for a dead one."""
        future = self._futures.get(job.id)
        if future is None or future.status not in _LOST or job.state() is not JobState.QUEUED:
            return
        sent = self._sent[job.id] = self._sent.get(job.id, 0) + 1
        if sent > _MOST_SENT:
            job.fail(Message("No worker could begin this; restart the dashboard and run it again."))
        else:
            self.submit(job)

    def stop(self) -> None:
        self._over.set()
        self._thread.join(timeout=5)
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def _load_tensorflow(resource: str) -> dict[str, str]:
    """Import what a job of the worker needs; the one that trains learns from a little noise too."""
    from piximi_core.classification.device import describe_device

    found = asdict(describe_device())
    if resource == "train":
        from piximi_core.classification.training.rehearsal import rehearse

        rehearse()
    else:
        import tf_keras  # noqa: F401
    return found


_engine: _Engine | None = None
_warming: dict[str, threading.Thread] = {}


def _get() -> _Engine:
    global _engine
    with _lock:
        if _engine is None:
            _engine = _start()
            atexit.register(shutdown)
        return _engine


def _start() -> _Engine:
    for last in (False, True):
        try:
            return _Engine()
        except OSError as error:
            raise PiximiError(
                "The job engine could not be reached ({error}); check PIXIMI_SCHEDULER, "
                "or unset it to work on this machine.",
                error=error,
            ) from error
        except RuntimeError as error:
            # A worker that dies while it starts (memory) takes the whole start with it.
            log.warning("The workers did not start", exc_info=True)
            if last:
                raise PiximiError(
                    "The worker processes could not be started; free some memory and try again."
                ) from error
    raise AssertionError


def submit(job: Job) -> None:
    """Send a job to its worker; its result is applied to the project when it ends.

    Raises
    ------
    PiximiError
        There are no workers; the job is over, so that nobody waits for it.
    """
    try:
        _get().submit(job)
    except PiximiError as error:
        job.fail(str(error))
        raise


def call(resource: str, function: Callable[..., Any], *arguments: Any) -> Call:
    """Let a worker run a function of the core and give back its answer; nothing of it is kept.

    Raises
    ------
    PiximiError
        There are no workers.
    """
    return _get().call(resource, function, *arguments)


def watch(job: Job) -> None:
    """Apply the result of a job that another process carries, when it ends."""
    _get().watch(job)


def warm(resource: str = "train", ready: Callable[..., Any] | None = None, *arguments: Any) -> None:
    """Let a worker import TensorFlow while the person still chooses settings.

    Returns at once: the workers are started on a thread, which takes about a second.
    ``PIXIMI_WARM=0`` leaves that to the first job, where half a gigabyte matters more than seconds.

    Parameters
    ----------
    resource
        Which worker.
    ready, arguments
        What else it does, once, to be ready for what the person is likely to ask.
    """
    if warms_early():
        key = " ".join(str(part) for part in (resource, *arguments))
        _on_a_thread(key, lambda: _get().warm(resource, ready, *arguments))


def start_early() -> None:
    """Start the workers while the person still chooses files: what is added waits for no start.

    Returns at once. Nothing else is loaded, because adding images needs no TensorFlow.
    """
    if warms_early():
        _on_a_thread("start", _get)


def _on_a_thread(key: str, work: Callable[[], Any]) -> None:
    """Do something once, without anyone waiting for it."""
    with _starting:
        if key not in _warming:
            thread = threading.Thread(target=_try, args=(work,), name=f"warm {key}", daemon=True)
            _warming[key] = thread
            thread.start()


def warms_early() -> bool:
    """Tell whether the worker gets ready before the first job, so that `device` becomes known."""
    return os.environ.get("PIXIMI_WARM", "1") != "0"


def _try(work: Callable[[], Any]) -> None:
    try:
        work()
    except Exception:
        # Nothing is lost: the first job starts the engine, and says why if it cannot.
        log.exception("The job engine could not be started ahead of the first job")


def device() -> dict[str, str] | None:
    """Return what the training worker trains on, None while that is not known yet.

    Returns
    -------
    dict or None
        ``kind``, ``name``, ``reason`` and ``advice`` as in `classification.device.Device`; known a
        few seconds after `warm`, later while a training occupies the worker.
    """
    engine = _engine
    return engine.device() if engine is not None else None


def waits_for(job: Job) -> Job | None:
    """Return the job that a queued one waits for: the running one on the same worker."""
    return busy_with(service_of(job).worker, other_than=job)


def busy_with(resource: str, *, other_than: Job | None = None) -> Job | None:
    """Return the job that occupies a worker at this moment, if any."""
    for job in _engine.watched() if _engine is not None else ():
        same = resource == service_of(job).worker
        if same and job != other_than and job.state().is_active:
            return job
    return None


def dismiss(job: Job) -> None:
    """End an interrupted job that nobody wants continued."""
    if not job.state().is_active:
        job.fail(Message("Interrupted before it was done; nothing of it is in the project."))
        apply_result(open_store(job.project_folder), job)


def shutdown() -> None:
    """Stop the workers and the watcher of this process, if they were started."""
    global _engine
    with _starting:
        warming = list(_warming.values())
        _warming.clear()
    for thread in warming:
        thread.join()
    with _lock:
        engine, _engine = _engine, None
    if engine is not None:
        engine.stop()
