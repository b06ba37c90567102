"""Dealing whole groups: nothing straddles, shares are near, nothing dealt moves."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedGroupKFold

from piximi_core.classification.splitting.split import deal, deal_new

things = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 12)), max_size=80)
percentages = st.floats(0.1, 0.99)
seeds = st.integers(0, 2**31 - 1)


def keys_for(count: int) -> list[tuple[str, int]]:
    return [(f"{(i * 7919) % 1009:04d}", i) for i in range(count)]


def sides(groups: list[int], parts: list[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for group, part in zip(groups, parts, strict=True):
        found[group].add(part)
    return found


@given(things, percentages, seeds, st.booleans(), st.booleans())
def test_no_group_straddles_and_all_are_dealt(
    found: list[tuple[str, int]], percentage: float, seed: int, stratify: bool, shuffle: bool
) -> None:
    labels, groups = [label for label, _ in found], [group for _, group in found]
    parts = deal(
        labels,
        keys_for(len(found)),
        percentage,
        seed,
        stratify=stratify,
        shuffle=shuffle,
        groups=groups,
    )
    assert set(parts) <= {"Training", "Validation"}
    assert all(len(side) == 1 for side in sides(groups, parts).values())
    assert not labels or "Training" in parts


@given(things, percentages, seeds, st.booleans(), st.randoms())
def test_the_order_of_arrival_does_not_matter(
    found: list[tuple[str, int]], percentage: float, seed: int, shuffle: bool, random: object
) -> None:
    keys = keys_for(len(found))
    order = list(range(len(found)))
    random.shuffle(order)  # type: ignore[attr-defined]
    dealt = []
    for places in (range(len(found)), order):
        parts = deal(
            [found[i][0] for i in places],
            [keys[i] for i in places],
            percentage,
            seed,
            shuffle=shuffle,
            groups=[found[i][1] for i in places],
        )
        dealt.append(dict(zip(places, parts, strict=True)))
    assert dealt[0] == dealt[1]


@given(things, things, percentages, seeds)
def test_new_things_go_where_their_group_is_and_old_ones_stay(
    first: list[tuple[str, int]], later: list[tuple[str, int]], percentage: float, seed: int
) -> None:
    found = first + later
    labels, groups = [label for label, _ in found], [group for _, group in found]
    keys = keys_for(len(found))
    before = deal(
        labels[: len(first)], keys[: len(first)], percentage, seed, groups=groups[: len(first)]
    )
    undealt = ["Unassigned"] * len(later)
    after = deal_new(labels, keys, before + undealt, percentage, seed, groups=groups)
    assert after[: len(first)] == before
    assert all(len(side) == 1 for side in sides(groups, after).values())


def test_new_things_of_a_group_on_both_sides_are_learned_from() -> None:
    parts = deal_new(
        ["a"] * 3,
        keys_for(3),
        ["Validation", "Training", "Unassigned"],
        0.5,
        groups=["one", "one", "one"],
    )
    assert parts == ["Validation", "Training", "Training"]


def test_groups_of_one_are_dealt_as_without_groups() -> None:
    labels = ["a", "b", "a", "c", "b", "a", "a", "b"]
    keys = keys_for(8)
    assert deal(labels, keys, 0.7, 3, groups=list(range(8))) == deal(labels, keys, 0.7, 3)


@pytest.mark.parametrize("seed", range(12))
def test_shares_are_as_near_as_those_of_scikit_learn(seed: int) -> None:
    """Its numbers are not ours, but its aim is: each label's share of each side."""
    random = np.random.default_rng(seed)
    groups = random.integers(0, random.integers(12, 60), 300).tolist()
    # As in photographs, what lies in one is alike.
    liking = random.dirichlet([0.6] * 3, size=61)
    labels = [str(random.choice(3, p=liking[group])) for group in groups]
    ours = deal(labels, keys_for(300), 0.75, seed, groups=groups)
    folds = StratifiedGroupKFold(4, shuffle=True, random_state=seed)
    theirs = ["Training"] * 300
    for i in next(folds.split(groups, labels, groups))[1]:
        theirs[i] = "Validation"

    def missed(parts: list[str]) -> float:
        total, learned = Counter(labels), Counter()
        learned.update(b for b, p in zip(labels, parts, strict=True) if p == "Training")
        return float(np.sqrt(np.mean([(learned[b] / total[b] - 0.75) ** 2 for b in total])))

    assert missed(ours) <= missed(theirs) + 0.01
    assert missed(ours) < 0.1


def test_each_label_is_learned_from_and_checked_where_groups_allow() -> None:
    labels = ["a"] * 10 + ["b"] * 10 + ["rare"] * 4
    groups = [1] * 5 + [2] * 5 + [3] * 5 + [4] * 5 + [5, 5, 6, 6]
    for seed in range(10):
        for shuffle in (True, False):
            parts = deal(labels, keys_for(24), 0.9, seed, shuffle=shuffle, groups=groups)
            dealt = Counter(zip(labels, parts, strict=True))
            assert len(dealt) == 6  # three labels on both sides


def test_a_group_that_holds_nearly_all_is_learned_from() -> None:
    labels = ["a", "b"] * 20
    groups = ["large"] * 36 + [1, 2, 3, 4]
    parts = deal(labels, keys_for(40), 0.75, groups=groups)
    assert set(parts[:36]) == {"Training"}
    assert set(parts[36:]) == {"Validation"}


def test_another_seed_deals_other_groups() -> None:
    groups = [i // 3 for i in range(60)]
    labels = ["ab"[i % 2] for i in range(60)]
    dealt = {tuple(deal(labels, keys_for(60), 0.5, seed, groups=groups)) for seed in range(6)}
    assert len(dealt) == 6


def test_unshuffled_the_first_groups_are_for_training() -> None:
    keys = list(range(12))
    groups = [i // 2 for i in range(12)]
    parts = deal(["x"] * 12, keys, 0.5, stratify=False, shuffle=False, groups=groups)
    assert parts == ["Training"] * 6 + ["Validation"] * 6
