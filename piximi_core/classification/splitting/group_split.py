"""Dealing whole groups: what comes from one photograph, patient or slide is never on both sides.

Crops of one photograph share its light, focus and staining. With some of them learned from, the
others are no test of how well a classifier does on a new photograph.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.vocabulary import TRAINING, VALIDATION

__all__ = ["follow_groups", "place_groups"]

_MOST_MOVES = 200
_LARGEST_TABLE = 5_000_000
# A class that nothing can be learned from is worse than one that cannot be checked, and both are
# worse than any share that is missed.
_UNLEARNED, _UNCHECKED = 1000.0, 100.0


def follow_groups(partitions: Sequence[str], groups: Sequence[Hashable]) -> list[str]:
    """Put what is not dealt yet on the side where its group is; other things stay undealt.

    Of a group that stands on both sides already, new things are learned from: Validation then
    holds no more of what was learned from than before.

    Parameters
    ----------
    partitions
        "Training" and "Validation" are dealt, any other value is not.
    groups
        The group of each thing.
    """
    sides: dict[Hashable, str] = {}
    for group, part in zip(groups, partitions, strict=True):
        if part == TRAINING or (part == VALIDATION and group not in sides):
            sides[group] = part
    return [
        part if part in (TRAINING, VALIDATION) else sides.get(group, part)
        for group, part in zip(groups, partitions, strict=True)
    ]


@dataclass
class _Table:
    """How many things of each label the waiting groups hold, and what is dealt already.

    Attributes
    ----------
    counts
        ``[groups, labels]``.
    kept, checked
        Things in Training and Validation already, ``[labels]``.
    singles
        Waiting things that are a group each, which are dealt afterwards, ``[labels]``.
    target
        How many of those here are to be in Training, ``[labels]``.
    """

    counts: NDArray[np.int64]
    kept: NDArray[np.int64]
    checked: NDArray[np.int64]
    singles: NDArray[np.int64]
    target: NDArray[np.float64]

    @property
    def totals(self) -> NDArray[np.int64]:
        return np.asarray(self.kept + self.checked + self.counts.sum(axis=0))

    def costs(self, learned: NDArray[np.int64], *, shares: bool) -> NDArray[np.float64]:
        """Return how bad it is to have so many in Training, for each row of ``learned``.

        Parameters
        ----------
        shares
            Whether shares that are missed count, or only labels that one side lacks.
        """
        totals = self.totals
        inside = np.maximum(totals, 1)
        lone = (self.singles == 0) & (totals > 0)
        cost = _UNLEARNED * (lone & (learned == 0)).sum(axis=-1)
        cost = cost + _UNCHECKED * (lone & (learned == totals)).sum(axis=-1)
        if shares:
            cost = cost + (((learned - self.target) / inside) ** 2).sum(axis=-1)
            whole = (learned - self.target).sum(axis=-1) / max(int(totals.sum()), 1)
            cost = cost + whole**2
        return np.asarray(cost, dtype=np.float64)


def place_groups(
    labels: Sequence[Hashable],
    keys: Sequence[Any],
    partitions: Sequence[str],
    groups: Sequence[Hashable],
    percentage: float,
    seed: int,
    *,
    shuffle: bool,
) -> list[str]:
    """Deal the groups of several things of which none is dealt yet; what is alone stays undealt.

    Greedily, the large groups first: each goes to the side that lacks more of its labels. Then
    groups change sides one at a time as long as that brings the labels' shares nearer to the
    percentage. The aims are those of scikit-learn's ``StratifiedGroupKFold``: groups whole, and
    each label's share on each side as near to what is asked for as groups allow.

    Parameters
    ----------
    labels, keys, partitions, groups
        Of each thing; see `split.deal_new`.
    percentage
        The share for training of each label.
    seed
        Start of the random order in which groups of about one size are dealt.
    shuffle
        When off, groups are dealt in the order of their first keys, to Training first.

    Returns
    -------
    list of str
        The partitions with those of the groups filled in.
    """
    dealt = list(partitions)
    members: dict[Hashable, list[int]] = defaultdict(list)
    for i, part in enumerate(dealt):
        if part not in (TRAINING, VALIDATION):
            members[groups[i]].append(i)
    several = [sorted(m, key=lambda i: keys[i]) for m in members.values() if len(m) > 1]
    if not several:
        return dealt
    several.sort(key=lambda m: keys[m[0]])
    if shuffle:
        order = np.random.default_rng(seed).permutation(len(several))
        # The sorting keeps the random order among groups of about one size.
        several = sorted((several[i] for i in order), key=lambda m: -len(m).bit_length())
    table = _table(labels, dealt, several, percentage)
    to_training = _greedy(table, in_order=not shuffle)
    _improve(table, to_training, shares=shuffle)
    for inside, learned in zip(several, to_training.tolist(), strict=True):
        for i in inside:
            dealt[i] = TRAINING if learned else VALIDATION
    return dealt


def _table(
    labels: Sequence[Hashable], dealt: Sequence[str], several: list[list[int]], percentage: float
) -> _Table:
    # By text, so that the outcome does not depend on which label was met first.
    place = {b: n for n, b in enumerate(sorted(set(labels), key=lambda b: (str(type(b)), str(b))))}
    counts = np.zeros((len(several), len(place)), dtype=np.int64)
    for row, inside in enumerate(several):
        for label, n in Counter(labels[i] for i in inside).items():
            counts[row, place[label]] = n
    kept, checked = (
        _by_label((b for b, p in zip(labels, dealt, strict=True) if p == part), place)
        for part in (TRAINING, VALIDATION)
    )
    singles = _by_label(labels, place) - kept - checked - counts.sum(axis=0)
    target = percentage * (kept + checked + counts.sum(axis=0))
    return _Table(counts, kept, checked, singles, target)


def _by_label(labels: Any, place: Mapping[Hashable, int]) -> NDArray[np.int64]:
    found = np.zeros(len(place), dtype=np.int64)
    for label, n in Counter(labels).items():
        found[place[label]] = n
    return found


def _greedy(table: _Table, *, in_order: bool) -> NDArray[np.bool_]:
    """Return which groups go to Training, each decided when those before it are dealt."""
    inside = np.maximum(table.totals, 1).tolist()
    lacking = [(table.target - table.kept).tolist()]
    lacking.append((table.totals - table.target - table.checked).tolist())
    to_training = np.zeros(len(table.counts), dtype=np.bool_)
    for row, counts in enumerate(table.counts):
        held = [(int(label), int(counts[label])) for label in np.flatnonzero(counts)]
        if in_order:
            fits = sum(min(n, max(lacking[0][label], 0.0)) for label, n in held)
            learned = fits >= sum(n for _, n in held) / 2
        else:
            wants = [sum(n * side[label] / inside[label] for label, n in held) for side in lacking]
            learned = wants[0] >= wants[1]
        to_training[row] = learned
        side = lacking[0 if learned else 1]
        for label, n in held:
            side[label] -= n
    return to_training


def _improve(table: _Table, to_training: NDArray[np.bool_], *, shares: bool) -> None:
    """Let groups change sides, each time the one that helps most, while that helps."""
    if table.counts.size > _LARGEST_TABLE:
        return  # so many groups come near to the percentage without
    learned = table.kept + table.counts[to_training].sum(axis=0)
    cost = float(table.costs(learned, shares=shares))
    for _ in range(_MOST_MOVES):
        signs = np.where(to_training, -1, 1)[:, None]
        costs = table.costs(learned + signs * table.counts, shares=shares)
        best = int(np.argmin(costs))
        if costs[best] >= cost - 1e-12:
            return
        learned = learned + signs[best] * table.counts[best]
        to_training[best] = not to_training[best]
        cost = float(costs[best])
