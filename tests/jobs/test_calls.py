"""Questions to a worker that are answered at once: answers, refusals, and a worker that dies."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator

import pytest

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.project.workspace import project_folder


@pytest.fixture(autouse=True)
def workers() -> Iterator[None]:
    """Workers that the test starts are stopped."""
    yield
    engine.shutdown()


@pytest.mark.slow
def test_a_worker_answers_refuses_or_dies() -> None:
    asked = engine.call("quick", operator.add, 2, 3)
    assert asked.wait(120)
    assert asked.answer() == 5
    refused = engine.call("quick", project_folder, "..")
    assert refused.wait(120)
    with pytest.raises(PiximiError, match="names no project"):
        refused.answer()
    died = engine.call("quick", os._exit, 1)
    assert died.wait(120)
    with pytest.raises(PiximiError, match="ended before it could answer"):
        died.answer()
