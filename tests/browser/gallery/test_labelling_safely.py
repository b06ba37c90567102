"""Labels in the real dashboard: a cut connection, two windows, and hands that are quick."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from piximi_core.project.contents.categories import delete_category
from piximi_core.project.contents.equal_pixels import list_unhashed
from piximi_core.project.contents.labelling import delete_things, label_things
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import history
from tests.browser.desk import PAGE, Sit
from tests.browser.gallery.gallery_driver import chosen, saved, tiles, type_category

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Nothing here is about time, and the machine may have other things to do."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


def give(page: Page, place: int, number: int) -> None:
    """Select one image and type the key of a category: in Digits each has its own name's."""
    tiles(page).nth(place).click()
    page.keyboard.press(str(number))


def test_labels_given_during_a_cut_of_twenty_seconds_arrive_once(sit: Sit, page: Page) -> None:
    desk = sit(40)
    desk.show(page)
    wanted, before = desk.labels(), desk.store.revision()
    for place in range(30):
        if place == 5:
            desk.wire.cut()
            cut = time.monotonic()
        give(page, place, place % 9)
        wanted[place] = name = desk.categories[place % 9 + 1].name
        expect(tiles(page).nth(place).locator(".chip.label")).to_have_text(name)
        if place == 24:
            expect(page.locator(".unsaved")).to_contain_text("not yet saved")
            assert desk.labels() != wanted, "nothing gets through a wire that is cut"
            while time.monotonic() < cut + 20:
                page.wait_for_timeout(500)
            expect(page.get_by_text("No connection", exact=True)).to_be_visible()
            expect(page.get_by_role("dialog")).to_have_count(0)
        if place == 27:
            desk.wire.mend()
    saved(page)
    expect(page.get_by_text("No connection", exact=True)).to_have_count(0)
    assert desk.labels() == wanted
    assert desk.store.revision() == before + 30, "each label is one change, and none came twice"


@pytest.mark.parametrize("noticed", [False, True])
def test_pictures_that_a_cut_kept_away_come_when_it_is_over(
    sit: Sit, page: Page, noticed: bool
) -> None:
    desk = sit(20)
    last = tiles(page).nth(19)
    missing = last.get_by_text("Cannot be shown")
    # How far ahead the browser fetches pictures is its own affair, so none comes at first.
    refused: set[str] = set()

    def refuse(route: Route) -> None:
        again = route.request.url in refused
        refused.add(route.request.url)
        if again and not noticed:
            route.continue_()
        else:
            route.abort()

    page.route(re.compile(r"/pictures/.*thumb"), refuse)
    desk.show(page)
    last.scroll_into_view_if_needed()
    if noticed:
        expect(missing).to_be_visible()
        desk.wire.cut()
        expect(page.get_by_text("No connection", exact=True)).to_be_visible()
        page.wait_for_timeout(3500)  # what is tried once more by itself was tried in vain
        page.unroute_all()
        desk.wire.mend()
    expect(missing).to_be_hidden()
    assert len(refused) == 20
    expect(last.locator("img")).to_have_js_property("complete", True)
    assert last.locator("img").evaluate("(image) => image.naturalWidth") > 0


def test_what_is_stale_by_then_is_refused_in_words(sit: Sit, page: Page) -> None:
    desk = sit(20)
    desk.show(page)
    first, second, third = (thing.id for thing in list_things(desk.store, ThingFilter(), limit=3))
    give(page, 0, 0)
    saved(page)
    desk.wire.cut()
    give(page, 0, 4)
    give(page, 1, 1)
    give(page, 2, 1)
    delete_category(desk.store, desk.categories[5].id)
    delete_things(desk.store, [second])
    label_things(desk.store, [third], desk.categories[3].id, who="Ada")
    desk.wire.mend()
    gone = page.get_by_test_id("stToast")
    expect(gone.filter(has_text="That category is gone")).to_be_visible(timeout=40_000)
    expect(gone.filter(has_text="1 image was deleted meanwhile")).to_be_visible()
    expect(gone.filter(has_text="1 image was labelled by someone else")).to_be_visible()
    expect(tiles(page)).to_have_count(19)
    expect(tiles(page).nth(0).locator(".chip.label")).to_have_text(desk.categories[1].name)
    expect(tiles(page).nth(1).locator(".chip.label")).to_have_text(desk.categories[3].name)
    saved(page)
    assert first in [thing.id for thing in list_things(desk.store, ThingFilter())]
    assert desk.labels()[:2] == [desk.categories[1].name, desk.categories[3].name]
    give(page, 1, 1)
    saved(page)
    assert desk.labels()[1] == desk.categories[2].name, "having seen Ada's, they may disagree"


def test_two_windows_follow_each_other(sit: Sit, browser: Browser) -> None:
    desk = sit(60)
    windows = [browser.new_context(viewport={"width": 1400, "height": 900}) for _ in range(2)]
    left, right = (window.new_page() for window in windows)
    for page in (left, right):
        desk.show(page)
    tiles(right).nth(50).scroll_into_view_if_needed()
    tiles(right).nth(50).click()
    tiles(right).nth(51).click(modifiers=["Control"])
    place = tiles(right).nth(20).bounding_box()
    give(left, 3, 6)
    seven = desk.categories[7].name
    expect(tiles(right).nth(3).locator(".chip.label")).to_have_text(seven, timeout=15_000)
    assert chosen(right) == [50, 51], "following takes nothing out of the selection"
    assert tiles(right).nth(20).bounding_box() == place, "nor does the page move"
    type_category(right, "3")
    four = desk.categories[4].name
    for n in (50, 51):
        expect(tiles(left).nth(n).locator(".chip.label")).to_have_text(four, timeout=15_000)
    assert chosen(left) == [4]
    tiles(right).nth(50).click()
    tiles(right).nth(51).click(modifiers=["Control"])
    delete_things(desk.store, [list_things(desk.store, ThingFilter())[50].id])
    for page in (left, right):
        expect(tiles(page)).to_have_count(59, timeout=15_000)
    expect(right.locator(".count")).to_have_text("1 of 59 selected")
    assert chosen(right) == [50]
    assert [step.label for step in history(desk.store, 3)][1:] == [
        "Label 2 images",
        "Label 1 image",
    ]
    for window in windows:
        window.close()


def test_five_hundred_images_by_keyboard_at_ten_a_second(sit: Sit, page: Page) -> None:
    desk = sit(500)
    desk.show(page)
    # The dashboard compares their pixels beside, and writes what it found: no label, but a change.
    while list_unhashed(desk.store):
        page.wait_for_timeout(200)
    wanted, before = desk.labels(), desk.store.revision()
    tiles(page).nth(0).focus()
    for number in range(500):
        if number and number % PAGE == 0:
            # The next page comes by itself, and its first image is selected.
            expect(page.locator(".page-text").first).to_have_text(
                f"Page {number // PAGE + 1} of 5", timeout=60_000
            )
            expect(tiles(page).first).to_have_attribute("aria-selected", "true")
            begun = None
        if number % PAGE == 0:
            begun = time.monotonic()
        due = begun + 0.1 * (number % PAGE) - time.monotonic()
        if due > 0:
            page.wait_for_timeout(1000 * due)
        if number == 0:
            page.keyboard.press("Space")
        page.keyboard.press(str(number % 9))
        wanted[number] = desk.categories[number % 9 + 1].name
    saved(page)
    assert desk.labels() == wanted
    assert desk.store.revision() == before + 500, "each label is one change, and none came twice"
