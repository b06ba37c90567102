"""How a run does on a partition, by the labels of this moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piximi_core.classification.evaluation import Evaluation, evaluate
from piximi_core.errors import BadInput
from piximi_core.jobs.scores import Scores, load_scores
from piximi_core.jobs.things_list import read_items
from piximi_core.project.labelling import plural
from piximi_core.project.runs import Run
from piximi_core.project.store import Store
from piximi_core.project.things import Thing, ThingFilter, list_things

__all__ = ["RunEvaluation", "evaluate_run", "unscored_ids"]


@dataclass(frozen=True)
class RunEvaluation:
    """An evaluation and the things behind it.

    Attributes
    ----------
    figures
        The numbers.
    ids
        The judged things.
    truth, predicted
        Class index of each, ``[N]``.
    confidence
        The probability of the predicted class of each, ``[N]``.
    notes
        Sentences on what was left out, or learned from.
    """

    figures: Evaluation
    ids: tuple[str, ...]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float32]
    notes: tuple[str, ...]

    def cell(self, truth: int, predicted: int) -> list[str]:
        """Return the things of one cell of the confusion matrix, the most surprising first.

        That is the most confident mistake, or the least confident right answer.
        """
        chosen = np.flatnonzero((self.truth == truth) & (self.predicted == predicted))
        return self._surprising(chosen, self.confidence if truth == predicted else -self.confidence)

    def mistakes(self) -> list[str]:
        """Return all things predicted wrong, the most confident mistake first."""
        return self._surprising(np.flatnonzero(self.truth != self.predicted), -self.confidence)

    def _surprising(self, chosen: NDArray[np.intp], key: NDArray[np.float32]) -> list[str]:
        order = chosen[np.argsort(key[chosen], kind="stable")]
        return [self.ids[number] for number in order]


def _labelled(store: Store, run: Run, partition: str) -> list[Thing]:
    return list_things(
        store, ThingFilter(kind_id=run.kind_id, partitions=[partition], labelled=True)
    )


def unscored_ids(store: Store, run: Run, partition: str) -> list[str]:
    """Return the labelled things of a partition that the run has not scored yet."""
    scores = load_scores(store.files.run(run.id))
    known = set(scores.keys) if scores else set()
    return [
        thing.id
        for thing in _labelled(store, run, partition)
        if Scores.key(thing.id, thing.active_plane) not in known
    ]


def evaluate_run(store: Store, run: Run, partition: str) -> RunEvaluation:
    """Compare what a run predicts with the present labels of a partition.

    Raises
    ------
    BadInput
        There is nothing to judge there, or not everything is scored yet (see `unscored_ids`).
    """
    classes = {c.id: index for index, c in enumerate(run.classes)}
    things = _labelled(store, run, partition)
    judged = [thing for thing in things if thing.category_id in classes]
    if not judged:
        raise BadInput(
            f"No image in {partition} has a label that this run knows; choose another partition."
        )
    scores = load_scores(store.files.run(run.id))
    rows = scores.rows() if scores else {}
    keys = [Scores.key(thing.id, thing.active_plane) for thing in judged]
    if scores is None or any(key not in rows for key in keys):
        raise BadInput(f"Not every image in {partition} is predicted yet; predict them first.")
    probabilities = scores.probabilities[[rows[key] for key in keys]]
    truth = np.array([classes[thing.category_id] for thing in judged], dtype=np.int64)
    figures = evaluate(probabilities, truth, [c.name for c in run.classes])
    return RunEvaluation(
        figures=figures,
        ids=tuple(thing.id for thing in judged),
        truth=truth,
        predicted=np.argmax(probabilities, axis=1),
        confidence=probabilities.max(axis=1),
        notes=_notes(store, run, partition, judged, len(things) - len(judged)) + figures.notes,
    )


def _notes(
    store: Store, run: Run, partition: str, judged: list[Thing], unknown: int
) -> tuple[str, ...]:
    notes = []
    if unknown:
        notes.append(f"{plural(unknown, 'image')} of categories new since this run left out.")
    if partition != "Training":
        items = read_items(store.files.run(run.id) / "data.csv")
        learned = {item.id for item in items if item.partition == "Training"}
        seen = sum(thing.id in learned for thing in judged)
        if seen:
            notes.append(
                f"{plural(seen, 'image')} here were learned from in this run, so the figures "
                "flatter it; the set was dealt anew since."
            )
    return tuple(notes)
