"""Which images come from one source: by names, a pattern, a column; equal pixels always."""

from __future__ import annotations

import json

import pytest

from piximi_core.errors import BadInput
from piximi_core.project.contents.equal_pixels import (
    find_equal,
    hash_key,
    list_unhashed,
    store_hashes,
)
from piximi_core.project.contents.grouping import (
    Grouping,
    choose_grouping,
    find_groups,
    metadata_columns,
)
from piximi_core.project.contents.labelling import describe_thing, rename_thing
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.store import Store
from piximi_core.project.naming.name_sources import sources_by_name, sources_by_pattern
from tests.project.conftest import fill, new_image

CROPS = [f"BloodImage_{photo:05d}-{crop:02d}.png" for photo in range(5) for crop in range(3)]


def groups_of(store: Store) -> dict[str, str]:
    """The group of each image by name, those alone left out."""
    found = find_groups(store)
    labels = {found.names[image_id]: found.label(image_id) for image_id in found.of}
    return {name: label for name, label in labels.items() if label}


def add_named(store: Store, *names: str) -> dict[str, str]:
    fill(store, [new_image(len(name) * 1000 + i, name=name) for i, name in enumerate(names)])
    return {thing.name: thing.id for thing in list_things(store, ThingFilter())}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("BloodImage_00012_3.png", "BloodImage_00012"),
        ("BloodImage_00012-04.png", "BloodImage_00012"),
        ("cats/BloodImage_00012-04.png", "BloodImage_00012"),
        ("slide7_x12_y34.tif", "slide7"),
        ("plate2_A03_s1_w2.ome.tif", "plate2_A03"),
        ("img12_jpg.rf.0123456789abcdef0123456789abcdef.jpg", "img12_jpg"),
        ("photo 5 (3).png", "photo 5"),
        ("photo 5 - Copy.png", "photo 5"),
        ("patient3_crop_12.png", "patient3"),
        ("cell_0012.png", None),
        ("3_0012.png", None),
        ("1.png", None),
        ("light-07.png", None),
    ],
)
def test_names_tell_a_source_or_none(name: str, source: str | None) -> None:
    assert sources_by_name({"x": name}).get("x") == source


def test_a_photograph_belongs_to_its_own_crops() -> None:
    names = {"a": "exp3_0007.png", "b": "exp3_0007_1.png"}
    assert sources_by_name(names) == {"a": "exp3_0007", "b": "exp3_0007"}


@pytest.mark.parametrize(
    ("pattern", "name", "source"),
    [
        ("{source}_#", "mouse_a_12_3.png", "mouse_a_12"),
        ("#_{source}_*", "07_mouse_a_12_3.png", "mouse_a_12"),
        # The earliest beginning counts.
        ("*_{source}_#_#", "07_mouse_a_12_3.png", "mouse_a"),
        ("07_{source}_12_3", "07_mouse_a_12_3.png", "mouse_a"),
        ("{source}", "07_mouse_a_12_3.png", "07_mouse_a_12_3"),
        # A number is all of its digits.
        ("{source}#", "mouse_a_12.png", "mouse_a_"),
        ("rat_{source}", "mouse_a.png", None),
        ("{source}_x", "mouse_a.png", None),
        ("mouse{source}_a", "mouse_a.png", None),
    ],
)
def test_a_pattern_tells_where_the_source_stands(
    pattern: str, name: str, source: str | None
) -> None:
    assert sources_by_pattern(pattern, {"x": name}).get("x") == source


def test_clear_names_are_proposed_and_can_be_switched(store: Store) -> None:
    add_named(store, *CROPS)
    found = find_groups(store)
    assert (found.chosen.by, found.in_force.by, found.count) == ("auto", "names", 5)
    assert found.examples[0].name == "BloodImage_00000"
    assert found.examples[0].members == tuple(CROPS[:3])
    assert choose_grouping(store, Grouping("none")).count == 15
    undo(store)
    assert find_groups(store).count == 5
    redo(store)
    assert find_groups(store).count == 15
    assert choose_grouping(store, Grouping("pattern", "Blood{source}_*")).count == 1
    assert choose_grouping(store, Grouping("auto")).count == 5


