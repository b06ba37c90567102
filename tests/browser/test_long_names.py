"""Names of any length and direction leave the counts beside them in sight and in their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.workspace import create_project
from piximi_core.services.examples.digits import add_digits
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

ARABIC = "خلايا الدم الحمراء (RBC) 12"


def test_counts_stay_in_sight_beside_long_names_and_apart_from_arabic_ones(
    page: Page, tmp_path: Path
) -> None:
    dashboard = Dashboard(tmp_path / "workspace")
    store = create_project("Digits", dashboard.workspace)
    add_digits(store, limit=20)
    ids = find_ids(store, ThingFilter())
    for name, count in (("W" * 220, 7), (ARABIC, 6)):
        label_things(store, ids[:count], create_category(store, name).id)
        ids = ids[count:]
    store.close()
    dashboard.start()
    try:
        page.goto(f"{dashboard.url}/images?project=digits")
        expect(page.get_by_role("option")).to_have_count(20, timeout=60_000)
        page.get_by_role("button", name="Filter").first.click()
        for name, count in (("WWWW", 7), ("خلايا", 6)):
            pill = page.get_by_test_id("stButtonGroup").get_by_role("button").filter(has_text=name)
            expect(pill).to_be_visible(timeout=30_000)
            number = pill.get_by_text(str(count), exact=True)
            box = number.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 1400, "the count is outside the window"
            assert box["y"] >= 0
            words = pill.locator("p").bounding_box()
            assert words is not None
            # The number stands at the end of its line, and not inside the Arabic words.
            assert abs(words["x"] + words["width"] - box["x"] - box["width"]) < 3
    finally:
        dashboard.stop()
