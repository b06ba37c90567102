"""The stopwatch of the benchmarks: no wait without an end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

pytestmark = pytest.mark.browser

STOPWATCH = Path(__file__).resolve().parents[3] / "benchmarks" / "stopwatch.js"


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        ("stopwatch.until('false')", "still not: false"),
        ("(requestAnimationFrame = () => 0, stopwatch.until('false'))", "still not: false"),
        ("stopwatch.after('true')", "no pointerdown"),
    ],
)
def test_what_never_comes_is_given_up(page: Page, wait: str, words: str) -> None:
    page.evaluate(STOPWATCH.read_text(encoding="utf-8"))
    page.evaluate("stopwatch.limit = 300")
    with pytest.raises(Error, match=words):
        page.evaluate(wait)
    assert page.evaluate("stopwatch.until('true')") > 0
