"""The split of a project by groups: real crops, what was dealt before, what is said."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from piximi_core.classification.settings import ModelSettings
from piximi_core.project.contents.grouping import Grouping, choose_grouping, find_groups
from piximi_core.project.contents.labelling import set_partition
from piximi_core.project.contents.things import ThingFilter, find_ids, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store
from piximi_core.services.training import train
from piximi_core.services.training.planning import gather_groups, plan_training, split_again
from tests.bccd import cut_crops
from tests.services.conftest import add

SETTINGS = ModelSettings(input_shape=(24, 24, 1), epochs=1)
COLOUR = ModelSettings(input_shape=(24, 24, 3), epochs=1)


def write_crops(folder: Path, photographs: int = 8, each: int = 3, first: int = 0) -> Path:
    """Write crops of made-up photographs, each with some of two classes."""
    random = np.random.default_rng(first)
    classes = ("a", "b")
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for photograph in range(first, first + photographs):
            for crop in range(each):
                pixels = random.integers(0, 255, (24, 24), np.uint8)
                number = crop + each * classes.index(name)
                path = folder / name / f"photo{photograph:03d}-{number:02d}.png"
                Image.fromarray(pixels).save(path)
    return folder


def sides(store: Store) -> dict[str, set[str]]:
    """The sides of the split on which each group stands."""
    found: dict[str, set[str]] = defaultdict(set)
    groups = find_groups(store)
    for thing in list_things(store, ThingFilter(partitions=["Training", "Validation", "Test"])):
        found[groups.of[thing.id]].add(thing.partition)
    return found


@pytest.mark.slow
def test_no_photograph_of_real_crops_straddles(
    store: Store, tmp_path: Path, shared_data: Path
) -> None:
    cut_crops(shared_data / "bccd", tmp_path / "cells", most=60)
    add(store, tmp_path / "cells", labels="folders")
    train.ask(store, COLOUR)
    found = list_things(store, ThingFilter())
    photographs: dict[str, set[str]] = defaultdict(set)
    for thing in found:
        photographs[thing.name.rpartition("-")[0]].add(thing.partition)
    assert len(photographs) > 30
    assert all(len(parts) == 1 for parts in photographs.values())
    assert find_groups(store).count == len(photographs)
    dealt = Counter((thing.category_id, thing.partition) for thing in found)
    shares = [dealt[c, "Validation"] / 60 for c in {thing.category_id for thing in found}]
    assert all(0.15 <= share <= 0.35 for share in shares), shares
    # Without groups most of what is checked has a neighbour that was learned from.
    choose_grouping(store, Grouping("none"))
    split_again(store)
    train.ask(store, COLOUR)
    trained = list_things(store, ThingFilter(partitions=["Training"]))
    learned = {thing.name.rpartition("-")[0] for thing in trained}
    checked = list_things(store, ThingFilter(partitions=["Validation"]))
    assert sum(t.name.rpartition("-")[0] in learned for t in checked) > len(checked) / 2


def test_later_labels_go_where_their_photograph_is(store: Store, tmp_path: Path) -> None:
    add(store, write_crops(tmp_path / "first", each=2), labels="folders")
    train.ask(store, SETTINGS)
    before = {thing.id: thing.partition for thing in list_things(store, ThingFilter())}
    random = np.random.default_rng(9)
    more = tmp_path / "more" / "a"
    more.mkdir(parents=True)
    for photograph in range(10):
        pixels = random.integers(0, 255, (24, 24), np.uint8)
        Image.fromarray(pixels).save(more / f"photo{photograph:03d}-77.png")
    add(store, tmp_path / "more", labels="folders")
    train.ask(store, SETTINGS)
    after = {thing.id: thing.partition for thing in list_things(store, ThingFilter())}
    assert {thing: after[thing] for thing in before} == before
    assert all(len(parts) == 1 for parts in sides(store).values())


def test_what_shares_a_source_with_test_is_kept_for_it(store: Store, tmp_path: Path) -> None:
    add(store, write_crops(tmp_path / "in"), labels="folders")
    set_partition(store, find_ids(store, ThingFilter(name_contains="photo003-00")), "Test")
    plan = plan_training(store, SETTINGS)
    assert len(plan.groups.kept_for_test) == 5
    assert not set(plan.groups.kept_for_test) & set(plan.parts)
    assert any("5 images not learned from: others of the same" in text for text in plan.warnings)
    train.ask(store, SETTINGS)
    assert sides(store)["photo003"] == {"Test"}


def test_a_split_of_before_is_named_and_put_right_by_splitting_again(
    store: Store, tmp_path: Path
) -> None:
    add(store, write_crops(tmp_path / "in"), labels="folders")
    choose_grouping(store, Grouping("none"))
    train.ask(store, SETTINGS)
    choose_grouping(store, Grouping("auto"))
    plan = plan_training(store, SETTINGS)
    straddling = [name for name, parts in sides(store).items() if len(parts) > 1]
    assert straddling
    assert plan.groups.straddling == tuple(sorted(straddling))
    assert any("bring them together, or Split again" in text for text in plan.warnings)
    split_again(store)
    assert plan_training(store, SETTINGS).groups.straddling == ()
    undo(store)
    assert plan_training(store, SETTINGS).groups.straddling == tuple(sorted(straddling))


def test_what_was_put_aside_by_hand_is_brought_together_and_all_else_stays(
    store: Store, tmp_path: Path
) -> None:
    add(store, write_crops(tmp_path / "in"), labels="folders")
    train.ask(store, SETTINGS)
    before = {thing.id: thing.partition for thing in list_things(store, ThingFilter())}
    names = {thing.name: thing.id for thing in list_things(store, ThingFilter())}
    source = {i: side for i, side in before.items() if side == "Training"}
    photograph = next(name[:8] for name, i in names.items() if i in source)
    ours = [i for name, i in names.items() if name.startswith(photograph)]
    set_partition(store, ours[:1], "Validation")
    plan = plan_training(store, SETTINGS)
    assert plan.groups.straddling == (photograph,)
    assert plan.groups.apart == {ours[0]: "Training"}
    assert gather_groups(store, plan) == 1
    assert {t.id: t.partition for t in list_things(store, ThingFilter())} == before
    set_partition(store, ours[1:2], "Test")
    plan = plan_training(store, SETTINGS)
    assert plan.groups.apart == {i: "Test" for i in ours if i != ours[1]}
    gather_groups(store, plan)
    assert all(len(found) == 1 for found in sides(store).values())
    assert plan_training(store, SETTINGS).groups.apart == {}


def test_one_group_that_holds_nearly_all_is_told(store: Store, tmp_path: Path) -> None:
    add(store, write_crops(tmp_path / "in", photographs=1, each=30), labels="folders")
    add(store, write_crops(tmp_path / "more", photographs=2, each=1, first=7), labels="folders")
    choose_grouping(store, Grouping("names"))
    plan = plan_training(store, SETTINGS)
    (told,) = [text for text in plan.warnings if "alone holds" in text]
    assert told.startswith("photo000 alone holds 60 of 64 images")
    assert "so 4 are in Validation instead of 16" in told


def test_names_that_tell_the_category_are_not_taken_for_sources(
    store: Store, tmp_path: Path
) -> None:
    random = np.random.default_rng(2)
    for number in range(5):
        folder = tmp_path / "in" / f"well{number}"
        folder.mkdir(parents=True)
        for index in range(6):
            pixels = random.integers(0, 255, (24, 24), np.uint8)
            Image.fromarray(pixels).save(folder / f"well{number}_{index}.png")
    add(store, tmp_path / "in", labels="folders")
    plan = plan_training(store, SETTINGS)
    assert 0 not in plan.count_by_class("Validation")
    assert any("Names are not used for groups" in text for text in plan.warnings)
    # Who groups by names all the same means it.
    choose_grouping(store, Grouping("names"))
    assert 0 in plan_training(store, SETTINGS).count_by_class("Validation")
