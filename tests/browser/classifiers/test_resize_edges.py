"""TensorFlow.js leaves the last row or column black at the sizes that we foresee, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Error, Page

from piximi_core.classification.resize_edges import AGREEING_SIDES, Backend, steps_over_edge
from tests.browser.classifiers import tfjs_runner as tfjs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST, LAST = 8, 512
PAIRS = ((28, 64), (48, 97), (100, 128))


@pytest.fixture(params=["webgl", "cpu"])
def runner(request: pytest.FixtureRequest, page: Page, tmp_path: Path) -> Iterator[tfjs.TfjsRunner]:
    with tfjs.served(tmp_path) as address:
        try:
            yield tfjs.TfjsRunner(page, address, request.param)
        except Error as error:
            pytest.skip(f"This Chromium has no WebGL ({error.message.splitlines()[0]})")


@pytest.mark.parametrize("pair", PAIRS)
def test_which_sizes_go_black(runner: tfjs.TfjsRunner, pair: tuple[int, int]) -> None:
    """Six sizes; of them 64, 97 and 128 are proposed, since nothing goes black there."""
    backend = cast(Backend, runner.backend)
    for target, black in zip(pair, runner.black_sides(pair, FIRST, LAST), strict=True):
        foreseen = [
            side for side in range(FIRST, LAST + 1) if steps_over_edge(side, target, backend)
        ]
        assert black == foreseen, target
        assert bool(black) == (target not in AGREEING_SIDES), target
