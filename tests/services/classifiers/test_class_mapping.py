"""Every class becomes one category of its own, whatever its name."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piximi_core.errors import BadInput
from piximi_core.services.classifiers.class_mapping import (
    check_mapping,
    map_by_hand,
    propose_mapping,
)

NAMES = st.lists(st.text(max_size=8) | st.sampled_from(["Unknown", "RBC", "rbc ", "x" * 400]))


@settings(deadline=None)
@given(NAMES, st.lists(st.text("abRBCrbc 1", min_size=1, max_size=4).map(str.strip), unique=True))
def test_what_is_proposed_is_accepted_for_any_names(classes: list[str], known: list[str]) -> None:
    categories = ["Unknown", *filter(None, known)]
    for by in ("name", "new"):
        found = propose_mapping(classes, categories, by)
        check_mapping(classes, found)
        if by == "new":
            assert not set(found) & set(categories)
    for name, category in zip(classes, propose_mapping(classes, categories), strict=True):
        if name in categories[1:] and classes.count(name) == 1:
            assert category == name


def test_by_name_looks_past_case_and_blanks_but_exact_names_win() -> None:
    found = propose_mapping(["rbc", "RBC", "white  Cell", "Unknown", ""], ["RBC", "White cell"])
    assert found == ("rbc", "RBC", "White cell", "Unknown 2", "Class 5")


def test_by_hand_takes_names_before_numbers() -> None:
    classes = ("1", "0")
    assert map_by_hand(classes, classes, {"1": "one"}) == ("one", "0")
    assert map_by_hand(("cat", "dog"), ("cat", "dog"), {"1": "wolf"}) == ("cat", "wolf")
    with pytest.raises(BadInput, match="no class 'x'"):
        map_by_hand(classes, classes, {"x": "y"})


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (("a",), "2 classes, but 1"),
        (("a", " a"), "cannot both be"),
        (("a", "Unknown"), "cannot be Unknown"),
        (("a", "\n"), "needs a name"),
    ],
)
def test_what_is_no_mapping_is_refused(mapping: tuple[str, ...], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        check_mapping(("one", "two"), mapping)
