"""A job is a folder: what is asked, how far it is, what came of it.

Its state is read from the folder alone, so that it survives the dashboard, the worker and the
engine that carried it.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import psutil

from piximi_core.disk import DAY, flush_folder
from piximi_core.errors import Stopped
from piximi_core.messages import from_json, to_json
from piximi_core.project.files import disk_errors_in_words, replace_atomically

__all__ = ["Job", "JobState", "read_json", "write_json"]

_PROGRESS_SECONDS = 0.2
_SILENT_SECONDS = 60.0


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """Whether there is something to wait for."""
        return self in (JobState.QUEUED, JobState.RUNNING)


def write_json(path: Path, value: Any, *, durable: bool = True) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of one.

    Messages are kept with their values, and `read_json` returns them as messages.
    """
    with replace_atomically(path, durable=durable) as part:
        part.write_text(json.dumps(to_json(value), ensure_ascii=False), encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a file; empty if it is missing, or was cut short by a crash."""
    try:
        found = from_json(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _this_process() -> dict[str, Any]:
    process = psutil.Process()
    return {"host": socket.gethostname(), "pid": process.pid, "since": process.create_time()}


def _is_alive(process: Mapping[str, Any], heartbeat: Path) -> bool:
    if process.get("host") != socket.gethostname():
        # Another machine's processes cannot be asked; its job touches a file while it lives.
        # A beat of a time to come is one of a clock that was wrong, and no sign of life.
        return heartbeat.exists() and abs(time.time() - heartbeat.stat().st_mtime) < _SILENT_SECONDS
    try:
        found = psutil.Process(int(process["pid"]))
        # Process numbers are used again; the moment of birth tells them apart.
        same = abs(found.create_time() - float(process["since"])) < 1
        return same and found.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, psutil.AccessDenied, KeyError, TypeError, ValueError):
        return False


@dataclass(frozen=True)
class Job:
    """One piece of long work, wherever it runs.

    Attributes
    ----------
    folder
        ``jobs/<id>`` of a project, or ``runs/<id>`` of a training.
    """

    folder: Path

    @property
    def id(self) -> str:
        """The job's id: the name of its folder."""
        return self.folder.name

    @property
    def project_folder(self) -> Path:
        """The folder of the project it belongs to."""
        return self.folder.parent.parent

    @classmethod
    def create(cls, folder: Path, service: str, request: Mapping[str, Any]) -> Job:
        """Write a job's request; the folder may already hold its inputs."""
        with disk_errors_in_words(folder):
            folder.mkdir(parents=True, exist_ok=True)
        job = cls(folder)
        content = {**request, "service": service, "asked_by": _this_process()}
        job._put_last()
        write_json(folder / "request.json", content)
        flush_folder(folder.parent)
        return job

    def _put_last(self) -> None:
        """Give the job a number above those of all others of the project.

        The moments of files are those of a clock, which may have been ahead for an evening.
        """
        parents = (self.project_folder / "jobs", self.project_folder / "runs")
        others = (
            Job(folder) for parent in parents for folder in parent.glob("*") if folder.is_dir()
        )
        number = max((other.order() for other in others), default=0) + 1
        (self.folder / "order").write_text(str(number), encoding="ascii")

    def order(self) -> int:
        """Return the job's number among those of its project; 0 for one of an earlier program."""
        try:
            return int((self.folder / "order").read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def request(self) -> dict[str, Any]:
        """Return what was asked; empty if the request was never completed, or is damaged."""
        return read_json(self.folder / "request.json")

    def result(self) -> dict[str, Any]:
        """Return what came of it, with ``state`` and, if it failed, ``error``; else empty."""
        found = read_json(self.folder / "result.json")
        return found if found.get("state") in list(JobState) else {}

    @property
    def is_asked(self) -> bool:
        """Whether there is a complete request."""
        return bool(self.request().get("service"))

    @property
    def is_over(self) -> bool:
        """Whether there is an outcome, good or bad."""
        return bool(self.result())

    @property
    def ended_early(self) -> bool:
        """Whether someone stopped it and it kept what it had."""
        return bool(self.result().get("stopped"))

    @property
    def who(self) -> str:
        """Who asked for it; empty if nobody was noted."""
        return str(self.request().get("who") or "")

    @property
    def run_id(self) -> str:
        """The training that it is, or is about; empty if it has to do with none."""
        if self.folder.parent.name == "runs":
            return self.id
        return str(self.request().get("run_id") or "")

    @property
    def error(self) -> str | None:
        """Why it failed, in one sentence; None if it did not."""
        result = self.result()
        failed = result.get("state") == JobState.FAILED
        return str(result.get("error") or "") if failed else None

    def progress(self) -> dict[str, Any]:
        """Return the latest progress: at least ``done``, ``total`` and ``text`` once begun."""
        return read_json(self.folder / "progress.json")

    def state(self) -> JobState:
        """Tell where the job stands, from its folder."""
        result = self.result()
        if result:
            return JobState(result["state"])
        heartbeat = self.folder / "heartbeat"
        started = read_json(self.folder / "started")
        if (self.folder / "started").exists():
            alive = _is_alive(started, heartbeat)
            return JobState.RUNNING if alive else JobState.INTERRUPTED
        asked_by = self.request().get("asked_by", {})
        return JobState.QUEUED if _is_alive(asked_by, heartbeat) else JobState.INTERRUPTED

    def claim(self) -> bool:
        """Begin the work, unless another process has: then return False."""
        mine = self.folder / f".started.{uuid.uuid4().hex}"
        write_json(mine, _this_process())
        try:
            # A link appears complete and fails if there is one: two workers cannot both begin.
            os.link(mine, self.folder / "started")
        except FileExistsError:
            return False
        finally:
            mine.unlink()
        return True

    def reopen(self) -> None:
        """Make an ended job ready to run again in the same folder."""
        for name in ("result.json", "stop", "started"):
            (self.folder / name).unlink(missing_ok=True)
        # What a killed process was writing; everything of ours with a leading dot is half made.
        for left in list(self.folder.rglob(".*")):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
        request = self.request()
        self._put_last()
        write_json(self.folder / "request.json", {**request, "asked_by": _this_process()})

    def report(self, done: float, total: float, text: str, **more: Any) -> None:
        """Publish progress; a call too soon after the last one is dropped, the final one never."""
        path = self.folder / "progress.json"
        # The file's own age is the throttle: several threads and a resumed job share it.
        recent = path.exists() and abs(time.time() - path.stat().st_mtime) < _PROGRESS_SECONDS
        if not recent or done >= total:
            content = {"done": done, "total": total, "text": text, **more}
            write_json(path, content, durable=False)

    def beat(self) -> None:
        """Show other machines that the job lives."""
        (self.folder / "heartbeat").touch()

    def ask_to_stop(self) -> None:
        """Ask the work to end at its next check."""
        (self.folder / "stop").touch()

    def should_stop(self) -> bool:
        """Whether someone asked the work to end."""
        return (self.folder / "stop").exists()

    def raise_if_stopped(self) -> None:
        """Raise `Stopped` if someone asked the work to end."""
        if self.should_stop():
            raise Stopped("Stopped.")

    def finish(self, result: Mapping[str, Any], state: JobState = JobState.DONE) -> None:
        """Publish the outcome; from here on the job is over."""
        write_json(self.folder / "result.json", {**result, "state": state.value})

    def let_go(self) -> None:
        """Show as interrupted a job that ends without an outcome; works on a full disk."""
        (self.folder / "heartbeat").unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            os.truncate(self.folder / "started", 0)

    def fail(self, error: str, *, on_command_line: str = "", ours: bool = False) -> None:
        """Publish why there is no outcome, in one sentence, and whether the program is to blame.

        `on_command_line` is that of the error; see `PiximiError`.
        """
        result = {"error": error, "on_command_line": on_command_line, "ours": ours}
        self.finish(result, JobState.FAILED)


def abandoned_folders(parent: Path) -> Iterator[Path]:
    """Yield the folders whose job was never asked for, untouched for a day.

    What a killed process had begun to prepare, or a person had uploaded and left; a younger one
    another program may be preparing just now.
    """
    limit = time.time() - DAY
    for folder in parent.iterdir() if parent.is_dir() else ():
        if not Job(folder).is_asked and folder.stat().st_mtime < limit:
            yield folder
