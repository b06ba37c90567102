"""How good a classifier is, in the usual definitions.

Piximi 1.1.4 shows precision and recall exchanged and loses every average to one empty class; here
rows of the confusion matrix are the truth, precision is by column, recall by row.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from piximi_core.classification.evaluation.intervals import clustered_interval
from piximi_core.errors import BadInput
from piximi_core.messages import Message, word
from piximi_core.percent import percent_number

__all__ = ["Basis", "Evaluation", "evaluate"]

_SMALLEST_PROBABILITY = 1e-7

Basis = Literal["training", "unseen", "choosing", "labelled"]
"""What judged things were to the run: learned from; never met; never learned from but used to
choose its best epoch; or labelled, when some were learned from or come from the same source."""


@dataclass(frozen=True)
class Evaluation:
    """Figures on how a classifier did on things whose category is known.

    Attributes
    ----------
    classes
        Names of the K classes.
    confusion_matrix
        K rows (truth) of K columns (prediction), counts.
    count, correct, accuracy
        Things judged, those predicted right, and their share.
    interval
        The 95 % interval of the accuracy: Wilson's, by groups where things come in such.
    groups
        How many groups that are; None where each thing counts as one of its own.
    majority_share
        The accuracy of always guessing the largest category.
    cross_entropy
        Mean negative logarithm of the probability given to the truth.
    precision, recall, f1
        For each class; None for one without samples.
    support
        Things of each class.
    macro_precision, macro_recall, macro_f1
        Means over the classes that have samples.
    notes
        Sentences on classes left out of the means, or 0 in them.
    """

    classes: tuple[str, ...]
    confusion_matrix: tuple[tuple[int, ...], ...]
    count: int
    correct: int
    accuracy: float
    interval: tuple[float, float]
    groups: int | None
    majority_share: float
    cross_entropy: float
    precision: tuple[float | None, ...]
    recall: tuple[float | None, ...]
    f1: tuple[float | None, ...]
    support: tuple[int, ...]
    macro_precision: float | None
    macro_recall: float | None
    macro_f1: float | None
    notes: tuple[str, ...]

    def sentence(self, basis: Basis = "unseen", noun: str = "images") -> str:
        """Say the accuracy in words, with its uncertainty and the trivial alternative.

        Parameters
        ----------
        basis
            What was judged, which is said.
        noun
            "images", or the plural of what was classified.
        """
        shares = (self.accuracy, self.majority_share, *self.interval)
        share, guessing, low, high = (Decimal(percent_number(each)) for each in shares)
        if basis == "choosing":
            return Message(
                "Right on {correct} of {count} {noun} never seen in training, but used"
                " to choose the best epoch ({share} %, 95 % interval {low}-{high} %);"
                " always guessing the largest category gives {guessing} %.",
                correct=self.correct,
                count=self.count,
                noun=word(noun),
                share=share,
                low=low,
                high=high,
                guessing=guessing,
            )
        return Message(
            "Right on {correct} of {count} {basis} {noun}"
            " ({share} %, 95 % interval {low}-{high} %);"
            " always guessing the largest category gives {guessing} %.",
            correct=self.correct,
            count=self.count,
            basis=word(basis),
            noun=word(noun),
            share=share,
            low=low,
            high=high,
            guessing=guessing,
        )

    def to_dict(self) -> dict[str, Any]:
        """All figures as JSON-ready values; undefined ones are None."""
        values = asdict(self)
        values["confusion_matrix"] = [list(row) for row in self.confusion_matrix]
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }


def evaluate(
    probabilities: ArrayLike,
    truth: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[Hashable] | None = None,
) -> Evaluation:
    """Compare predictions with the truth.

    Precision of class k is ``cm[k, k] / column sum``, recall ``cm[k, k] / row sum`` and F1 their
    harmonic mean, ``2 TP / (2 TP + FP + FN)``. The precision of a class that was never predicted is
    0. A class without samples has none of these figures, and the means leave it out. So they are
    those of scikit-learn with ``labels`` the classes that have samples and ``zero_division=0``.

    Parameters
    ----------
    probabilities
        [N, K], rows that sum to 1.
    truth
        Class numbers, [N].
    classes
        The K class names.
    groups
        The group that each thing belongs to, such as the photograph it was cut from, [N]; None if
        each is one of its own.

    Raises
    ------
    BadInput
        There is nothing to judge, the shapes do not belong together, or probabilities are not
        numbers.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    t = np.asarray(truth, dtype=np.int64)
    k = len(classes)
    if t.size == 0:
        raise BadInput("There are no labelled images to evaluate on; label some first.")
    if p.shape != (t.size, k) or t.ndim != 1 or t.min() < 0 or t.max() >= k:
        raise BadInput(
            "Predictions of shape {shape} do not fit {size} labels of {categories} categories.",
            shape=p.shape,
            size=t.size,
            categories=k,
        )
    if not np.isfinite(p).all():
        raise BadInput("The classifier gives values that are not numbers; train it again.")
    matrix = np.zeros((k, k), dtype=np.int64)
    np.add.at(matrix, (t, p.argmax(axis=1)), 1)
    known = range(t.size) if groups is None else groups
    several = len(set(known))
    support, predicted, hits = matrix.sum(axis=1), matrix.sum(axis=0), matrix.diagonal()
    correct = int(hits.sum())
    precision = _ratios(hits, predicted, support)
    recall = _ratios(hits, support, support)
    f1 = _ratios(2 * hits, support + predicted, support)
    return Evaluation(
        classes=tuple(classes),
        confusion_matrix=tuple(tuple(int(n) for n in row) for row in matrix),
        count=int(t.size),
        correct=correct,
        accuracy=correct / t.size,
        interval=clustered_interval(p.argmax(axis=1) == t, known),
        groups=several if several < t.size else None,
        majority_share=float(support.max()) / t.size,
        cross_entropy=_cross_entropy(p, t),
        precision=precision,
        recall=recall,
        f1=f1,
        support=tuple(int(n) for n in support),
        macro_precision=_mean(precision),
        macro_recall=_mean(recall),
        macro_f1=_mean(f1),
        notes=(*_notes(classes, support, predicted), *_by_groups(several, t.size)),
    )


