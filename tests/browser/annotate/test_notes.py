"""What stands beside the drawing, by real mouse and keys: locks, comments, done images, regions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.notes.completeness import list_complete
from piximi_core.project.contents.notes.on_images import done_among
from piximi_core.project.contents.notes.on_objects import locked_ids, notes_in
from piximi_core.project.contents.things import ThingFilter, find_ids
from tests.browser.annotate.drawing_room import Hand, open_dashboard, pixels
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("notes"))


@pytest.fixture
def hand(page: Page, dashboard: Dashboard) -> Iterator[Hand]:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    hand = Hand(page, dashboard)
    page.keyboard.press("r")
    hand.drag((10, 10), (30, 24))
    page.get_by_text("What do you draw?").wait_for()
    page.keyboard.type("nucleus")
    page.keyboard.press("Enter")
    hand.objects(1)
    yield hand
    assert problems == []
    assert dashboard.faults() == []


def test_a_locked_object_is_neither_erased_nor_deleted(hand: Hand) -> None:
    page = hand.page
    [before] = hand.objects(1)
    page.keyboard.press("k")
    expect(page.locator(".object .sign-lock")).to_have_count(1)
    expect(page.locator(".lock")).to_have_text("Unlock")
    said = page.locator(".said")
    page.keyboard.down("Control")
    hand.drag((5, 5), (20, 30))
    page.keyboard.up("Control")
    expect(said).to_have_text("1 object is locked: unlock it to change it.")
    page.keyboard.press("Delete")
    page.keyboard.press(">")
    hand.saved()
    assert hand.objects(1) == [before]
    page.locator(".panel .overlap select").select_option("take")
    hand.drag((20, 5), (50, 40))
    old, new = hand.objects(2)
    assert old == before
    assert pixels(new).sum() == 30 * 35 - 10 * 14
    page.keyboard.press("v")
    hand.click((12, 12))
    page.keyboard.press("k")
    expect(page.locator(".object .sign-lock")).to_have_count(0)
    page.keyboard.press("Delete")
    hand.objects(1)
    page.locator(".lock-kind").click()
    expect(page.locator(".lock-kind")).to_have_text("Unlock all")
    hand.saved()
    assert locked_ids(hand.store, [new.id]) == {new.id}
    page.keyboard.press("Control+z")
    expect(page.locator(".object .sign-lock")).to_have_count(0)


def test_a_comment_is_text_and_is_there_again_after_a_reload(hand: Hand) -> None:
    page = hand.page
    [row] = hand.objects(1)
    page.keyboard.press("w")
    hostile = "<img src=x onerror=alert(1)> r c k n"
    page.keyboard.type(hostile)
    page.keyboard.press("Enter")
    expect(page.locator(".object .sign-comment")).to_have_attribute("title", hostile)
    hand.saved()
    page.keyboard.press("v")
    expect(page.locator(".tool[aria-pressed=true]")).to_contain_text("Select")
    page.reload()
    hand.ready()
    sign = page.locator(".object .sign-comment")
    expect(sign).to_have_attribute("title", hostile, timeout=15_000)
    page.locator(".object").click()
    field = page.locator("input.comment")
    expect(field).to_have_value(hostile)
    field.fill("typed and left by a click")
    hand.click((200, 200))
    expect(sign).to_have_attribute("title", "typed and left by a click")
    page.context.set_offline(True)
    page.locator(".object").click()
    field.fill("typed without a connection")
    page.keyboard.press("Enter")
    expect(sign).to_have_attribute("title", "typed without a connection")
    page.wait_for_timeout(1_500)
    page.context.set_offline(False)
    hand.saved()
    [note] = notes_in(hand.store, row.image_id)
    assert note.comment == "typed without a connection"
    field.fill("given up")
    page.keyboard.press("Escape")
    expect(field).to_have_value("typed without a connection")
    assert page.locator(".annotator img[src=x]").count() == 0


def test_images_are_done_one_after_the_other(hand: Hand) -> None:
    page = hand.page
    name, finished = page.locator(".image-name"), page.locator(".finished")
    expect(page.locator(".strip-tile")).to_have_count(3)
    expect(page.locator(".strip-tile .objects-there")).to_have_text(["1"], timeout=15_000)
    # A turn that is asked for while a stroke is on its way is made after it.
    hand.drag((60, 60), (90, 90))
    page.keyboard.press("ArrowRight")
    expect(name).to_have_text("second.tif")
    page.keyboard.press("ArrowLeft")
    expect(name).to_have_text("first.tif")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("button.done")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("n")
    expect(name).to_have_text("second.tif")
    expect(finished).to_have_text("1 of 3 done")
    expect(page.locator("button.done")).to_have_attribute("aria-pressed", "false")
    page.locator("button.done").click()
    page.keyboard.press("n")
    expect(name).to_have_text("stack.tif")
    page.keyboard.press("Shift+N")
    expect(name).to_have_text("second.tif")
    page.locator(".strip-tile").first.click()
    expect(name).to_have_text("first.tif")
    expect(page.locator(".strip-tile .is-done")).to_have_count(2)
    page.locator("[data-lacking=done]").click()
    expect(name).to_have_text("stack.tif")
    page.keyboard.press("n")
    expect(page.locator(".said")).to_have_text("There is no other image that is not done.")
    hand.saved()
    first, second, stack = find_ids(hand.store, ThingFilter())
    assert done_among(hand.store, [first, second, stack]) == {first, second}
    page.keyboard.press("Control+z")
    expect(finished).to_have_text("1 of 3 done")


def test_a_region_is_marked_as_complete_and_what_stands_out_is_selected(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("g")
    hand.drag((40, 50), (140, 110))
    expect(page.locator(".region-name")).to_have_text("Complete: 100 × 60 px")
    hand.saved()
    [region] = list_complete(hand.store)
    assert region.region.box == (40, 50, 140, 110)
    hand.objects(1)
    page.keyboard.press("r")
    hand.drag((0, 100), (20, 120))
    hand.drag((10, 110), (30, 130))
    hand.drag((60, 60), (63, 63))
    hand.objects(4)
    findings = page.locator(".quality button")
    expect(findings).to_have_text(
        ["1 touches the border", "2 overlap", "1 under 20 px", "4 without a category"],
        timeout=15_000,
    )
    findings.nth(1).click()
    expect(hand.count).to_contain_text("2 selected")
    page.keyboard.press("j")
    expect(findings.filter(has_text="overlap")).to_have_count(0, timeout=15_000)
    page.locator(".region .remove").click()
    expect(page.locator(".region")).to_have_count(0)
    hand.saved()
    assert list_complete(hand.store) == []
    page.keyboard.press("Control+z")
    expect(page.locator(".region")).to_have_count(1)


KEYS = ("g", "k", "w", "n", "Shift+N", "Shift+Enter")


def test_no_key_reaches_streamlit_wherever_the_focus_is(hand: Hand) -> None:
    page = hand.page
    page.evaluate(
        """() => { window.heard = [];
        document.addEventListener("keydown", ({ key }) => key === "Shift" || heard.push(key)); }"""
    )
    button = '[data-testid="stSidebar"] button:not([disabled])'
    for place in ("canvas", button):
        for key in KEYS:
            if place == "canvas":
                page.keyboard.press("v")
                hand.click((240, 240))
            else:
                page.locator(place).first.focus()
            address = page.url
            page.keyboard.press(key)
            hand.saved()
            if "n" in key.lower():
                page.wait_for_timeout(300)
                expect(page.locator(".frame")).not_to_have_class("frame busy")
            assert page.url.split("?")[0] == address.split("?")[0]
    assert page.evaluate("heard") == []
    expect(page.locator('[role="dialog"]')).to_have_count(0)
