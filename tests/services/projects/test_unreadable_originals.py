"""An original that was cut short on the disk costs itself and one sentence, not the whole work."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import PiximiError
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.contents.things import (
    Thing,
    ThingFilter,
    find_ids,
    get_things,
    list_things,
)
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers import export
from piximi_core.services.evaluation.evaluate_run import evaluate_run
from piximi_core.services.scoring import predict
from piximi_core.services.training import train
from piximi_core.services.training.planning import split_again
from tests.services.conftest import add, write_classes

pytestmark = pytest.mark.slow

SMALL = ModelSettings(input_shape=(20, 20, 1), epochs=2, batch_size=8, seed=1, name="small")


def trained(store: Store) -> Run:
    run_here(store, train.ask(store, SMALL))
    return find_run(store, "latest")


def cut_short(store: Store, thing: Thing) -> None:
    path = store.files.original(thing.file_sha256, thing.extension)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def unlabelled(store: Store, tmp_path: Path) -> list[Thing]:
    add(store, write_classes(tmp_path / "new", ("more",), count=4, seed=8))
    return list_things(store, ThingFilter(labelled=False))


def test_a_prediction_leaves_it_out_and_says_so(labelled: Store, tmp_path: Path) -> None:
    run = trained(labelled)
    things = unlabelled(labelled, tmp_path)
    cut_short(labelled, things[1])
    labelled.files.original(things[2].file_sha256, things[2].extension).unlink()
    result = run_here(labelled, predict.ask(labelled, run, [thing.id for thing in things]))
    assert (result.total, result.scored) == (2, 2)
    assert [name for name, _ in result.failed] == [things[1].name, things[2].name]
    for name, reason in result.failed:
        assert name in reason
        assert "\n" not in reason
    assert find_ids(labelled, ThingFilter(predicted=True)) == [things[0].id, things[3].id]
    for thing in get_things(labelled, [things[0].id, things[3].id]):
        assert thing.prediction is not None
        assert sum(thing.prediction.probabilities) == pytest.approx(1, abs=1e-5)


def test_nothing_but_unreadable_ones_is_an_error(labelled: Store, tmp_path: Path) -> None:
    run = trained(labelled)
    things = unlabelled(labelled, tmp_path)
    cut_short(labelled, things[0])
    with pytest.raises(PiximiError, match=things[0].name):
        run_here(labelled, predict.ask(labelled, run, [things[0].id]))


def test_an_export_is_compared_on_the_others(labelled: Store, tmp_path: Path) -> None:
    run = trained(labelled)
    cut_short(labelled, unlabelled(labelled, tmp_path)[0])
    things = list_things(labelled, ThingFilter())
    job = export.ask(labelled, run, "piximi")
    assert run_here(labelled, job).compared == len(things) - 1
    assert export.delivered(job)[0].is_file()


def test_a_training_names_it_before_it_begins(labelled: Store) -> None:
    thing = list_things(labelled, ThingFilter())[0]
    cut_short(labelled, thing)
    with pytest.raises(PiximiError, match=thing.name):
        run_here(labelled, train.ask(labelled, SMALL))


def test_what_a_run_learned_from_is_not_called_unseen(labelled: Store) -> None:
    run = trained(labelled)
    fresh = evaluate_run(labelled, run, "Validation")
    assert "images never seen in training, but used to choose the best epoch (" in (
        fresh.sentence("images")
    )
    learned = set(find_ids(labelled, ThingFilter(partitions=["Training"])))
    split_again(labelled)
    again = evaluate_run(labelled, run, "Unassigned")
    assert again.learned_from == len(learned) == 18
    said = again.sentence("images")
    assert "unseen" not in said
    assert "labelled images" in said
    assert any("were learned from" in note for note in again.notes)
