"""How often runs are right on what they were validated on, by the labels of this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select

from piximi_core.classification.evaluation.guessing import guessing_note
from piximi_core.classification.evaluation.measures import Basis, Evaluation
from piximi_core.classification.learning_rates import what_to_try
from piximi_core.errors import PiximiError
from piximi_core.messages import Message
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.schema import things
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.imported_run import is_imported
from piximi_core.services.evaluation.evaluate_run import ScoredPartition, evaluate_run
from piximi_core.services.scoring.items import remembered_items
from piximi_core.services.scoring.scores import SCORES_FILE, load_scores
from piximi_core.vocabulary import VALIDATION

__all__ = ["RunFigure", "doubt_of", "figures_today"]


@dataclass(frozen=True)
class RunFigure:
    """How often a run is right on what it was validated on.

    Attributes
    ----------
    accuracy
        The share of right answers among the `count` things that it has looked at.
    doubt
        Why that may be no better than guessing, and what to try; None if it is better.
    basis
        What the things were to the run: "choosing" if it learned from none of them.
    """

    accuracy: float
    count: int
    doubt: str | None
    basis: Basis


# By run folder: what the figure depended on, and the figure. Few numbers for each run.
_known: dict[Path, tuple[tuple[object, ...], RunFigure | None]] = {}


def figures_today(store: Store, runs: Sequence[Run]) -> dict[str, RunFigure]:
    """Return the figure of each run that has looked at its validation set, by run.

    A run is judged by the set that was kept for its validation when it was trained, wherever its
    images are now: one that it learned from tells nothing, though it lies in Validation today. The
    labels are those of this moment, so one that was corrected since the training counts. A run
    that was brought in learned from nothing here and is judged by the Validation of today.
    """
    found = {}
    for run in runs:
        if not run.has_classifier:
            continue
        folder = store.files.run(run.id)
        labels = _labels(store, run.kind_id, store.revision())
        judged = _judged(store, run, labels)
        now = hash(tuple((key, labels.get(key)) for key in judged))
        depends = (now, run.finished_at, run.classes, _changed_at(folder / SCORES_FILE))
        if folder not in _known or _known[folder][0] != depends:
            _known[folder] = (depends, _figure(store, run, judged))
        if (figure := _known[folder][1]) is not None:
            found[run.id] = figure
    return found


# One kind or two of the project at hand; the revision changes with every label.
@lru_cache(maxsize=2)
def _labels(store: Store, kind_id: str, _revision: int) -> Mapping[str, tuple[str, str]]:
    """Return the category and the partition of each labelled thing of a kind, by id."""
    query = select(things.c.id, things.c.category_id, things.c.partition).where(
        things.c.kind_id == kind_id, things.c.category_id.not_like("0%")
    )
    with store.read() as db:
        return {row.id: (row.category_id, row.partition) for row in db.execute(query)}


def _judged(store: Store, run: Run, labels: Mapping[str, tuple[str, str]]) -> Sequence[str]:
    """Return the things by which a run is judged."""
    if is_imported(run):
        return [key for key, (_, partition) in labels.items() if partition == VALIDATION]
    table = store.files.run(run.id) / "data.csv"
    return _validated_on(table, _changed_at(table))


# Ids alone, not the whole lists, of the runs that a page shows.
@lru_cache(maxsize=32)
def _validated_on(table: Path, _changed: int) -> tuple[str, ...]:
    try:
        return tuple(i.id for i in remembered_items(table) if i.partition == VALIDATION)
    except PiximiError:
        return ()  # a damaged run has no figure


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _figure(store: Store, run: Run, judged: Sequence[str]) -> RunFigure | None:
    scores = load_scores(store.files.run(run.id))
    if scores is None:
        return None
    rows = scores.rows()
    wanted = ThingFilter(kind_id=run.kind_id, ids=judged, labelled=True)
    seen = tuple(thing for thing in list_things(store, wanted) if thing.key in rows)
    try:
        read = ScoredPartition(run, VALIDATION, seen, scores)
        result = evaluate_run(store, run, VALIDATION, read)
    except PiximiError:
        return None  # nothing is left to judge, which the Evaluate page says
    figures = result.figures
    return RunFigure(figures.accuracy, figures.count, doubt_of(run, figures), result.basis)


def doubt_of(run: Run, figures: Evaluation) -> str | None:
    """Say why a run may be no better than guessing, and what to try; None if it is better."""
    note = guessing_note(figures)
    if note is None:
        return None
    if is_imported(run):
        return Message("{note} Learn it further on images of this project.", note=note)
    return Message("{note} {advice}", note=note, advice=what_to_try(run.settings))