@pytest.mark.parametrize(
    "names",
    [
        [f"cell_{i:04d}.png" for i in range(12)],
        [f"exp2026_{i:04d}.png" for i in range(12)],
        [f"class{i % 3}_{i:04d}.png" for i in range(12)],
    ],
    ids=["numbered", "one source", "three sources"],
)
def test_names_that_are_not_clear_propose_nothing(store: Store, names: list[str]) -> None:
    add_named(store, *names)
    assert (find_groups(store).in_force.by, find_groups(store).count) == ("none", 12)


def test_a_column_of_a_known_name_comes_first(store: Store) -> None:
    ids = add_named(store, *CROPS)
    for number, name in enumerate(CROPS):
        describe_thing(store, ids[name], {"stain": "HE", "Patient": f"P{number % 2}"})
    found = find_groups(store)
    assert (found.in_force, found.count) == (Grouping("column", "Patient"), 2)
    assert metadata_columns(store) == ["Patient", "stain"]
    assert choose_grouping(store, Grouping("column", "stain")).count == 1
    with pytest.raises(BadInput, match=r"No image has a column 'slide'.*Patient, stain"):
        choose_grouping(store, Grouping("column", "slide"))


@pytest.mark.parametrize("pattern", ["", "crop_#", "{source}_{source}", "x" * 400 + "{source}"])
def test_a_pattern_without_a_source_is_refused(store: Store, pattern: str) -> None:
    with pytest.raises(BadInput, match=r"\{source\}_#"):
        choose_grouping(store, Grouping("pattern", pattern))


def test_equal_pixels_are_always_together(store: Store) -> None:
    add_named(store, "a.png", "b.tif", "c.png", *CROPS)
    images = {thing.name: thing for thing in list_things(store, ThingFilter())}
    assert len(list_unhashed(store)) == len(images)
    same = {"a.png": "1", "b.tif": "1", "c.png": "", CROPS[0]: "", CROPS[2]: "2", CROPS[3]: "2"}
    with store.write() as db:
        store_hashes(
            db, {hash_key(images[n].file_sha256, None): value for n, value in same.items()}
        )
    assert len(list_unhashed(store)) == len(images) - 6
    assert [e.names for e in find_equal(store)] == [("a.png", "b.tif"), (CROPS[2], CROPS[3])]
    found = groups_of(store)
    assert found["a.png"] == found["b.tif"]
    # Two photographs with a crop in common are one group.
    assert {found[name] for name in CROPS[:6]} == {"BloodImage_00000"}
    choose_grouping(store, Grouping("none"))
    assert set(groups_of(store)) == {"a.png", "b.tif", CROPS[2], CROPS[3]}


def test_groups_follow_a_new_name(store: Store) -> None:
    ids = add_named(store, *CROPS)
    rename_thing(store, ids[CROPS[0]], "BloodImage_00001-99.png")
    assert len(find_groups(store).shared[0].members) == 4


def test_an_unknown_choice_of_a_foreign_project_counts_as_none_made(store: Store) -> None:
    add_named(store, *CROPS)
    choose_grouping(store, Grouping("none"))
    for by, value in (
        ("astrology", ""),
        ("pattern", "no source"),
        ("pattern", "*#" * 10**6 + "{source}"),
        ("column", b"\xff"),
    ):
        with store.write() as db:
            db.exec_driver_sql("UPDATE groupings SET by = ?, value = ?", (by, value))
        assert find_groups(store).chosen == Grouping("auto")


def test_columns_that_are_no_text_do_not_break_groups(store: Store) -> None:
    ids = add_named(store, *CROPS)
    odd = json.dumps({"group": None, "patient": ["x"]})
    with store.write() as db:
        db.exec_driver_sql("UPDATE things SET metadata = ? WHERE id = ?", (odd, ids[CROPS[0]]))
    assert find_groups(store).in_force.by == "column"
