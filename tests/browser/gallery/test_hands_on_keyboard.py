"""Labelling in the real dashboard without leaving the keyboard, and what leaves the view."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.categories import delete_category, list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.things import ThingFilter, list_things
from tests.browser.desk import PAGE, Sit
from tests.browser.gallery.gallery_driver import Start, chosen, saved, tiles

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Nothing here is about time, and the machine may have other things to do."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


def shown_selected(page: Page) -> list[str]:
    """Ids of the tiles that are marked as selected and lie within the window."""
    return page.locator(".tile[aria-selected=true]").evaluate_all(
        """nodes => nodes.filter((node) => {
            const box = node.getBoundingClientRect();
            return box.top >= 0 && box.bottom <= innerHeight + 1;
        }).map((node) => node.dataset.id)"""
    )


def test_a_hundred_images_take_a_hundred_keys(sit: Sit, page: Page) -> None:
    desk = sit(120)
    desk.show(page)
    before = desk.store.revision()
    wanted = desk.labels()
    tiles(page).nth(0).click()
    for number in range(100):
        page.keyboard.press(str(number * 7 % 10))
        wanted[number] = str(number * 7 % 10)
    saved(page)
    assert desk.labels() == wanted
    assert desk.store.revision() == before + 100, "each label is one change, and none came twice"
    # The page was full: the next one comes by itself, with its first image selected.
    expect(page.locator(".page-text").first).to_have_text("Page 2 of 2")
    expect(tiles(page).nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Backspace")
    expect(tiles(page).nth(PAGE - 1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Backspace")
    page.keyboard.press("u")
    page.keyboard.press("4")
    saved(page)
    wanted[98:100] = ["Unknown", "4"]
    assert desk.labels() == wanted, "Backspace goes back one and deletes nothing, U removes"


def test_what_leaves_through_the_filter_makes_room_for_the_next(sit: Sit, page: Page) -> None:
    """Twenty quick keys under "Not labelled": each image gets the key pressed while it was it."""
    desk = sit(130)
    desk.unlabel()
    page.goto(f"{desk.address}&state=unlabelled")
    expect(tiles(page)).to_have_count(PAGE, timeout=60_000)
    ids = [thing.id for thing in list_things(desk.store, ThingFilter())]
    tiles(page).nth(0).click()
    page.keyboard.press("3")
    expect(page.locator(f"[data-id='{ids[0]}']")).to_have_count(0)
    assert shown_selected(page) == [ids[1]], "the next picture takes its place, selected"
    expect(page.locator(".count")).to_have_text("1 of 129 selected")
    for number in range(1, 21):
        page.keyboard.press(str(number % 10))
    saved(page)
    expect(tiles(page).first).to_have_attribute("data-id", ids[21])
    assert shown_selected(page) == [ids[21]]
    assert desk.labels()[:22] == ["3", *(str(n % 10) for n in range(1, 21)), "Unknown"]
    # To the end of the view, where nothing is left to be selected.
    page.keyboard.press("End")
    expect(tiles(page).nth(PAGE - 1)).to_be_focused()
    tiles(page).nth(PAGE - 2).click()
    page.keyboard.press("1")
    page.keyboard.press("1")
    saved(page)
    expect(page.locator(".tile[aria-selected=true]")).to_have_count(1)
    assert shown_selected(page) == [ids[21 + PAGE]], "the first of those that came in"


def test_the_keyboard_is_with_the_gallery_after_the_mouse_was_elsewhere(
    sit: Sit, page: Page
) -> None:
    desk = sit(20)
    desk.unlabel()
    desk.show(page)
    tiles(page).nth(0).click()
    page.locator("[data-category='3']").click()
    expect(tiles(page).nth(1)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert chosen(page) == [1, 2], "after a chip"
    page.get_by_role("button", name="Deselect", exact=True).click()
    expect(tiles(page).nth(2)).to_be_focused()
    page.keyboard.press("Space")
    assert chosen(page) == [2], "after a button of the gallery"
    page.locator(".st-key-new-category button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("3")
    page.get_by_role("dialog").get_by_label("Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(tiles(page).nth(2)).to_be_focused()
    page.keyboard.press("4")
    expect(tiles(page).nth(2).locator(".chip.label")).to_have_text("4")
    saved(page)
    page.get_by_role("button", name="Undo").first.click()
    expect(tiles(page).nth(2).locator(".chip.label")).to_have_count(0)
    expect(tiles(page).nth(3)).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tiles(page).nth(4)).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("7")
    expect(page.locator(".typed-line")).to_have_text("Select images first")
    assert desk.labels()[:5] == ["2", *["Unknown"] * 4]


def test_a_category_deleted_while_its_key_is_typed_is_refused(sit: Sit, page: Page) -> None:
    desk = sit(20)
    desk.unlabel()
    desk.show(page)
    tiles(page).nth(0).click()
    page.keyboard.down("Shift")
    page.keyboard.press("Digit2")
    expect(page.locator(".typed-line")).to_have_text("22")
    two = next(category for category in list_categories(desk.store) if category.name == "2")
    delete_category(desk.store, two.id)
    expect(page.locator("[data-category]")).to_have_count(10, timeout=15_000)
    expect(page.locator(".typed-line")).to_have_text("22")
    page.keyboard.up("Shift")
    gone = page.get_by_test_id("stToast").filter(has_text="That category is gone")
    expect(gone).to_be_visible()
    saved(page)
    assert set(desk.labels()) == {"Unknown"}


def test_what_is_out_of_view_is_not_selected(sit: Sit, page: Page) -> None:
    """By search, by another window, and by coming back from another page."""
    desk = sit(120)
    desk.unlabel()
    desk.show(page)
    everything = list_things(desk.store, ThingFilter())
    tiles(page).nth(0).click()
    tiles(page).nth(1).click(modifiers=["Control"])
    search = page.get_by_label("Search by name")
    search.fill(everything[1].name)
    search.press("Enter")
    expect(tiles(page)).to_have_count(1)
    assert chosen(page) == []
    search.fill("")
    search.press("Enter")
    expect(tiles(page)).to_have_count(PAGE)
    assert chosen(page) == [], "nor does it come back"
    page.keyboard.press("Tab")
    page.goto(f"{desk.address}&state=unlabelled")
    expect(tiles(page)).to_have_count(PAGE)
    tiles(page).nth(0).click()
    tiles(page).nth(1).click(modifiers=["Control"])
    label_things(desk.store, [everything[0].id], list_categories(desk.store)[1].id, who="Ada")
    expect(page.locator(".count")).to_have_text("1 of 119 selected")
    page.keyboard.press("5")
    saved(page)
    assert desk.labels()[:3] == ["0", "5", "Unknown"]


def test_what_is_saved_meanwhile_leaves_the_field_that_finds_a_category_open(start: Start) -> None:
    _demo, page = start(slowly=1.0)
    finder = page.locator(".find-input")
    tiles(page).first.click()
    page.keyboard.press("2")
    page.keyboard.press("c")
    page.keyboard.type("c")
    saved(page)
    expect(finder).to_be_focused()
    expect(finder).to_have_value("c")
