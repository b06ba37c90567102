"""The table of objects by real mouse and keys: both ways, pages, labels, deletions, windows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store
from tests.browser.annotate.drawing_room import Hand, begin, open_dashboard
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

COUNT = 120


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("table"))


def fill(dashboard: Dashboard) -> None:
    """Put small objects of eight sizes into the first image, and make two categories."""
    store = Store(dashboard.workspace / "cells")
    [image, *_others] = find_ids(store, ThingFilter())
    kind = create_kind(store, "cell").id
    create_category(store, "round", kind_id=kind)
    create_category(store, "flat", kind_id=kind)
    made = [
        NewObject(image, kind, (x, y, x + 8, y + 1 + n % 8), (0, 8 * (1 + n % 8)))
        for n in range(COUNT)
        for x, y in [(4 + 20 * (n % 12), 4 + 20 * (n // 12))]
    ]
    with store.step("Add objects") as db:
        add_objects(db, made, who="ann")
    store.close()


@pytest.fixture
def hand(page: Page, dashboard: Dashboard) -> Iterator[Hand]:
    fill(dashboard)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    hand = Hand(page, dashboard)
    hand.objects(COUNT)
    yield hand
    assert problems == []
    assert dashboard.faults() == []


def rows(page: Page) -> Locator:
    return page.locator(".object-table tbody tr")


def chosen(page: Page) -> Locator:
    return page.locator(".object-table tbody tr[aria-selected=true]")


def test_rows_and_picture_select_each_other(hand: Hand) -> None:
    page = hand.page
    before = page.locator(".percent").inner_text()
    page.keyboard.press("Shift+V")
    expect(rows(page)).to_have_count(50)
    expect(page.locator(".table-range")).to_have_text("1 to 50 of 120")
    grid = page.get_by_role("grid", name="All objects of this image")
    expect(grid).to_have_attribute("aria-rowcount", "121")
    expect(rows(page).nth(9)).to_have_attribute("aria-rowindex", "11")
    rows(page).nth(9).click()
    expect(chosen(page)).to_have_count(1)
    expect(hand.count).to_contain_text("1 selected")
    expect(page.locator(".percent")).not_to_have_text(before)
    page.get_by_role("button", name="Fit", exact=True).click()
    page.keyboard.press("v")
    hand.click((4 + 20 * 3 + 4, 4 + 20 * 9 + 1))
    expect(page.locator(".table-range")).to_have_text("101 to 120 of 120")
    expect(chosen(page).locator("[data-column=name]")).to_have_text("first-cell_112")
    expect(chosen(page)).to_be_in_viewport()
    page.locator("th[data-column=area] button").click()
    page.locator("th[data-column=area] button").click()
    expect(page.locator("th[data-column=area]")).to_have_attribute("aria-sort", "descending")
    expect(rows(page).first.locator("[data-column=area]")).to_have_text("64")
    page.locator(".table-search").fill("CELL_77")
    expect(rows(page)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(chosen(page).locator("[data-column=name]")).to_have_text("first-cell_77")
    hand.saved()
    hand.click((81, 123))
    expect(chosen(page)).to_have_count(0)


def test_the_keyboard_alone_walks_labels_and_deletes(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("Shift+V")
    expect(rows(page)).to_have_count(50)
    expect(rows(page).first).to_be_focused()
    page.keyboard.press("End")
    expect(chosen(page).locator("[data-column=name]")).to_have_text("first-cell_50")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".table-range")).to_have_text("51 to 100 of 120")
    expect(rows(page).first).to_be_focused()
    expect(chosen(page).locator("[data-column=name]")).to_have_text("first-cell_51")
    page.keyboard.press("1")
    expect(chosen(page).locator("[data-column=category]")).to_have_text("round", timeout=15_000)
    page.keyboard.press("Delete")
    expect(page.locator(".table-range")).to_have_text("51 to 100 of 119", timeout=15_000)
    expect(chosen(page).locator("[data-column=name]")).to_have_text("first-cell_52")
    expect(rows(page).first).to_be_focused()
    page.keyboard.press("2")
    page.keyboard.press("PageUp")
    expect(page.locator(".table-range")).to_have_text("1 to 50 of 119")
    expect(page.locator(".image-name")).to_have_text("first.tif", timeout=1_000)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".image-name")).to_have_text("first.tif")
    hand.saved()
    labels = {row.name: row.category_name for row in list_objects(hand.store)}
    assert "first-cell_51" not in labels
    assert labels["first-cell_52"] == "flat"
    assert sum(label == "Unknown" for label in labels.values()) == COUNT - 2
    page.locator(".table-bar [data-by=category]").select_option("none")
    expect(page.locator(".table-range")).to_have_text("1 to 50 of 118")
    page.locator(".table-bar [data-by=category]").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("th[data-column=name]")).to_have_attribute("aria-sort", "ascending")
    page.locator(".image-name").click()
    page.keyboard.press("Shift+V")
    expect(page.locator(".object-table")).to_be_hidden()


def test_another_window_follows_within_three_seconds(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("Shift+V")
    expect(page.locator(".table-range")).to_have_text("1 to 50 of 120")
    other = Hand(page.context.new_page(), hand.dashboard)
    other.objects(COUNT)
    other.page.keyboard.press("r")
    other.drag((200, 230), (240, 250))
    expect(page.locator(".table-range")).to_have_text("1 to 50 of 121", timeout=6_000)
    page.locator("[data-turn=last]").click()
    last = rows(page).last
    expect(last.locator("[data-column=source]")).to_have_text("Rectangle")
    expect(last.locator("[data-column=area]")).to_have_text("800")
    expect(last.locator("[data-column=author]")).not_to_have_text("–")
    other.page.close()


def test_a_stack_shows_the_plane_of_a_row(page: Page, dashboard: Dashboard) -> None:
    hand = begin(Hand(page, dashboard))
    for _times in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".image-name")).to_have_text("stack.tif")
    page.keyboard.press("PageDown")
    hand.drag((5, 5), (30, 40))
    hand.objects(1)
    page.keyboard.press("PageUp")
    page.locator(".table-open").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page).locator("[data-column=plane]")).to_have_text("2")
    rows(page).click()
    expect(page.locator(".planes span")).to_have_text("Plane 2 of 3")
    expect(hand.count).to_contain_text("1 object here · 1 selected")
    page.locator(".table-bar [data-by=plane]").select_option("0")
    expect(rows(page)).to_have_count(0)
    expect(page.locator(".table-range")).to_have_text("No object passes the filter.")
    page.keyboard.press("ArrowLeft")
    assert dashboard.faults() == []
