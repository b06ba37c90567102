"""Editing the settings of the next training."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.classification.learning_rates import PROPOSED_RATES
from piximi_core.errors import BadInput
from piximi_core.project.contents.drafts import load_draft
from piximi_core.project.database.history import history, undo
from piximi_core.project.database.store import create_store
from piximi_core.services.training.planning import default_settings
from piximi_core.services.training.settings_draft import change_settings, in_words


def test_an_edit_is_one_named_step_and_equal_values_are_none(tmp_path: Path) -> None:
    store = create_store(tmp_path / "project", "Project")
    change_settings(store, {"epochs": 20, "batch_size": 32})
    assert [step.label for step in history(store)] == ["Change epochs to 20"]
    change_settings(store, {"epochs": 20})
    assert len(history(store)) == 1
    undo(store)
    assert default_settings(store).epochs == 10


def test_only_what_was_touched_is_kept(tmp_path: Path) -> None:
    store = create_store(tmp_path / "project", "Project")
    change_settings(store, {"learning_rate": 0.01})
    assert load_draft(store) == {"learning_rate": 0.01}


def test_the_rate_follows_the_optimizer_until_a_person_sets_it(tmp_path: Path) -> None:
    store = create_store(tmp_path / "project", "Project")
    changed = change_settings(store, {"optimizer": "Momentum"})
    assert changed.learning_rate == PROPOSED_RATES["Momentum"]
    assert load_draft(store) == {"optimizer": "Momentum"}
    change_settings(store, {"learning_rate": 0.3})
    assert change_settings(store, {"optimizer": "Adam"}).learning_rate == 0.3
    # Set to what is proposed, it follows again.
    change_settings(store, {"learning_rate": PROPOSED_RATES["Adam"]})
    assert change_settings(store, {"optimizer": "Adadelta"}).learning_rate == 1.0
    undo(store)
    assert default_settings(store).learning_rate == PROPOSED_RATES["Adam"]


def test_a_wrong_value_changes_nothing(tmp_path: Path) -> None:
    store = create_store(tmp_path / "project", "Project")
    with pytest.raises(BadInput, match="'batch_size' must be at least 1, not 0"):
        change_settings(store, {"epochs": 5, "batch_size": 0})
    assert load_draft(store) == {}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("epochs", 20, "epochs to 20"),
        ("shuffle", False, "shuffle on split to off"),
        ("input_shape", [48, 64, 3], "input size to 48 x 64 x 3"),
        ("learning_rate", 0.0005, "learning rate to 0.0005"),
        ("name", "", "name to automatic"),
        ("name", "n" * 300, "name to " + "n" * 60),
    ],
)
def test_edits_in_words(key: str, value: object, words: str) -> None:
    assert in_words(key, value) == words
