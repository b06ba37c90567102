"""Start a process of its own group, and end it as a crash would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["REPOSITORY", "Outcome", "Pace", "environment", "kill_tree", "run_and_kill", "wait_gone"]

REPOSITORY = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    """Return the environment of the processes under test."""
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "PIXIMI_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": ""}
    return {**os.environ, **quiet, "PYTHONPATH": str(REPOSITORY), **more}


class Pace:
    """How long each command takes here, learned from those that ended by themselves."""

    def __init__(self) -> None:
        self._seconds = {"train": 15.0, "predict": 8.0, "export": 10.0}

    def learn(self, name: str, seconds: float) -> None:
        """Remember how long a command took."""
        self._seconds[name] = 0.5 * (self._seconds.get(name, seconds) + seconds)

    def stretch(self, name: str) -> None:
        """Wait a little longer the next time: the command was killed before its end."""
        self._seconds[name] *= 1.1

    def moment(self, name: str, dice: random.Random) -> float:
        """Return when to kill: anywhere in the command's life, mostly in its second half."""
        whole = self._seconds.setdefault(name, 2.0)
        return whole * dice.choice((dice.uniform(0, 1), dice.uniform(0.5, 1.05)))


@dataclass(frozen=True)
class Outcome:
    """What became of a command.

    Attributes
    ----------
    code
        Its exit status; negative if it was killed.
    killed_after
        Seconds, None if it ended by itself.
    """

    code: int
    output: str
    errors: str
    killed_after: float | None

    @property
    def acknowledged(self) -> bool:
        """Whether the command said that it is done."""
        return self.code == 0


def run_and_kill(arguments: Sequence[str], after: float | None, name: str, pace: Pace) -> Outcome:
    """Run ``python -m arguments``; kill it after so many seconds unless it has ended."""
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=REPOSITORY,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    killed_after = None
    try:
        output, errors = process.communicate(timeout=after)
        pace.learn(name, time.monotonic() - begun)
    except subprocess.TimeoutExpired:
        pace.stretch(name)
        kill_tree(process.pid)
        output, errors = process.communicate()
        # It may have ended by itself a moment before.
        killed_after = after if process.returncode < 0 else None
    return Outcome(process.returncode, output, errors, killed_after)


def kill_tree(pid: int) -> None:
    """Kill -9 a process started with a session of its own, and all in its group at once."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def wait_gone(processes: Sequence[psutil.Process], seconds: float = 60) -> list[psutil.Process]:
    """Wait until processes are gone; return those that are not."""
    return psutil.wait_procs(processes, timeout=seconds)[1]
