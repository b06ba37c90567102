"""Room to work: pictures begin high on the page, nothing moves, and a card is one large link."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import create_project
from piximi_core.services.examples.digits import add_digits
from tests.browser.dashboard import Dashboard
from tests.browser.gallery.gallery_driver import tiles

pytestmark = pytest.mark.browser

HIGHEST = 230  # pixels of 900 above the first row


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dashboard, Store]]:
    """A dashboard with one project of Digits."""
    dashboard = Dashboard(tmp_path_factory.mktemp("room") / "workspace")
    store = create_project("Digits", dashboard.workspace)
    add_digits(store, limit=60)
    dashboard.start()
    yield dashboard, store
    dashboard.stop()


def top(page: Page) -> float:
    box = tiles(page).first.bounding_box()
    assert box is not None
    return box["y"]


def test_pictures_begin_high_whatever_is_selected_or_filtered(
    shown: tuple[Dashboard, Store], page: Page
) -> None:
    dashboard, store = shown
    three = next(category for category in list_categories(store) if category.name == "3")
    of_three = count_things(store, ThingFilter(category_ids=(three.id,)))
    page.goto(f"{dashboard.url}/images?project=digits")
    expect(tiles(page)).to_have_count(60, timeout=60_000)
    page.get_by_text("Everything is saved").wait_for()
    before = top(page)
    assert before <= HIGHEST
    tiles(page).nth(2).click()
    expect(page.locator(".count")).to_contain_text("1 of 60 selected")
    assert top(page) == before
    tally = page.get_by_role("button", name=f"Show only 3, {of_three}", exact=True)
    tally.click()
    expect(tiles(page)).to_have_count(of_three, timeout=30_000)
    expect(page).to_have_url(re.compile(f"categories={three.id}"))
    assert top(page) == before
    page.get_by_role("button", name=f"No longer only 3, {of_three}", exact=True).click()
    expect(tiles(page)).to_have_count(60, timeout=30_000)


def test_a_project_opens_by_a_click_on_its_picture(
    shown: tuple[Dashboard, Store], page: Page
) -> None:
    dashboard, _store = shown
    page.goto(dashboard.url)
    card = page.locator(".st-key-project-digits")
    card.get_by_role("link", name="Digits").wait_for(timeout=60_000)
    box = card.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + box["height"] / 2)  # where the picture is
    expect(tiles(page)).to_have_count(60, timeout=60_000)
    expect(page).to_have_url(re.compile("project=digits"))


def test_a_menu_stays_inside_the_window(shown: tuple[Dashboard, Store], page: Page) -> None:
    dashboard, _store = shown
    page.set_viewport_size({"width": 1400, "height": 420})
    page.goto(dashboard.url)
    page.locator(".st-key-menu-digits button").click(timeout=60_000)
    menu = page.locator('[data-testid="stPopoverBody"]')
    menu.get_by_role("button", name="Delete").wait_for()
    box = menu.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 420
    menu.get_by_role("button", name="Delete").scroll_into_view_if_needed()
    expect(menu.get_by_role("button", name="Delete")).to_be_in_viewport()
