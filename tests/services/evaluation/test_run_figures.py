"""What is said of runs follows the labels of today, and runs that learned nothing are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.classification.learning_rates import PROPOSED_RATES
from piximi_core.classification.settings import ModelSettings, settings_from
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.labelling import delete_things, label_things, set_partition
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store
from piximi_core.services.evaluation.evaluate_run import evaluate_run
from piximi_core.services.evaluation.run_figures import doubt_of, figures_today
from piximi_core.services.training import train
from tests.services.conftest import add, write_classes

pytestmark = pytest.mark.slow


@pytest.fixture
def many(store: Store, tmp_path: Path) -> Store:
    """Two classes of forty grey images each."""
    add(store, write_classes(tmp_path / "images", count=40), labels="folders")
    return store


def trained(store: Store, **values: object) -> Run:
    settings = settings_from({"input_shape": [16, 16, 1], "epochs": 10, "seed": 1, **values})
    run_here(store, train.ask(store, settings))
    return find_run(store, "latest")


def test_a_corrected_label_counts_at_once(many: Store) -> None:
    run = trained(many, epochs=30, batch_size=4)
    before = evaluate_run(many, run, "Validation")
    figure = figures_today(many, [run])[run.id]
    assert (figure.accuracy, figure.count) == (before.figures.accuracy, before.figures.count)
    assert figure.doubt is None
    moved = before.cell(0, 0)[0]
    label_things(many, [moved], run.classes[1].id)
    after = evaluate_run(many, run, "Validation").figures
    assert after.accuracy < before.figures.accuracy
    assert figures_today(many, [run])[run.id].accuracy == after.accuracy
    delete_things(many, find_ids(many, ThingFilter(partitions=["Validation"])))
    assert figures_today(many, [run]) == {}


def test_what_was_learned_from_is_never_called_unseen_wherever_it_lies_now(many: Store) -> None:
    run = trained(many, epochs=30, batch_size=4)
    before = figures_today(many, [run])[run.id]
    assert before.basis == "choosing"
    learned, *_ = find_ids(many, ThingFilter(partitions=["Training"]))
    kept, *_ = find_ids(many, ThingFilter(partitions=["Validation"]))
    set_partition(many, [learned], "Validation")
    assert figures_today(many, [run])[run.id] == before
    shown = evaluate_run(many, run, "Validation")
    assert shown.learned_from == 1
    assert "never seen" not in shown.sentence("images")
    # Neither does one that was kept for validation leave the figure by being learned from next.
    set_partition(many, [kept], "Training")
    assert figures_today(many, [run])[run.id] == before
    assert "unseen" not in evaluate_run(many, run, "Training").sentence("images")


def test_a_figure_tells_when_the_run_it_started_from_learned_from_its_validation(
    many: Store,
) -> None:
    first = trained(many, epochs=1)
    everything = find_ids(many, ThingFilter(partitions=["Training", "Validation"]))
    set_partition(many, everything, "Unassigned")
    again = trained(many, epochs=1, seed=2, start_from=first.id)
    assert figures_today(many, [again])[again.id].basis == "labelled"


@pytest.mark.parametrize(
    ("values", "rate"),
    [
        ({"learning_rate": 1000.0}, PROPOSED_RATES["Adam"]),
        ({"learning_rate": 1e-9}, PROPOSED_RATES["Adam"]),
        ({"optimizer": "Adadelta", "learning_rate": 1e-6}, PROPOSED_RATES["Adadelta"]),
    ],
)
def test_a_run_that_learned_nothing_says_so_and_what_to_try(
    many: Store, values: dict[str, object], rate: float
) -> None:
    run = trained(many, **values)
    doubt = figures_today(many, [run])[run.id].doubt
    assert doubt is not None
    assert "better than always guessing the largest category" in doubt
    assert f"Try the learning rate {rate:g}, which is proposed for {run.settings['optimizer']}" in (
        doubt
    )
    assert doubt == doubt_of(run, evaluate_run(many, run, "Validation").figures)


def test_the_rate_that_was_used_is_written_down(many: Store) -> None:
    run = trained(many, optimizer="Momentum", epochs=1)
    assert run.settings["learning_rate"] == PROPOSED_RATES["Momentum"]
    assert ModelSettings().learning_rate == PROPOSED_RATES["Adam"]
