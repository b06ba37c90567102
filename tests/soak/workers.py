"""Rounds of a dashboard-like process: it, or the worker that carries a job, killed at random."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from piximi_core.jobs.folder import Job
from piximi_core.project.database.store import create_store
from tests.soak.checks import Lost, State, check_project, require
from tests.soak.commands import write_pictures
from tests.soak.killing import REPOSITORY, environment, kill_tree, wait_gone

__all__ = ["WorkerRounds"]

_PATIENCE = 240  # seconds until a carrier that says nothing is taken for stuck


class _Carrier:
    """A running ``tests.soak.carrier`` and what it says."""

    def __init__(self, project: Path, what: str, folders: list[Path]) -> None:
        command = [sys.executable, "-m", "tests.soak.carrier", str(project), what]
        # What dask tells of its workers would hide the lines of the rounds.
        with project.with_name("workers.log").open("a") as log:
            self.process = subprocess.Popen(
                [*command, *map(str, folders)],
                cwd=REPOSITORY,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        self.said: list[dict[str, Any]] = []
        self.over = False
        self.heard = threading.Condition()
        self.reader = threading.Thread(target=self._listen, daemon=True)
        self.reader.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.heard:
                if line.endswith("\n"):
                    self.said.append(json.loads(line))
                self.heard.notify_all()
        with self.heard:
            self.over = True
            self.heard.notify_all()

    def hears(self, word: str, count: int) -> bool:
        """Wait until a word was said so often, or no more comes."""

        def enough() -> bool:
            return len(self.all(word)) >= count or self.over

        with self.heard:
            self.heard.wait_for(enough, timeout=_PATIENCE)
        return len(self.all(word)) >= count

    def all(self, word: str) -> list[Any]:
        """Return what was said under a word."""
        return [line[word] for line in self.said if word in line]

    def workers(self) -> list[psutil.Process]:
        """Return the processes that the engine started."""
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def end(self) -> None:
        """Wait for its end; kill what remains."""
        self.reader.join(timeout=_PATIENCE)
        kill_tree(self.process.pid)
        self.process.wait()
        self.reader.join(timeout=10)
        if self.process.stdout is not None:
            self.process.stdout.close()


class WorkerRounds:
    """One project whose jobs run in workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.state: State = ({}, frozenset(["Unknown"]))
        self.number = 0

    def adding(self, dice: random.Random) -> dict[str, Any]:
        """Import two folders, the second waiting for the first."""
        return self._round(dice, "add")

    def training(self, dice: random.Random) -> dict[str, Any]:
        """Train; needs TensorFlow in the worker."""
        return self._round(dice, "train")

    def _round(self, dice: random.Random, what: str) -> dict[str, Any]:
        self.number += 1
        if not self.project.exists():
            create_store(self.project, "Workers").close()
        folders = [self.folder / f"{self.number}-{name}" for name in "ab"]
        new: dict[str, str] = {}
        for folder in folders:
            new |= write_pictures(folder, folder.name, dice, count=30)
        if what == "train":
            self._carry_to_the_end("add", folders, new)
            folders, new = [], {}
        victim = dice.choice(("worker", "dashboard"))
        carrier = _Carrier(self.project, what, folders)
        jobs = len(folders) or 1
        require(carrier.hears("job", jobs), "the carrier did not come to submit its jobs")
        after = dice.uniform(0, 3.0 if what == "add" else 12.0)
        if dice.random() < 0.6:
            # Most of that time goes by before a worker begins: this often it is in the middle.
            self._wait_for_a_busy_worker(carrier)
            after /= 8
        threading.Event().wait(after)
        killed = self._kill(carrier, victim, carrier.all("job"))
        acknowledged: int
        if victim == "worker":
            self._hear_the_end(carrier)
            acknowledged = len(carrier.all("ack"))
            require(acknowledged == jobs, "a job was not brought to its end after its worker died")
            carrier.end()
        else:
            carrier.end()
            acknowledged = len(carrier.all("ack"))
        self._expect(carrier, new, complete=victim == "worker")
        # The next dashboard finds what is left, runs it again and ends.
        self._carry_to_the_end("add", [], new)
        return {
            "killed": killed,
            "jobs": what,
            "after_s": round(after, 3),
            "acknowledged": acknowledged,
            "interrupted": len(carrier.all("interrupted")),
            "found": "all",
        }

    def _wait_for_a_busy_worker(self, carrier: _Carrier) -> None:
        pause = threading.Event()
        while not (self._busy(carrier.all("job")) or carrier.all("ack") or carrier.over):
            pause.wait(0.01)

    def _kill(self, carrier: _Carrier, victim: str, jobs: list[str]) -> str | None:
        """Kill the victim; return what it was, None if the jobs had ended before."""
        workers = carrier.workers()
        if victim == "dashboard":
            with suppress(psutil.NoSuchProcess):
                psutil.Process(carrier.process.pid).kill()
            # The workers must notice by themselves, or they would go on unseen.
            left = wait_gone(workers)
            require(left == [], f"workers outlive their dashboard: {left}")
            return "dashboard"
        busy = self._busy(jobs)
        spawned = [p for p in workers if "spawn_main" in " ".join(_command(p))]
        for process in [p for p in spawned if p.pid in busy] or spawned[:1]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
            return "worker" if process.pid in busy else "idle worker"
        return None

    def _busy(self, jobs: list[str]) -> set[int]:
        found = set()
        for job_id in jobs:
            for parent in ("jobs", "runs"):
                started = self.project / parent / job_id / "started"
                if started.exists() and Job(started.parent).state().is_active:
                    found.add(int(json.loads(started.read_text())["pid"]))
        return found

    def _hear_the_end(self, carrier: _Carrier) -> None:
        if carrier.hears("end", 1):
            return
        states = {
            job.name: str(Job(job).state())
            for parent in ("jobs", "runs")
            for job in (self.project / parent).iterdir()
            if job.name in carrier.all("job")
        }
        kill_tree(carrier.process.pid)
        raise Lost(f"jobs never ended after their worker was killed: {states}, {carrier.said}")

    def _expect(self, carrier: _Carrier, new: dict[str, str], *, complete: bool) -> None:
        found = check_project(self.project)
        after = {**self.state[0], **new}
        require(found[0].items() <= after.items(), "there are images that nobody added")
        require(self.state[0].items() <= found[0].items(), "images of earlier rounds are gone")
        acknowledged = [result.get("added", 0) for result in carrier.all("result")]
        require(
            len(found[0]) >= len(self.state[0]) + sum(acknowledged),
            f"{acknowledged} images were acknowledged and are not all there",
        )
        require(not complete or found[0] == after, "the jobs ended and images are missing")

    def _carry_to_the_end(self, what: str, folders: list[Path], new: dict[str, str]) -> None:
        carrier = _Carrier(self.project, what, folders)
        self._hear_the_end(carrier)
        carrier.end()
        states = [result["state"] for result in carrier.all("result")]
        require(set(states) <= {"done"}, f"jobs that were run again ended as {states}")
        found = check_project(self.project)
        require(found[0].items() >= self.state[0].items(), "images of earlier rounds are gone")
        require(found[0] == {**self.state[0], **new}, "the jobs ended and images are missing")
        self.state = found


def _command(process: psutil.Process) -> list[str]:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return process.cmdline()
    return []
