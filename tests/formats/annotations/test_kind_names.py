"""Kinds that a file calls by their ids, as Piximi does."""

from __future__ import annotations

import pytest

from piximi_core.formats.annotations.kind_names import KindNames, is_bare_id
from piximi_core.formats.annotations.model import ObjectKind

ID, OTHER = "113fc331-205a-4913-9fa7-62ed60c755d6", "213fc331-205a-4913-9fa7-62ed60c755d6"
KNOWN = [ObjectKind("nucleus", ID), ObjectKind("spot", "cell"), ObjectKind("Cell", "x")]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (ID, "nucleus"),
        ("NUCLEUS", "nucleus"),
        ("cell", "Cell"),  # a name before an id
        ("x", "Cell"),
        (None, "object"),
        ("image", "object"),
        ("new", "new"),
        (OTHER, OTHER),
    ],
)
def test_a_kind_is_found_by_name_or_id(said: str | None, found: str) -> None:
    names = KindNames(KNOWN, "object")
    assert names.find(said) == found


def test_what_the_file_and_the_person_say_helps() -> None:
    given = [ObjectKind("old name", ID), ObjectKind("theirs", OTHER)]
    assert KindNames(KNOWN, "object", given=given).find("old name") == "nucleus"
    assert KindNames(KNOWN, "object", given=given).find("theirs") == "theirs"
    answered = KindNames(KNOWN, "object", answers={OTHER: "spot"})
    assert answered.find(OTHER) == "spot"
    assert KindNames(KNOWN, "object", answers={OTHER: "fresh"}).find(OTHER) == "fresh"


def test_only_ids_that_nobody_knows_are_asked_for() -> None:
    names = KindNames([ObjectKind(OTHER, "y")], "object")
    for word in (ID, ID, OTHER, "word"):
        names.count(names.find(word))
    assert names.asked == {ID: 2}
    assert is_bare_id(ID.upper())
    assert not is_bare_id(ID + "0")
