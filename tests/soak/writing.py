"""Rounds of a writer killed in mid-step, against a model of what it said it did."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from piximi_core.project.database.store import HISTORY_STEPS
from tests.soak.checks import State, check_project, require
from tests.soak.killing import REPOSITORY, environment, kill_tree
from tests.soak.writer import prepare

__all__ = ["Model", "WritingRounds"]

S = TypeVar("S")


class Model(Generic[S]):
    """What a project holds, with undo, kept as whole states: nothing shared with the journal.

    Parameters
    ----------
    after
        Returns the state that a step makes of another.
    """

    def __init__(self, state: S, after: Callable[[S, dict[str, Any]], S]) -> None:
        self.now = state
        self.past: list[S] = []
        self.future: list[S] = []
        self._after = after

    def copy(self) -> Model[S]:
        """Return one that goes its own way."""
        other = Model(self.now, self._after)
        other.past, other.future = list(self.past), list(self.future)
        return other

    def take(self, step: dict[str, Any]) -> None:
        """Do a step; one that changes nothing leaves no trace."""
        sort = step["sort"]
        if sort in ("undo", "redo"):
            both = (self.past, self.future)
            source, target = both if sort == "undo" else both[::-1]
            if source:
                target.append(self.now)
                self.now = source.pop()
            return
        changed = self._after(self.now, step)
        if changed != self.now:
            self.past = [*self.past, self.now][-HISTORY_STEPS:]
            self.future = []
            self.now = changed


def _after(state: State, step: dict[str, Any]) -> State:
    labels, categories = dict(state[0]), set(state[1])
    match step["sort"]:
        case "label":
            labels.update(dict.fromkeys(step["names"], step["category"]))
        case "delete":
            for name in step["names"]:
                del labels[name]
        case "rename":
            old, new = step["category"], step["to"]
            categories = {new if name == old else name for name in categories}
            labels = {name: new if label == old else label for name, label in labels.items()}
        case "category":
            categories.add(step["category"])
        case "add":
            labels.update(dict.fromkeys(step["names"], "Unknown"))
    return labels, frozenset(categories)


class WritingRounds:
    """One project, written and killed again and again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model: Model[State] | None = None

    def round(self, dice: random.Random) -> dict[str, Any]:
        """Write, kill, open, compare; return what to log."""
        if self.model is None:
            prepare(self.folder)
            self.model = Model(check_project(self.folder, with_files=False), _after)
            names = sorted(self.model.now[1] - {"Unknown"}, key=["red", "green", "blue"].index)
            # Creating it was four steps, which can be undone like any other.
            self.model.past = [({}, frozenset(["Unknown", *names[:n]])) for n in range(4)]
        seed, after = dice.randrange(1 << 30), dice.uniform(0.02, 1.2)
        lines = self._write(seed, after)
        acks = [line["ack"] for line in lines if "ack" in line]
        asked = [line["do"] for line in lines if "do" in line]
        for step in asked[: len(acks)]:
            self.model.take(step)
        possible = [self.model]
        if len(asked) > len(acks):
            under_way = self.model.copy()
            under_way.take(asked[-1])
            possible.append(under_way)
        found = check_project(self.folder, with_files=False)
        fitting = [model for model in possible if model.now == found]
        require(
            bool(fitting),
            f"after {len(acks)} acknowledged steps (the last: {asked[len(acks) - 1 :]}) "
            f"the project holds something else: {_difference(self.model.now, found)}",
        )
        self.model = fitting[0]
        return {
            "killed": "writer",
            "after_s": round(after, 3),
            "acknowledged": len(acks),
            "under_way": asked[-1]["sort"] if len(asked) > len(acks) else None,
            "found": "under way too" if self.model is possible[-1] and len(possible) > 1 else "all",
        }

    def _write(self, seed: int, after: float) -> list[dict[str, Any]]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.writer", str(self.folder), str(seed)],
            cwd=REPOSITORY,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        require("ready" in first, "the writer could not open the project")
        timer = threading.Timer(after, kill_tree, [process.pid])
        timer.start()
        # To the end of what it said: a line is written whole or, the last, not at all.
        text = process.stdout.read()
        timer.cancel()
        process.wait()
        process.stdout.close()
        require(process.returncode == -9, f"the writer ended by itself ({process.returncode})")
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _difference(expected: State, found: State) -> str:
    wrong = [
        f"{name}: {expected[0].get(name)} -> {found[0].get(name)}"
        for name in sorted({*expected[0], *found[0]})
        if expected[0].get(name) != found[0].get(name)
    ]
    return "; ".join([*wrong[:5], str(expected[1] ^ found[1])])
