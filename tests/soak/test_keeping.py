"""Seven kills of what a project must survive; ``scripts/soak`` does 150."""

from __future__ import annotations

import random

import pytest

from tests.soak.keeping import KeepingRounds


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> KeepingRounds:
    """The rounds of one prepared project."""
    return KeepingRounds(tmp_path_factory.mktemp("kept"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "task", ["import", "save", "migration", "undo", "archive", "open", "annotations"]
)
def test_killed_in_the_middle_there_is_the_state_before_or_after(
    rounds: KeepingRounds, task: str
) -> None:
    found = rounds.task(task, random.Random(task))
    assert found["found"] in ("done", "undone", "a file", "no file")
