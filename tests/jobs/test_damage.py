"""200 damaged files, as scripts/soak adds 2,000: no crash, no hang, one sentence each."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.soak.fuzzing import FuzzRounds

SEED = 20261121


@pytest.mark.slow
@pytest.mark.parametrize("part", [1, 2])
def test_damaged_files_come_in_or_are_refused_in_a_sentence(tmp_path: Path, part: int) -> None:
    found = FuzzRounds(tmp_path).round(random.Random(f"{SEED} {part}"), count=100)
    assert found["damaged"] == 100
    # Some damage does not matter to a reader, most does.
    assert 10 < found["added"] < 90
    assert found["refused"] > 10
