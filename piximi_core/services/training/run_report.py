"""What a run's folder tells of it: where it stands, its network, what it learned from."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.contents.runs import Run, list_runs
from piximi_core.project.database.store import Store
from piximi_core.services.scoring.items import read_items
from piximi_core.vocabulary import TRAINING, VALIDATION

__all__ = [
    "Layer",
    "RunStanding",
    "class_counts",
    "layers_csv",
    "read_layers",
    "read_repeat_facts",
    "run_standings",
    "standing",
]


@dataclass(frozen=True)
class RunStanding:
    """One run and where it stands.

    Attributes
    ----------
    run
        Its row in the project.
    job
        The work behind it.
    state
        What its folder shows.
    stopped
        Someone ended it early; the best weights so far were kept.
    error
        Why it failed, else None.
    who
        Who asked for it.
    """

    run: Run
    job: Job
    state: JobState
    stopped: bool
    error: str | None
    who: str

    @property
    def is_under_way(self) -> bool:
        """Whether there is something to wait for; a result not yet in the project is, too."""
        done = self.state is JobState.DONE
        return self.state.is_active or (done and not self.run.has_classifier)

    @property
    def can_resume(self) -> bool:
        """Whether epochs are left that a person may still want."""
        ended_early = (JobState.INTERRUPTED, JobState.STOPPED, JobState.FAILED)
        return self.state in ended_early or (self.state is JobState.DONE and self.stopped)


@dataclass(frozen=True)
class Layer:
    """One line of the network's summary; `output_shape` is without the batch."""

    layer: str
    output_shape: tuple[int, ...]
    parameters: int
    trainable: bool


def standing(store: Store, run: Run) -> RunStanding:
    """Return where a run stands at this moment."""
    job = Job(store.files.run(run.id))
    state = job.state()
    return RunStanding(
        run=run,
        job=job,
        state=state,
        stopped=job.ended_early,
        error=job.error,
        who=job.who,
    )


def run_standings(store: Store) -> list[RunStanding]:
    """Return all runs, newest first."""
    return [standing(store, run) for run in list_runs(store)]


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def read_layers(store: Store, run: Run) -> list[Layer]:
    """Return the layers of a run's network; empty before its training has begun."""
    rows = _read(store.files.run(run.id) / "summary.json") or []
    return [Layer(**{**row, "output_shape": tuple(row["output_shape"])}) for row in rows]


def layers_csv(layers: list[Layer]) -> str:
    """Return the summary of a network as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["layer", "output_shape", "parameters", "trainable"])
    for layer in layers:
        shape = " x ".join(str(side) for side in layer.output_shape)
        writer.writerow([layer.layer, shape, layer.parameters, layer.trainable])
    return out.getvalue()


def read_repeat_facts(store: Store, run: Run) -> dict[str, Any]:
    """Return what repeats a run: settings, classes, split, device and versions; empty too early."""
    return dict(_read(store.files.run(run.id) / "settings.json") or {})


def class_counts(store: Store, run: Run) -> list[tuple[int, int]]:
    """Return how many images of each class of a run it learned from, and was checked on."""
    counted = _count(store.files.run(run.id) / "data.csv")
    numbers = range(len(run.classes))
    return [(counted[number, TRAINING], counted[number, VALIDATION]) for number in numbers]


@lru_cache(maxsize=32)
def _count(data: Path) -> Counter[tuple[int, str]]:
    # A run's data.csv never changes, and may have a hundred thousand lines.
    return Counter((item.label, item.partition) for item in read_items(data))
