"""A dashboard that is killed and started again, under a tab that stays open."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.workspace import create_project
from piximi_core.services.examples.digits import add_digits
from piximi_ui.base.navigation import PROJECT_PAGES
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser


def test_a_label_given_after_a_restart_is_saved_without_help(page: Page, tmp_path: Path) -> None:
    dashboard = Dashboard(tmp_path / "workspace")
    store = create_project("Digits", dashboard.workspace)
    add_digits(store, limit=20)
    unlabelled = ThingFilter(labelled=False)
    before = count_things(store, unlabelled)
    dashboard.start()
    try:
        page.goto(f"{dashboard.url}/images?project=digits")
        tiles = page.locator("[role=option]")
        expect(tiles).to_have_count(20, timeout=60_000)
        dashboard.kill()
        dashboard.start()
        tiles.first.click()
        page.keyboard.down("Shift")
        page.keyboard.press("Digit3")
        page.keyboard.up("Shift")
        for _ in range(300):
            if count_things(store, unlabelled) == before - 1:
                break
            page.wait_for_timeout(200)
        assert count_things(store, unlabelled) == before - 1
        expect(page.get_by_text("not yet saved")).to_have_count(0, timeout=30_000)
    finally:
        dashboard.stop()


@pytest.mark.parametrize("name", PROJECT_PAGES)
def test_each_address_opens_on_a_fresh_server(page: Page, fresh: Dashboard, name: str) -> None:
    page.goto(f"{fresh.url}/{name}?project=digits")
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("Digits")).to_be_visible(timeout=60_000)
    expect(sidebar.get_by_role("link", name=name.capitalize(), exact=True)).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    fresh.kill()
    fresh.start()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A dashboard that every test leaves newly started, so that each address is its first."""
    dashboard = Dashboard(tmp_path_factory.mktemp("fresh") / "workspace")
    add_digits(create_project("Digits", dashboard.workspace), limit=20)
    dashboard.start()
    yield dashboard
    dashboard.stop()
