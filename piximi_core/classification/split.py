"""Who is learned from and who is kept aside to check on.

Dealing depends on labels, keys, percentage and seed only, never on the order in which things were
added or on random ids, so that two projects with the same data are split alike.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = ["TRAINING", "VALIDATION", "deal", "deal_new"]

TRAINING = "Training"
VALIDATION = "Validation"


def deal(
    labels: Sequence[Hashable],
    keys: Sequence[Any],
    training_percentage: float,
    seed: int = 0,
    *,
    stratify: bool = True,
    shuffle: bool = True,
) -> list[str]:
    """Deal labelled things to training and validation.

    The number for training is Piximi's, ``floor(training_percentage * n + 0.5)``, except that one
    thing at least is learned from and, of two or more, one is kept to check on. Stratified, this
    holds within each label as well, and the labels' shares differ from the percentage by less than
    one thing.

    Parameters
    ----------
    labels
        The category of each thing.
    keys
        What the things are put in order by, such as (SHA-256, name); one per thing.
    training_percentage
        The share for training, a fraction.
    seed
        Start of the random choice; the same seed deals the same.
    stratify
        Deal each label by itself.
    shuffle
        Choose at random; when off, the first in the order of the keys are for training.

    Returns
    -------
    list of str
        "Training" or "Validation" for each thing, in the order given.
    """
    undealt = [""] * len(labels)
    return deal_new(
        labels, keys, undealt, training_percentage, seed, stratify=stratify, shuffle=shuffle
    )


def deal_new(
    labels: Sequence[Hashable],
    keys: Sequence[Any],
    partitions: Sequence[str],
    training_percentage: float,
    seed: int = 0,
    *,
    stratify: bool = True,
    shuffle: bool = True,
) -> list[str]:
    """Deal only the things that have no part yet, aiming at the percentage of all together.

    Parameters
    ----------
    labels, keys, training_percentage, seed, stratify, shuffle
        As in `deal`.
    partitions
        "Training" and "Validation" stay as they are; any other value is dealt.

    Returns
    -------
    list of str
        "Training" or "Validation" for each thing, in the order given.
    """
    dealt = list(partitions)
    new = [i for i, part in enumerate(dealt) if part not in (TRAINING, VALIDATION)]
    new.sort(key=lambda i: keys[i])
    if shuffle:
        order = np.random.default_rng(seed).permutation(len(new))
        new = [new[i] for i in order]
    groups: Sequence[Hashable] = labels if stratify else [None] * len(labels)
    totals = Counter(groups)
    kept = Counter(group for group, part in zip(groups, dealt, strict=True) if part == TRAINING)
    waiting = Counter(groups[i] for i in new)
    places = _places(totals, kept, waiting, training_percentage)
    for i in new:
        if places[groups[i]] > 0:
            places[groups[i]] -= 1
            dealt[i] = TRAINING
        else:
            dealt[i] = VALIDATION
    return dealt


def _places(
    totals: Mapping[Hashable, int],
    kept: Mapping[Hashable, int],
    waiting: Mapping[Hashable, int],
    percentage: float,
) -> dict[Hashable, int]:
    """How many waiting things of each group go to training, by largest remainders.

    `totals` counts all things of a group, `kept` those in training already, `waiting` the new ones.
    """
    # Sorted by text so that the outcome does not depend on which group was met first.
    groups = sorted(totals, key=lambda group: (str(type(group)), str(group)))
    bounds = {}
    for group in groups:
        already, new = kept.get(group, 0), waiting.get(group, 0)
        checked = totals[group] - already - new
        low = 1 if already == 0 and new > 0 else 0
        high = new - 1 if checked == 0 and already + new >= 2 else new
        bounds[group] = (low, max(low, high) if new else 0)
    # Rounding first keeps 0.7 * 10 = 7.000000000000001 and its like from adding an item.
    shares = {g: round(percentage * totals[g], 9) - kept.get(g, 0) for g in groups}
    places = {g: min(max(math.floor(shares[g]), bounds[g][0]), bounds[g][1]) for g in groups}
    wanted = math.floor(round(percentage * sum(totals.values()), 9) + 0.5)
    lacking = wanted - sum(kept.values()) - sum(places.values())
    for group in sorted(groups, key=lambda g: math.floor(shares[g]) - shares[g]):
        has_remainder = shares[group] > places[group]
        if lacking > 0 and has_remainder and places[group] < bounds[group][1]:
            places[group] += 1
            lacking -= 1
    return places
