"""Fresh processes: one for each competitor of each round."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["ROOT", "NotMeasured", "answer", "measure", "task", "torch_python"]

ROOT = Path(__file__).resolve().parent.parent
_LONGEST_SECONDS = 900


class NotMeasured(Exception):
    """A competitor gave no answer; the text says why."""


def measure(competitor: str, task: dict[str, Any], python: str = sys.executable) -> dict[str, Any]:
    """Let a module of `benchmarks.competitors` do a task in a process of its own.

    Parameters
    ----------
    competitor
        The module's name.
    task
        What it is to do.
    python
        The interpreter to run it with.

    Raises
    ------
    NotMeasured
        It failed.
    """
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [python, "-m", f"benchmarks.competitors.{competitor}", json.dumps(task)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-4000:])
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotMeasured(f"{competitor} failed ({last.strip()[:200]})")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def task() -> dict[str, Any]:
    """Return the task of this process, in a competitor."""
    found: dict[str, Any] = json.loads(sys.argv[1])
    return found


def answer(found: dict[str, Any]) -> None:
    """Give the answer of this process, in a competitor."""
    print(json.dumps(found), flush=True)


def torch_python() -> str | None:
    """Return an interpreter that has PyTorch, which the program itself does not need.

    The one in PIXIMI_BENCH_TORCH, else this one if it has PyTorch, else None.
    """
    chosen = os.environ.get("PIXIMI_BENCH_TORCH")
    if chosen:
        return chosen
    return sys.executable if importlib.util.find_spec("torch") else None
