"""Dealing to training and validation: numbers, repeatability, nothing moved."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piximi_core.classification.splitting.split import deal, deal_new

label_lists = st.lists(st.sampled_from(["a", "b", "c", "Ω"]), min_size=0, max_size=60)
percentages = st.floats(0.1, 0.99)
seeds = st.integers(0, 2**31 - 1)


def keys_for(labels: list[str]) -> list[tuple[str, str]]:
    return [(f"{(i * 7919) % 1009:04d}", f"{label}{i}") for i, label in enumerate(labels)]


@given(label_lists, percentages, seeds, st.booleans())
def test_a_stratified_deal_is_fair_to_every_label(
    labels: list[str], percentage: float, seed: int, shuffle: bool
) -> None:
    parts = deal(labels, keys_for(labels), percentage, seed, stratify=True, shuffle=shuffle)
    assert set(parts) <= {"Training", "Validation"}
    training = Counter(b for b, p in zip(labels, parts, strict=True) if p == "Training")
    for label, total in Counter(labels).items():
        assert training[label] >= 1
        assert total == 1 or training[label] <= total - 1
        clamped = training[label] in (1, total - 1)
        assert clamped or abs(training[label] - percentage * total) < 1


@given(label_lists, percentages, seeds)
def test_an_unstratified_deal_has_piximis_number(
    labels: list[str], percentage: float, seed: int
) -> None:
    n = len(labels)
    parts = deal(labels, keys_for(labels), percentage, seed, stratify=False)
    wanted = math.floor(percentage * n + 0.5)
    if n >= 2:
        wanted = min(max(wanted, 1), n - 1)
    elif n == 1:
        wanted = 1
    assert parts.count("Training") == wanted


@given(label_lists, percentages, seeds, st.booleans(), st.randoms())
def test_the_order_of_arrival_does_not_matter(
    labels: list[str], percentage: float, seed: int, stratify: bool, random: object
) -> None:
    keys = keys_for(labels)
    parts = dict(zip(keys, deal(labels, keys, percentage, seed, stratify=stratify), strict=True))
    order = list(range(len(labels)))
    random.shuffle(order)  # type: ignore[attr-defined]
    moved_keys = [keys[i] for i in order]
    moved = deal([labels[i] for i in order], moved_keys, percentage, seed, stratify=stratify)
    assert dict(zip(moved_keys, moved, strict=True)) == parts


@given(label_lists, st.data(), percentages, seeds, st.booleans())
def test_new_labels_move_nothing_old(
    labels: list[str], data: st.DataObject, percentage: float, seed: int, stratify: bool
) -> None:
    old = data.draw(
        st.lists(
            st.sampled_from(["Training", "Validation", "Unassigned", ""]),
            min_size=len(labels),
            max_size=len(labels),
        )
    )
    parts = deal_new(labels, keys_for(labels), old, percentage, seed, stratify=stratify)
    for before, after in zip(old, parts, strict=True):
        assert after in ("Training", "Validation")
        assert before == after or before not in ("Training", "Validation")


def test_exact_numbers() -> None:
    labels = ["a"] * 240 + ["b"] * 60
    parts = deal(labels, keys_for(labels), 0.8, 3)
    assert Counter(zip(labels, parts, strict=True)) == {
        ("a", "Training"): 192,
        ("a", "Validation"): 48,
        ("b", "Training"): 48,
        ("b", "Validation"): 12,
    }


def test_the_total_is_kept_when_every_label_has_a_remainder() -> None:
    labels = ["a", "b", "c", "d"] * 10
    for percentage in (0.75, 0.33, 0.5):
        parts = deal(labels, keys_for(labels), percentage, 0)
        assert parts.count("Training") == math.floor(percentage * 40 + 0.5)


def test_without_shuffle_the_first_in_key_order_are_learned_from() -> None:
    keys = [3, 1, 4, 0, 2]
    parts = deal(["x"] * 5, keys, 0.6, stratify=False, shuffle=False)
    assert parts == ["Validation", "Training", "Validation", "Training", "Training"]


def test_the_seed_matters_and_repeats() -> None:
    labels = ["a", "b"] * 20
    keys = keys_for(labels)
    deals = {tuple(deal(labels, keys, 0.5, seed)) for seed in range(8)}
    assert len(deals) == 8
    assert deal(labels, keys, 0.5, 5) == deal(labels, keys, 0.5, 5)


def test_new_labels_bring_the_whole_back_to_the_percentage() -> None:
    old = ["Training"] * 10 + ["Validation"] * 10
    parts = deal_new(["a"] * 40, list(range(40)), old + [""] * 20, 0.75, 1)
    assert parts[:20] == old
    assert parts.count("Training") == 30


@pytest.mark.parametrize("stratify", [True, False])
def test_nothing_to_deal(stratify: bool) -> None:
    assert deal([], [], 0.75, stratify=stratify) == []
