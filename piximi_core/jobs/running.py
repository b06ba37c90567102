"""Run one job in this process: what a worker does, and the command line."""

from __future__ import annotations

import importlib
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection

from piximi_core.errors import PiximiError, Stopped
from piximi_core.jobs.folder import Job, JobState
from piximi_core.messages import Message
from piximi_core.project.database.store import Store

__all__ = ["Service", "end_of", "run_job", "service_of"]

# The one thing that is known here of what jobs do: where their table stands.
_TABLE = "piximi_core.services"
_HEARTBEAT_SECONDS = 10.0


class Service(Protocol):
    """What every service module offers."""

    RESOURCE: str  # "train" or "quick": which worker carries it

    def run(self, job: Job) -> dict[str, Any]:
        """Do the work from the job's files and return the result; never write the database."""

    def apply(self, job: Job, result: dict[str, Any], store: Store, db: Connection) -> None:
        """Bring the result into the project, inside an open step."""

    def label(self, job: Job, result: dict[str, Any]) -> str:
        """Name the undo step that applying the result makes."""


def service_of(name: str | None) -> Service:
    """Return the module of a service; importing it imports no TensorFlow.

    Raises
    ------
    PiximiError
        The folder asks for a service this program does not have, or its request is damaged.
    """
    if name is None:
        raise PiximiError("The request of this job is damaged on the disk; ask for it again.")
    services: Mapping[str, str] = importlib.import_module(_TABLE).SERVICES
    if name not in services:
        raise PiximiError(
            "This program has no job of the sort {name!r}; update the program.", name=name[:40]
        )
    module: Any = importlib.import_module(services[name])
    service: Service = module
    return service


def end_of(job: Job) -> None:
    """Let the service clear up after a job that brought nothing, if it has anything to clear.

    A service that has offers ``ended(job)``; most have not.
    """
    with suppress(PiximiError):  # of a damaged request, or of a newer program
        ended = getattr(service_of(job.request().get("service")), "ended", None)
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
            job.finish(service_of(job.request().get("service")).run(job))
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
