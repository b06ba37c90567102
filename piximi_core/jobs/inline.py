"""Run a job in this very process: what the command line does."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from piximi_core.errors import PiximiError, Stopped
from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.running import run_job
from piximi_core.jobs.service import Result, service_of
from piximi_core.project.database.store import Store

__all__ = ["run_apart", "run_here"]

_SHOW_SECONDS = 0.5


def run_here(store: Store, job: Job) -> Any:
    """Do a job, bring its result into the project and return it, as the service's own type.

    Control-C asks the job to stop, which keeps what it has; on a terminal its progress is shown.

    Raises
    ------
    PiximiError
        The job failed, with its reason.
    RuntimeError
        The program itself failed.
    """
    _carry(job)
    apply_result(store, job)
    return _outcome(job)


def run_apart(job: Job) -> Any:
    """Do a job that makes a project of its own, and return its result; else as `run_here`."""
    _carry(job)
    return _outcome(job)


def _carry(job: Job) -> None:
    with _stop_on_interrupt(job), _progress_shown(job):
        run_job(job.folder)


def _outcome(job: Job) -> Result:
    result = job.result()
    if not result:
        raise PiximiError(
            "Another process does the job {job} already; wait until it ends.", job=job.id[:8]
        )
    state = JobState(result["state"])
    if state is JobState.FAILED:
        if result.get("ours"):
            raise RuntimeError(result["error"])
        error = PiximiError.saying(result["error"])
        error.on_command_line = result.get("on_command_line") or ""
        raise error
    if state is JobState.STOPPED:
        raise Stopped("Stopped before there was anything to keep.")
    found: Result = service_of(job).result(job)
    return found


@contextmanager
def _stop_on_interrupt(job: Job) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        job.ask_to_stop()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress_shown(job: Job) -> Iterator[None]:
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()

    def show() -> None:
        while not over.wait(_SHOW_SECONDS):
            sys.stderr.write(f"\r\x1b[K{job.progress().get('text', '')}")
            sys.stderr.flush()
        sys.stderr.write("\r\x1b[K")

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
