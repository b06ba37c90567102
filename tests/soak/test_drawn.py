"""Three kills of a process that draws; ``scripts/soak`` does fifty."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.soak.drawn import DrawingRounds


@pytest.mark.slow
def test_killed_while_drawing_all_that_was_acknowledged_is_there_once(tmp_path: Path) -> None:
    rounds, dice = DrawingRounds(tmp_path / "drawn"), random.Random(4)
    done = sum(int(rounds.round(dice)["acknowledged"]) for _round in range(3))
    assert done > 0
