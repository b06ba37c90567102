"""Rounds of the command line: each command killed at a random moment, or let end."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.database.store import Store
from tests.soak.checks import State, check_project, require, weights_of
from tests.soak.killing import Outcome, Pace, run_and_kill

__all__ = ["CLASSES", "CommandRounds", "write_pictures"]

CLASSES = ("dark", "grey", "light")
_SETTINGS = ("input_shape=[16,16,1]", "epochs=40", "batch_size=8", "seed=1")


def write_pictures(folder: Path, batch: str, dice: random.Random, count: int = 6) -> dict[str, str]:
    """Write PNG files in class folders, no two alike; return the class of each name."""
    noise = np.random.default_rng(dice.randrange(1 << 30))
    found = {}
    for number in range(count):
        label = CLASSES[number % len(CLASSES)]
        level = 30 + 80 * (number % len(CLASSES))
        pixels = (level + noise.integers(0, 40, (20, 20))).astype(np.uint8)
        path = folder / label / f"{batch}-{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
        found[path.name] = label
    return found


class CommandRounds:
    """One project, worked on by commands of which most are killed.

    Attributes
    ----------
    state
        What the commands that ended with 0 have made of the project.
    weights
        Hash of the classifier of each run that was acknowledged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        self.pace = Pace()
        self.state: State | None = None
        self.weights: dict[str, str] = {}
        self.number = 0

    def cheap(self, dice: random.Random) -> dict[str, Any]:
        """Create, add or label, without TensorFlow."""
        self.number += 1
        if self.state is None or dice.random() < 0.1:
            return self._create(dice)
        return self._add(dice) if dice.random() < 0.55 else self._label(dice)

    def heavy(self, dice: random.Random) -> dict[str, Any]:
        """Train, resume, predict or export."""
        self.number += 1
        while not self._can_train():
            if self.state is None:
                self._create(dice, kill=False)
            self._add(dice, kill=False)
        interrupted = self._interrupted()
        if interrupted:
            return self._train(dice, "--resume", dice.choice(interrupted))
        if not self.weights or dice.random() < 0.4:
            return self._train(dice, *(part for s in _SETTINGS for part in ("-o", s)))
        return self._predict(dice) if dice.random() < 0.5 else self._export(dice)

    def _can_train(self) -> bool:
        labelled = [label for label in (self.state or ({},))[0].values() if label in CLASSES]
        return len(labelled) >= 12 and len(set(labelled)) > 1

    def finish(self) -> dict[str, Any]:
        """Resume every training that was killed, and let it end."""
        ended = []
        for run_id in self._interrupted() if self.state else ():
            arguments = ["piximi_core", "train", str(self.project), "--resume", run_id, "--json"]
            outcome = run_and_kill(arguments, None, "train", self.pace)
            require(outcome.acknowledged, f"the run {run_id} cannot be resumed: {outcome.errors}")
            require(json.loads(outcome.output)["epochs"] == 40, "a resumed run has lost epochs")
            ended.append(run_id)
        if self.state:
            require(self._interrupted() == [], "a resumed training is still interrupted")
            require(check_project(self.project) == self.state, "resuming changed the labels")
        return {"killed": None, "command": "finish", "resumed": len(ended)}

    def _run(self, dice: random.Random, name: str, *arguments: str, kill: bool = True) -> Outcome:
        after = self.pace.moment(name, dice) if kill and dice.random() < 0.8 else None
        outcome = run_and_kill(["piximi_core", *arguments], after, name, self.pace)
        by_itself = outcome.killed_after is None
        require(
            not by_itself or outcome.code == 0,
            f"{name} ended with {outcome.code}: {outcome.errors[-500:]}",
        )
        return outcome

    def _log(self, name: str, outcome: Outcome, **more: Any) -> dict[str, Any]:
        return {
            "killed": name if outcome.killed_after is not None else None,
            "command": name,
            "after_s": outcome.killed_after and round(outcome.killed_after, 3),
            "acknowledged": outcome.acknowledged,
            **more,
        }

    def _compare(self, outcome: Outcome, before: State, after: State) -> str:
        """Check the project; return which of the two states it is in."""
        found = check_project(self.project)
        if outcome.acknowledged:
            require(found == after, "what the command acknowledged is not in the project")
        else:
            require(found in (before, after), "the killed command left half of its work")
        self.state = found
        for run_id, kept in self.weights.items():
            require(self._weights(run_id) == kept, f"the classifier of run {run_id} has changed")
        return "done" if found == after else "undone"

    def _create(self, dice: random.Random, kill: bool = True) -> dict[str, Any]:
        folder = self.project
        if self.state is not None:
            folder = self.folder / f"project-{self.number}"
        outcome = self._run(dice, "create", "create", str(folder), "--name", "Soak 🔬", kill=kill)
        exists = (folder / "project.sqlite").exists()
        require(exists or not outcome.acknowledged, "the created project is not there")
        if not exists:
            # Nothing stands in the way of creating it now.
            again = run_and_kill(["piximi_core", "create", str(folder)], None, "create", self.pace)
            require(again.acknowledged, f"create after a killed create: {again.errors}")
        found = check_project(folder)
        require(found == ({}, frozenset(["Unknown"])), "a new project is not empty")
        if folder == self.project:
            self.state = found
        else:
            shutil.rmtree(folder)
        return self._log("create", outcome, found="done" if exists else "undone")

    def _add(self, dice: random.Random, kill: bool = True) -> dict[str, Any]:
        assert self.state is not None
        batch = f"{self.number}-{dice.randrange(10**6)}"
        folder = self.folder / "given" / batch
        new = write_pictures(folder, batch, dice)
        given = folder
        if dice.random() < 0.4:
            given = Path(shutil.make_archive(str(folder), "zip", folder))
        arguments = ["add", str(self.project), str(given), "--labels", "folders"]
        if kill and dice.random() < 0.3:
            arguments, new = arguments[:3], dict.fromkeys(new, "Unknown")
        outcome = self._run(dice, "add", *arguments, kill=kill)
        after = {**self.state[0], **new}, self.state[1] | set(new.values())
        return self._log("add", outcome, found=self._compare(outcome, self.state, after))

    def _label(self, dice: random.Random) -> dict[str, Any]:
        assert self.state is not None
        if not self.state[0]:
            return self._add(dice)
        chosen = dice.sample(sorted(self.state[0]), min(5, len(self.state[0])))
        labels = {name: dice.choice((*CLASSES, f"new {self.number}")) for name in chosen}
        table = self.folder / f"labels-{self.number}.csv"
        with table.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("name", "category"), *labels.items()])
        outcome = self._run(dice, "label", "label", str(self.project), str(table))
        after = {**self.state[0], **labels}, self.state[1] | set(labels.values())
        return self._log("label", outcome, found=self._compare(outcome, self.state, after))

    def _in_project(self, ask: Callable[[Store], Any]) -> Any:
        store = Store(self.project)
        try:
            return ask(store)
        finally:
            store.close()

    def _interrupted(self) -> list[str]:
        def ask(store: Store) -> list[str]:
            jobs = [Job(store.files.run(run.id)) for run in list_runs(store)]
            return [job.id for job in jobs if job.state() is JobState.INTERRUPTED]

        return list(self._in_project(ask))

    def _weights(self, run_id: str) -> str:
        def ask(store: Store) -> str:
            summary = next(run.summary for run in list_runs(store) if run.id == run_id)
            require(summary is not None, f"the run {run_id} has lost its classifier")
            assert summary is not None
            return weights_of(self.project, run_id, summary["stem"])

        return str(self._in_project(ask))

    def _train(self, dice: random.Random, *how: str) -> dict[str, Any]:
        assert self.state is not None
        before = {run.id for run in self._in_project(list_runs)}
        outcome = self._run(dice, "train", "train", str(self.project), *how, "--json")
        found = self._compare(outcome, self.state, self.state)
        if outcome.acknowledged:
            summary = json.loads(outcome.output)
            require(summary["epochs"] == 40, f"the training ended after {summary['epochs']} epochs")
            self.weights[summary["run"]] = self._weights(summary["run"])
        runs = self._in_project(list_runs)
        require(before <= {run.id for run in runs}, "a run is gone")
        trained = {run.id for run in runs if run.has_classifier}
        # One that was killed after its result was written is as good as acknowledged.
        for run_id in trained - set(self.weights):
            self.weights[run_id] = self._weights(run_id)
        sort = "resume" if how[0] == "--resume" else "train"
        return self._log(sort, outcome, found=found, runs=len(runs), trained=len(trained))

    def _predict(self, dice: random.Random) -> dict[str, Any]:
        assert self.state is not None
        batch = f"predicted-{self.number}"
        folder = self.folder / "given" / batch
        new = write_pictures(folder, batch, dice, count=4)
        added = run_and_kill(
            ["piximi_core", "add", str(self.project), str(folder)], None, "add", self.pace
        )
        require(added.acknowledged, f"add: {added.errors}")
        self.state = {**self.state[0], **dict.fromkeys(new, "Unknown")}, self.state[1]
        unlabelled = sorted(name for name, label in self.state[0].items() if label == "Unknown")
        out = self.folder / f"{batch}.csv"
        outcome = self._run(
            dice, "predict", "predict", str(self.project), "latest", "--out", str(out)
        )
        self._compare(outcome, self.state, self.state)
        require(out.exists() or not outcome.acknowledged, "the table of predictions is missing")
        if out.exists():
            with out.open(newline="", encoding="utf-8") as file:
                names = sorted(row["name"] for row in csv.DictReader(file))
            require(names == unlabelled, f"the table holds {len(names)} of {len(unlabelled)} rows")
        return self._log("predict", outcome, found="table" if out.exists() else "no table")

    def _export(self, dice: random.Random) -> dict[str, Any]:
        assert self.state is not None
        out = self.folder / f"export-{self.number}.zip"
        arguments = ("export", str(self.project), "latest", "--out", str(out))
        outcome = self._run(dice, "export", *arguments)
        self._compare(outcome, self.state, self.state)
        require(out.exists() or not outcome.acknowledged, "the exported zip is missing")
        if out.exists():
            reasons = check_for_piximi(out)
            require(reasons == [], f"the exported zip: {reasons}")
        return self._log("export", outcome, found="zip" if out.exists() else "no zip")
