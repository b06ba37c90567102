"""Run one job in this process: what a worker does, and the command line."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from piximi_core.errors import PiximiError, Stopped
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.service import service_of
from piximi_core.messages import Message

__all__ = ["end_of", "run_job"]

_HEARTBEAT_SECONDS = 10.0


def end_of(job: Job) -> None:
    """Let the service clear up after a job that brought nothing, if it has anything to clear."""
    with suppress(PiximiError):  # of a damaged request, or of a newer program
        ended = service_of(job).ended
        if ended is not None:
            ended(job)


def run_job(folder: Path) -> None:
    """Do a job, whoever asked; return at once if another process does it already."""
    job = Job(folder)
    if not job.claim():
        return
    try:
        _run(job)
    except BaseException:
        # Not even the failure could be written down (a full disk): nobody must wait for it.
        job.let_go()
        raise


def _run(job: Job) -> None:
    try:
        with _heartbeat(job):
            service = service_of(job)
            service.finish(job, service.run(job, service.request(job)))
    except Stopped:
        job.finish({}, JobState.STOPPED)
    except PiximiError as error:
        job.fail(str(error), on_command_line=error.on_command_line)
    except Exception:
        (job.folder / "error.log").write_text(traceback.format_exc(), encoding="utf-8")
        job.fail(
            Message(
                "The program itself failed here, which is not your fault; nothing of the project "
                "is "
                "lost. Details are in error.log of the job {job}.",
                job=job.id,
            ),
            ours=True,
        )


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    over = threading.Event()

    def beat() -> None:
        while not over.is_set():
            # A full disk must not end the beat: the job may still get through.
            with suppress(OSError):
                job.beat()
            over.wait(_HEARTBEAT_SECONDS)

    thread = threading.Thread(target=beat, name=f"heartbeat {job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