def _cross_entropy(p: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """As Piximi and Keras: probabilities renormalised, then clipped to [1e-7, 1 - 1e-7]."""
    sums = p.sum(axis=1)
    given = p[np.arange(truth.size), truth] / np.where(sums > 0, sums, 1.0)
    clipped = np.clip(given, _SMALLEST_PROBABILITY, 1 - _SMALLEST_PROBABILITY)
    return float(-np.log(clipped).mean())


def _ratios(
    above: NDArray[Any], below: NDArray[Any], support: NDArray[Any]
) -> tuple[float | None, ...]:
    """Return ``above / below`` by class, 0 for 0 / 0, and None for a class without samples."""
    rows = zip(above, below, support, strict=True)
    return tuple((float(a) / float(b) if b else 0.0) if n else None for a, b, n in rows)


def _mean(values: Sequence[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None


def _by_groups(groups: int, count: int) -> tuple[str, ...]:
    if groups == count:
        return ()
    return (
        Message.plural(
            "The interval is wide: all of these come from one source, and what comes from one is "
            "right or wrong together.",
            "The interval is by {n} groups of one source, because what comes from one is right or "
            "wrong together.",
            n=groups,
        ),
    )


def _notes(
    classes: Sequence[str], support: NDArray[np.int64], predicted: NDArray[np.int64]
) -> tuple[str, ...]:
    """Say which classes have undefined figures, so that no mean misleads in silence."""
    absent = [name for name, n in zip(classes, support, strict=True) if n == 0]
    unused = [
        name for name, n, m in zip(classes, support, predicted, strict=True) if n > 0 and m == 0
    ]
    notes = []
    if absent:
        notes.append(
            Message(
                "Without samples, so left out of the means: {absent}.", absent=", ".join(absent)
            )
        )
    if unused:
        notes.append(
            Message(
                "Never predicted, so their precision counts as 0: {unused}.",
                unused=", ".join(unused),
            )
        )
    return tuple(notes)
