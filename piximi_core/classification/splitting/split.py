"""Who is learned from and who is kept aside to check on.

Dealing depends on labels, keys, percentage and seed only, never on the order in which things were
added or on random ids, so that two projects with the same data are split alike. Things of one
group, such as crops of one photograph, are never on both sides (`group_split`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from piximi_core.classification.splitting.group_split import follow_groups, place_groups
from piximi_core.vocabulary import TRAINING, VALIDATION

__all__ = ["deal", "deal_new"]


def deal(
    labels: Sequence[Hashable],
    keys: Sequence[Any],
    training_percentage: float,
    seed: int = 0,
    *,
    stratify: bool = True,
    shuffle: bool = True,
    groups: Sequence[Hashable] | None = None,
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
    groups
        The group of each thing, which stays whole; shares are then as near to the percentage as
        groups allow. None if each is a group of its own.

    Returns
    -------
    list of str
        "Training" or "Validation" for each thing, in the order given.
    """
    undealt = [""] * len(labels)
    return deal_new(
        labels,
        keys,
        undealt,
        training_percentage,
        seed,
        stratify=stratify,
        shuffle=shuffle,
        groups=groups,
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
    groups: Sequence[Hashable] | None = None,
) -> list[str]:
    """Deal only the things that have no part yet, aiming at the percentage of all together.

    Parameters
    ----------
    labels, keys, training_percentage, seed, stratify, shuffle, groups
        As in `deal`. What belongs to the group of something dealt goes where that is.
    partitions
        "Training" and "Validation" stay as they are; any other value is dealt.

    Returns
    -------
    list of str
        "Training" or "Validation" for each thing, in the order given.
    """
    strata: Sequence[Hashable] = labels if stratify else [None] * len(labels)
    dealt = list(partitions)
    if groups is not None:
        dealt = place_groups(
            strata,
            keys,
            follow_groups(dealt, groups),
            groups,
            training_percentage,
            seed,
            shuffle=shuffle,
        )
    new = [i for i, part in enumerate(dealt) if part not in (TRAINING, VALIDATION)]
    new.sort(key=lambda i: keys[i])
    if shuffle:
        order = np.random.default_rng(seed).permutation(len(new))
        new = [new[i] for i in order]
    totals = Counter(strata)
    kept = Counter(label for label, part in zip(strata, dealt, strict=True) if part == TRAINING)
    waiting = Counter(strata[i] for i in new)
    places = _places(totals, kept, waiting, training_percentage)
    for i in new:
        if places[strata[i]] > 0:
            places[strata[i]] -= 1
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
    """How many waiting things of each label go to training, by largest remainders.

    `totals` counts all things of a label, `kept` those in training already, `waiting` the new ones.
    """
    # Sorted by text so that the outcome does not depend on which label was met first.
    labels = sorted(totals, key=lambda label: (str(type(label)), str(label)))
    bounds = {}
    for label in labels:
        already, new = kept.get(label, 0), waiting.get(label, 0)
        checked = totals[label] - already - new
        low = 1 if already == 0 and new > 0 else 0
        high = new - 1 if checked == 0 and already + new >= 2 else new
        bounds[label] = (low, max(low, high) if new else 0)
    # Rounding first keeps 0.7 * 10 = 7.000000000000001 and its like from adding an item.
    shares = {g: round(percentage * totals[g], 9) - kept.get(g, 0) for g in labels}
    places = {g: min(max(math.floor(shares[g]), bounds[g][0]), bounds[g][1]) for g in labels}
    wanted = math.floor(round(percentage * sum(totals.values()), 9) + 0.5)
    lacking = wanted - sum(kept.values()) - sum(places.values())
    for label in sorted(labels, key=lambda g: math.floor(shares[g]) - shares[g]):
        has_remainder = shares[label] > places[label]
        if lacking > 0 and has_remainder and places[label] < bounds[label][1]:
            places[label] += 1
            lacking -= 1
    return places
