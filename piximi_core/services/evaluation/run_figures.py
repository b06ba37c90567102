"""How often runs are right in Validation by the labels of this moment, not of their training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from piximi_core.classification.evaluation.guessing import guessing_note
from piximi_core.classification.evaluation.measures import Evaluation
from piximi_core.classification.learning_rates import what_to_try
from piximi_core.errors import PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import Thing, ThingFilter, list_things
from piximi_core.project.database.schema import things
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.imported_run import is_imported
from piximi_core.services.evaluation.evaluate_run import ScoredPartition, evaluate_run
from piximi_core.services.scoring.scores import SCORES_FILE, load_scores
from piximi_core.vocabulary import VALIDATION

__all__ = ["RunFigure", "doubt_of", "figures_today"]


@dataclass(frozen=True)
class RunFigure:
    """How often a run is right in Validation.

    Attributes
    ----------
    accuracy
        The share of right answers among the `count` things that it has looked at.
    doubt
        Why that may be no better than guessing, and what to try; None if it is better.
    """

    accuracy: float
    count: int
    doubt: str | None


# By run folder: what the figure depended on, and the figure. Few numbers for each run.
_known: dict[Path, tuple[tuple[object, ...], RunFigure | None]] = {}


def figures_today(store: Store, runs: Sequence[Run]) -> dict[str, RunFigure]:
    """Return the figure of each run that has looked at labelled things of Validation, by run.

    They are those of the Evaluate page, so a label that was corrected since the training counts.
    """
    found = {}
    trained = [run for run in runs if run.has_classifier]
    for kind_id in {run.kind_id for run in trained}:
        labels = _labels(store, kind_id)
        listed: list[Thing] | None = None
        for run in trained:
            if run.kind_id != kind_id:
                continue
            folder = store.files.run(run.id)
            depends = (labels, run.finished_at, run.classes, _changed_at(folder / SCORES_FILE))
            if folder not in _known or _known[folder][0] != depends:
                listed = _judged(store, kind_id) if listed is None else listed
                _known[folder] = (depends, _figure(store, run, listed))
            if (figure := _known[folder][1]) is not None:
                found[run.id] = figure
    return found


def _labels(store: Store, kind_id: str) -> int:
    """Return a number that changes with the labels of Validation."""
    query = select(things.c.id, things.c.category_id).where(
        things.c.kind_id == kind_id,
        things.c.partition == VALIDATION,
        things.c.category_id.not_like("0%"),
    )
    with store.read() as db:
        return hash(tuple((row.id, row.category_id) for row in db.execute(query)))


def _judged(store: Store, kind_id: str) -> list[Thing]:
    wanted = ThingFilter(kind_id=kind_id, partitions=[VALIDATION], labelled=True)
    return list_things(store, wanted)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _figure(store: Store, run: Run, listed: Sequence[Thing]) -> RunFigure | None:
    scores = load_scores(store.files.run(run.id))
    if scores is None:
        return None
    rows = scores.rows()
    seen = tuple(thing for thing in listed if thing.key in rows)
    try:
        read = ScoredPartition(run, VALIDATION, seen, scores)
        figures = evaluate_run(store, run, VALIDATION, read).figures
    except PiximiError:
        return None  # nothing is left to judge, which the Evaluate page says
    return RunFigure(figures.accuracy, figures.count, doubt_of(run, figures))


def doubt_of(run: Run, figures: Evaluation) -> str | None:
    """Say why a run may be no better than guessing, and what to try; None if it is better."""
    note = guessing_note(figures)
    if note is None:
        return None
    if is_imported(run):
        return Message("{note} Learn it further on images of this project.", note=note)
    return Message("{note} {advice}", note=note, advice=what_to_try(run.settings))
