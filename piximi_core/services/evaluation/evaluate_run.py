"""How a run does on a partition, by the labels of this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piximi_core.classification.evaluation.measures import Basis, Evaluation, evaluate
from piximi_core.errors import BadInput
from piximi_core.jobs.folder import read_json, write_json
from piximi_core.messages import Message, word
from piximi_core.project.contents.grouping import find_groups, thing_groups
from piximi_core.project.contents.labelling import counted, thing_word
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import Thing, ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.services.evaluation.met_before import WhatWasMet, what_was_met
from piximi_core.services.scoring.class_names import classes_today
from piximi_core.services.scoring.items import remembered_items
from piximi_core.services.scoring.scores import Scores, load_scores
from piximi_core.vocabulary import TRAINING

__all__ = [
    "RunEvaluation",
    "ScoredPartition",
    "evaluate_run",
    "is_checked",
    "labelled_things",
    "note_checked",
    "read_partition",
    "unscored_ids",
]

_CHECKED = "checked.json"


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
    learned_from
        How many of them outside of Training the run has learned from all the same.
    basis
        What they were to the run, which its sentence says.
    """

    figures: Evaluation
    ids: tuple[str, ...]
    truth: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float32]
    notes: tuple[str, ...]
    learned_from: int = 0
    basis: Basis = "labelled"

    def sentence(self, noun: str) -> str:
        """Say the accuracy in words; only what the run never met is called unseen."""
        return self.figures.sentence(self.basis, noun)

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


@dataclass(frozen=True)
class ScoredPartition:
    """A partition's labelled things of this moment beside what a run has scored so far.

    Attributes
    ----------
    things
        The labelled things of the partition.
    scores
        All that the run has scored, None if nothing.
    """

    run: Run
    partition: str
    things: tuple[Thing, ...]
    scores: Scores | None

    def unscored_ids(self) -> list[str]:
        """Return the things that the run has not scored yet."""
        known = set(self.scores.keys) if self.scores else set()
        return [thing.id for thing in self.things if thing.key not in known]


def read_partition(
    store: Store, run: Run, partition: str, things: tuple[Thing, ...] | None = None
) -> ScoredPartition:
    """Read once what `unscored_ids` and `evaluate_run` tell of.

    Parameters
    ----------
    things
        What `labelled_things` has found of the run's kind already, None to read it here.
    """
    if things is None:
        things = labelled_things(store, run.kind_id, partition)
    return ScoredPartition(run, partition, things, load_scores(store.files.run(run.id)))


def labelled_things(store: Store, kind_id: str, partition: str) -> tuple[Thing, ...]:
    """Return all things of a partition that have a label to be compared with."""
    wanted = ThingFilter(kind_id=kind_id, partitions=[partition], labelled=True)
    return tuple(list_things(store, wanted))


def unscored_ids(store: Store, run: Run, partition: str) -> list[str]:
    """Return the labelled things of a partition that the run has not scored yet."""
    return read_partition(store, run, partition).unscored_ids()


def evaluate_run(
    store: Store,
    run: Run,
    partition: str,
    read: ScoredPartition | None = None,
    titles: Sequence[str] | None = None,
) -> RunEvaluation:
    """Compare what a run predicts with the present labels of a partition.

    Parameters
    ----------
    read
        What `read_partition` has found for this run and partition already, None to read it here.
    titles
        What to call the classes; None for today's names, with the run's where they differ.

    Raises
    ------
    BadInput
        There is nothing to judge there, or not everything is scored yet (see `unscored_ids`).
    """
    classes = {c.id: index for index, c in enumerate(run.classes)}
    titles = titles or [known.title for known in classes_today(store, run)]
    read = read or read_partition(store, run, partition)
    things, scores = read.things, read.scores
    judged = [thing for thing in things if thing.category_id in classes]
    if not judged:
        raise BadInput(
            "No {thing} in {partition} has a label that this run knows; choose another partition.",
            thing=thing_word(run.kind_id),
            partition=word(partition),
        )
    rows = scores.rows() if scores else {}
    keys = [thing.key for thing in judged]
    if scores is None or any(key not in rows for key in keys):
        raise BadInput(
            "Not everything in {partition} is predicted yet; predict it first.",
            partition=word(partition),
        )
    probabilities = scores.probabilities[[rows[key] for key in keys]]
    truth = np.array([classes[thing.category_id] for thing in judged], dtype=np.int64)
    groups = thing_groups(store, run.kind_id, find_groups(store))
    figures = evaluate(
        probabilities,
        truth,
        titles,
        [groups.get(thing.id, thing.id) for thing in judged],
    )
    met = what_was_met(store, run, judged, groups)
    gone = _no_longer_counted(store, run, partition, judged)
    return RunEvaluation(
        figures=figures,
        ids=tuple(thing.id for thing in judged),
        truth=truth,
        predicted=np.argmax(probabilities, axis=1),
        confidence=probabilities.max(axis=1),
        notes=gone + _notes(run, partition, met, len(things) - len(judged)) + figures.notes,
        learned_from=0 if partition == TRAINING else met.learned_from,
        basis="training" if partition == TRAINING else met.basis,
    )


def _no_longer_counted(
    store: Store, run: Run, partition: str, judged: Sequence[Thing]
) -> tuple[str, ...]:
    """Say how many things of the run's own set lost their label, or their category, since."""
    listed = store.files.run(run.id) / "data.csv"
    then = [item for item in remembered_items(listed) if item.partition == partition]
    now = {thing.id for thing in judged}
    lost = [item for item in then if item.id not in now]
    if not lost:
        return ()
    notes = [
        Message(
            "{count:,} of {things} in {partition} when this run was "
            "trained are no longer counted: they were deleted or moved, or have no label of its "
            "categories any more.",
            count=len(lost),
            things=counted(len(then), run.kind_id),
            partition=word(partition),
        )
    ]
    deleted = [known.was for known in classes_today(store, run) if known.is_gone]
    if deleted:
        notes.append(Message("Deleted since: {deleted}.", deleted=", ".join(deleted)))
    return tuple(notes)


def note_checked(store: Store, run: Run) -> bool:
    """Note that a person has seen how good a run is; return whether that is new."""
    if is_checked(store, run.id, run.finished_at):
        return False
    write_json(store.files.run(run.id) / _CHECKED, {"finished_at": run.finished_at})
    return True


def is_checked(store: Store, run_id: str, finished_at: str | None) -> bool:
    """Whether a person has seen how good a run is; training it further makes that out of date.

    Parameters
    ----------
    finished_at
        When its training ended, as its row in the project says.
    """
    seen = read_json(store.files.run(run_id) / _CHECKED)
    return bool(seen) and seen.get("finished_at") == finished_at


def _notes(run: Run, partition: str, met: WhatWasMet, unknown: int) -> tuple[str, ...]:
    notes: list[str] = []
    if unknown:
        notes.append(
            Message(
                "{things} of categories new since this run left out.",
                things=counted(unknown, run.kind_id),
            )
        )
    if partition == TRAINING:
        return tuple(notes)
    if met.learned_from:
        notes.append(
            Message(
                "{things} here were learned from in this run, so the "
                "figures flatter it; the set was dealt anew since.",
                things=counted(met.learned_from, run.kind_id),
            )
        )
    if met.related:
        notes.append(
            Message(
                "{things} here come from the same source as others that "
                "were learned from, so the figures flatter the run: split again and train anew.",
                things=counted(met.related, run.kind_id),
            )
        )
    if met.is_unknown:
        notes.append(
            Message("What this classifier learned from where it was made is not known here.")
        )
    return tuple(notes)
