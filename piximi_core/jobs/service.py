"""What a service is: a name, a typed request and result, the work, and what it changes.

`piximi_core.services.SERVICES` lists them all. A request and a result are saved as the job's JSON;
what earlier programs saved is read too, so new fields of a request or a result need a default.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import Connection

from piximi_core.errors import PiximiError
from piximi_core.jobs.folder import Job, JobState
from piximi_core.messages import Message
from piximi_core.project.database.store import Store

__all__ = [
    "Change",
    "Page",
    "Record",
    "Request",
    "Result",
    "Said",
    "Service",
    "name_of",
    "service_of",
]

# The one thing that is known here of what jobs do: where their table stands.
_TABLE = "piximi_core.services"

# A text for people, with its values if it has any.
Said = Message
Worker = Literal["train", "quick"]
Page = Literal["home", "images", "annotate", "train", "evaluate", "predict", "export"]


class Record(BaseModel):
    """Something saved as JSON that never changes; fields it does not know are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def in_english(self) -> dict[str, Any]:
        """Return it as JSON for a person's own programs: what is said, in English sentences."""
        return {
            (info.alias or name): _in_english(getattr(self, name))
            for name, info in type(self).model_fields.items()
        }


def _in_english(value: Any) -> Any:
    if isinstance(value, Record):
        return value.in_english()
    if isinstance(value, Mapping):
        return {key: _in_english(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_in_english(inner) for inner in value]
    return value


class Request(Record):
    """What was asked.

    Attributes
    ----------
    who
        Who asked.
    run_id
        The training that it is about; empty if it is about none.
    """

    who: str = ""
    run_id: str = ""


class Result(Record):
    """What came of it."""


Asked = TypeVar("Asked", bound=Request)
Found = TypeVar("Found", bound=Result)


@dataclass(frozen=True)
class Change(Generic[Asked, Found]):
    """What a service changes in the project.

    Attributes
    ----------
    bring_in
        Write the result into the database, inside an open step.
    step_name
        Return what the step is called in the history; None if it is no step, because Undo has
        nothing to take back.
    """

    bring_in: Callable[[Store, Connection, Job, Asked, Found], object]
    step_name: Callable[[Job, Asked, Found], str] | None = None


@dataclass(frozen=True, eq=False)
class Service(Generic[Asked, Found]):
    """One thing that the program can do as a job.

    Attributes
    ----------
    name
        What stands in ``request.json``.
    title
        What a job of it is called on a page.
    asks, finds
        The types of its request and its result.
    run
        Do the work from the job's files and return the result; never write the database.
    page
        The page that shows what came of it.
    worker
        Which worker carries it.
    change
        What it changes in the project; None if what it makes are files.
    ended
        Clear up after a job that brought nothing.
    shown
        When the panel of jobs shows one: never, where the dialog that asked for it does.
    is_training
        Whether its jobs lie among the runs, and each of them is one.
    """

    name: str
    title: Message
    asks: type[Asked]
    finds: type[Found]
    run: Callable[[Job, Asked], Found]
    page: Page
    worker: Worker = "quick"
    change: Change[Asked, Found] | None = None
    ended: Callable[[Job], None] | None = None
    shown: Literal["always", "while active", "never"] = "always"
    is_training: bool = False

    def ask(self, folder: Path, request: Asked) -> Job:
        """Write the request of a job; the folder may already hold its inputs."""
        return Job.create(folder, self.name, request.model_dump(mode="json"))

    def is_of(self, job: Job) -> bool:
        """Whether a job was asked of this service."""
        return name_of(job) == self.name

    def request(self, job: Job) -> Asked:
        """Return what was asked.

        Raises
        ------
        PiximiError
            The request is damaged.
        """
        try:
            return self.asks.model_validate(job.request())
        except ValidationError as error:
            raise _damaged() from error

    def result(self, job: Job) -> Found:
        """Return what came of a job that is done.

        Raises
        ------
        PiximiError
            It is not done, or its result is damaged.
        """
        found = self.found(job)
        if found is None:
            raise PiximiError("What this job found is damaged on the disk; ask for it again.")
        return found

    def found(self, job: Job) -> Found | None:
        """Return what came of a job; None if it is not done, or its result is damaged."""
        kept = job.result()
        if kept.get("state") != JobState.DONE:
            return None
        try:
            return self.finds.model_validate(kept)
        except ValidationError:
            return None

    def finish(self, job: Job, result: Found) -> None:
        """Publish what came of a job; from here on it is over."""
        job.finish(result.model_dump(mode="json", by_alias=True))


def _damaged() -> PiximiError:
    return PiximiError("The request of this job is damaged on the disk; ask for it again.")


def name_of(job: Job) -> str | None:
    """Return the name of a job's service, as it is called today; None without a whole request."""
    request = job.request()
    name = request.get("service")
    if not isinstance(name, str):
        return None
    earlier: Mapping[tuple[str, str], str] = importlib.import_module(_TABLE).EARLIER_NAMES
    return earlier.get((name, str(request.get("purpose") or "")), name)


def service_of(job: Job) -> Service[Any, Any]:
    """Return the service of a job; importing it imports no TensorFlow.

    Raises
    ------
    PiximiError
        The folder asks for a service this program does not have, or its request is damaged.
    """
    name = name_of(job)
    if name is None:
        raise _damaged()
    services: Mapping[str, str] = importlib.import_module(_TABLE).SERVICES
    if name not in services:
        raise PiximiError(
            "This program has no job of the sort {name!r}; update the program.", name=name[:40]
        )
    module, _, constant = services[name].partition(":")
    service: Service[Any, Any] = getattr(importlib.import_module(module), constant)
    return service
