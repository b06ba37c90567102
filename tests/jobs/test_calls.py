"""Questions to a worker that are answered at once: answers, refusals, and a worker that dies."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine, try_one


@pytest.fixture(autouse=True)
def workers() -> Iterator[None]:
    """Workers that the test starts are stopped."""
    yield
    engine.shutdown()


def test_a_worker_answers_refuses_dies_and_answers_again(tmp_path: Path) -> None:
    asked = engine.call("quick", operator.add, 2, 3)
    assert asked.wait(60)
    assert asked.answer() == 5
    refused = engine.call("quick", try_one.get_ready, tmp_path)
    assert refused.wait(120)
    with pytest.raises(PiximiError, match="train again"):
        refused.answer()
    died = engine.call("quick", os._exit, 1)
    assert died.wait(60)
    with pytest.raises(PiximiError, match="ended before it could answer"):
        died.answer()
    again = engine.call("quick", operator.add, 2, 3)
    assert again.wait(60)
    assert again.answer() == 5
