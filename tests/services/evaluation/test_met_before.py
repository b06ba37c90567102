"""What a run has met before is found, whatever was dealt, deleted or learned further since."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from piximi_core.classification.settings import ModelSettings
from piximi_core.project.contents.grouping import (
    Grouping,
    choose_grouping,
    find_groups,
    thing_groups,
)
from piximi_core.project.contents.labelling import delete_things, set_partition
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things, list_things
from piximi_core.project.database.store import Store
from piximi_core.services.evaluation.met_before import WhatWasMet, what_was_met
from piximi_core.services.training import train
from piximi_core.services.training.planning import split_again
from piximi_core.vocabulary import IMAGE_KIND
from tests.services.conftest import add
from tests.services.training.test_split_groups import write_crops

SETTINGS = ModelSettings(input_shape=(24, 24, 1), epochs=1)


@pytest.fixture
def crops(store: Store, tmp_path: Path) -> Store:
    """Six crops of each of eight photographs."""
    add(store, write_crops(tmp_path / "in"), labels="folders")
    return store


def asked(store: Store, seed: int = 0) -> Run:
    """A run whose list of images is written; nothing is trained."""
    job = train.ask(store, SETTINGS.model_copy(update={"seed": seed}))
    return find_run(store, job.id)


def met(store: Store, run: Run, partition: str) -> WhatWasMet:
    judged = list_things(store, ThingFilter(partitions=[partition]))
    return what_was_met(store, run, judged, thing_groups(store, IMAGE_KIND, find_groups(store)))


def test_validation_chose_the_epoch_and_test_is_unseen(crops: Store) -> None:
    set_partition(crops, find_ids(crops, ThingFilter(name_contains="photo003")), "Test")
    run = asked(crops)
    assert met(crops, run, "Validation").basis == "choosing"
    assert met(crops, run, "Test") == WhatWasMet(0, 0, 0, False)
    assert met(crops, run, "Test").basis == "unseen"
    # What chose the best epoch does not become unseen by being moved.
    set_partition(crops, find_ids(crops, ThingFilter(partitions=["Validation"])), "Test")
    assert met(crops, run, "Test").basis == "choosing"


def test_what_shares_a_source_is_counted(crops: Store) -> None:
    choose_grouping(crops, Grouping("none"))
    run = asked(crops)
    assert met(crops, run, "Validation").basis == "choosing"
    choose_grouping(crops, Grouping("auto"))
    found = met(crops, run, "Validation")
    learned = {t.name[:8] for t in list_things(crops, ThingFilter(partitions=["Training"]))}
    checked = list_things(crops, ThingFilter(partitions=["Validation"]))
    assert found.related == sum(thing.name[:8] in learned for thing in checked) > 0
    assert found.basis == "labelled"


def test_what_was_deleted_and_added_again_was_learned_from(crops: Store, tmp_path: Path) -> None:
    run = asked(crops)
    learned = find_ids(crops, ThingFilter(partitions=["Training"]))[:6]
    names = {thing.name for thing in get_things(crops, learned)}
    delete_things(crops, learned)
    add(crops, tmp_path / "in", labels="folders")
    again = list_things(crops, ThingFilter(partitions=["Unassigned"]))
    assert {thing.name for thing in again} == names
    assert met(crops, run, "Unassigned").learned_from == 6


def test_the_group_of_a_deleted_image_is_remembered(crops: Store) -> None:
    run = asked(crops)
    group = list_things(crops, ThingFilter(partitions=["Training"]))[0].name[:8]
    ids = find_ids(crops, ThingFilter(name_contains=group))
    set_partition(crops, ids[:1], "Unassigned")
    (kept,) = get_things(crops, ids[:1])
    data = crops.files.run(run.id) / "data.csv"
    # As if that one had been labelled only later.
    lines = [line for line in data.read_text().splitlines() if not line.startswith(kept.id)]
    data.write_text("\n".join(lines) + "\n")
    delete_things(crops, ids[2:])
    assert met(crops, run, "Unassigned").related == 1


def test_what_an_earlier_run_learned_counts_too(crops: Store) -> None:
    first = asked(crops)
    learned = set(find_ids(crops, ThingFilter(partitions=["Training"])))
    split_again(crops)
    second = asked(crops, seed=5)
    checked = set(find_ids(crops, ThingFilter(partitions=["Validation"])))
    assert met(crops, second, "Validation").learned_from == 0
    start = {"run": first.id, "number": 1, "name": first.name, "columns": [0, 1]}
    request = crops.files.run(second.id) / "request.json"
    request.write_text(json.dumps({**json.loads(request.read_text()), "start": start}))
    assert met(crops, second, "Validation").learned_from == len(learned & checked) > 0
