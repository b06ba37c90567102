"""The gallery's tools: a box drawn by mouse or finger, categories by name, tooltips, speech."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gallery.gallery_driver import (
    IMAGES,
    Start,
    chosen,
    python_sees,
    saved,
    tiles,
    type_category,
)

pytestmark = pytest.mark.browser


def middle(page: Page, place: int) -> tuple[float, float]:
    box = tiles(page).nth(place).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def draw_box(page: Page, first: int, last: int, *, let_go: bool = True) -> None:
    page.mouse.move(*middle(page, first))
    page.mouse.down()
    page.mouse.move(*middle(page, last), steps=5)
    if let_go:
        page.mouse.up()


def columns(page: Page) -> int:
    return tiles(page).evaluate_all(
        "nodes => nodes.filter(n => n.offsetTop === nodes[0].offsetTop).length"
    )


def test_a_box_selects_what_it_touches(start: Start) -> None:
    _, page = start()
    across = columns(page)
    square = [1, 2, across + 1, across + 2]
    head = page.locator(".grid").bounding_box()["y"]
    draw_box(page, 1, across + 2)
    assert chosen(page) == square
    assert page.locator(".grid").bounding_box()["y"] == head, "nothing moves under the mouse"
    expect(page.locator(".count")).to_have_text(f"4 of {IMAGES} selected")
    python_sees(page, 4)
    page.keyboard.down("Control")
    draw_box(page, 4, 4, let_go=False)
    page.mouse.move(middle(page, 4)[0] + 20, middle(page, 4)[1] + 20)
    page.mouse.up()
    page.keyboard.up("Control")
    assert chosen(page) == sorted([*square, 4])
    draw_box(page, 0, 2, let_go=False)
    assert chosen(page) == [0, 1, 2]
    page.keyboard.press("Escape")
    page.mouse.up()
    assert chosen(page) == sorted([*square, 4]), "Esc gives back what was selected"
    tiles(page).nth(4).click()
    assert chosen(page) == [4], "a click is still a click"
    python_sees(page, 1)


def test_a_resting_finger_begins_a_selection_and_a_tap_selects(
    start: Start, browser: Browser
) -> None:
    demo, _ = start()
    phone = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    page.goto(demo.url)
    expect(tiles(page).first).to_be_visible(timeout=30_000)
    tiles(page).nth(1).tap()
    assert chosen(page) == [1]
    fingers = phone.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    (x, y), (to_x, to_y) = middle(page, 2), middle(page, 5)
    touch("touchStart", (x, y))
    page.wait_for_timeout(700)
    for part in (0.2, 0.4, 0.6, 0.8, 1):
        touch("touchMove", (x + part * (to_x - x), y + part * (to_y - y)))
    touch("touchEnd")
    assert chosen(page) == [1, 2, 3, 4, 5]
    python_sees(page, 5)
    tiles(page).nth(0).tap()
    tiles(page).nth(3).tap()
    assert chosen(page) == [0, 1, 2, 4, 5], "from then on taps pick"
    page.get_by_role("button", name="Deselect", exact=True).tap()
    tiles(page).nth(2).tap()
    tiles(page).nth(3).tap()
    assert chosen(page) == [3], "and a tap selects one alone again"
    sizes = page.locator(".gallery button:visible").evaluate_all(
        "nodes => nodes.map(n => n.getBoundingClientRect()).map(b => [b.width, b.height])"
    )
    assert sizes
    assert all(width >= 44 and height >= 44 for width, height in sizes)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.close()


def test_a_category_is_found_by_typing_or_created(start: Start) -> None:
    demo, page = start(slowly=0.3)
    tiles(page).nth(0).click()
    page.keyboard.press("c")
    field = page.locator(".find-input")
    expect(field).to_be_focused()
    page.keyboard.type("PLÁT")
    expect(page.locator(".find-row").first).to_have_text("Platelets3")
    page.keyboard.press("Enter")
    expect(tiles(page).nth(0).locator(".chip.label")).to_have_text("Platelets")
    expect(tiles(page).nth(1)).to_be_focused()
    page.keyboard.press("Backspace")
    assert chosen(page) == [0]
    page.keyboard.press("/")
    page.keyboard.type("sort 1")
    expect(page.locator(".find-row")).to_have_text(
        ["Sort 1010", "Sort 1111", "Sort 1212", "Sort 1313", "+Create “sort 1”"]
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(tiles(page).nth(0).locator(".chip.label")).to_have_text("Sort 11")
    saved(page)
    page.keyboard.press("Backspace")
    page.keyboard.press("c")
    page.keyboard.type("<b>mitosis</b>")
    page.keyboard.press("Enter")
    expect(tiles(page).nth(0).locator(".chip.label")).to_have_text("<b>mitosis</b>")
    saved(page)
    assert demo.journal() == [
        ("label", ["i0"], "c3"),
        ("label", ["i0"], "c11"),
        ("create", ["i0"], "<b>mitosis</b>"),
    ]
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    assert chosen(page) == [1], "the Escape was the field's"
    page.get_by_label("Name").click()
    page.keyboard.type("c/c")
    expect(page.get_by_label("Name")).to_have_value("c/c")
    expect(field).to_be_hidden()


def test_the_numbers_are_listed_while_shift_is_held(start: Start) -> None:
    _, page = start()
    tiles(page).nth(0).click()
    page.keyboard.down("Shift")
    rows = page.locator(".typed-row")
    expect(rows).to_have_count(14)
    expect(rows.nth(2)).to_have_text("2WBC")
    page.keyboard.press("Digit1")
    expect(rows).to_have_text(["1RBC", "10Sort 10", "11Sort 11", "12Sort 12", "13Sort 13"])
    page.keyboard.up("Shift")
    expect(rows.first).to_be_hidden()
    expect(tiles(page).nth(0).locator(".chip.label")).to_have_text("RBC")


def test_a_tooltip_tells_what_is_known_and_moves_nothing(start: Start) -> None:
    _, page = start()
    tip = page.locator(".tip")
    before = tiles(page).nth(12).bounding_box()
    tiles(page).nth(2).hover()
    expect(tip).to_be_visible()
    expect(tip.locator(".tip-name")).to_have_text("cell <b>002</b> é🦠.png")
    terms = tip.locator("dt").all_text_contents()
    facts = dict(zip(terms, tip.locator("dd").all_text_contents(), strict=True))
    assert facts == {
        "Label": "Not labelled",
        "Predicted": "Platelets, 65.0 %",
        "Size": "96 × 96",
        "Channels": "3",
        "Planes": "1",
        "Depth": "16 bit",
        "Pixel size": "0.65 × 0.65 µm",
        "Partition": "Not used yet",
    }
    assert tiles(page).nth(12).bounding_box() == before
    page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    tiles(page).nth(0).focus()
    page.keyboard.press("ArrowRight")
    expect(tip.locator("dd").first).to_have_text("RBC, by Ada")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_what_happens_is_read_out(start: Start) -> None:
    _, page = start()
    grid = page.get_by_role("listbox", name="Images")
    expect(grid).to_have_attribute("aria-multiselectable", "true")
    expect(grid.get_by_role("option")).to_have_count(60)
    page.locator("[data-page='next']").first.click()
    expect(tiles(page).nth(0)).to_have_attribute("aria-posinset", "61")
    expect(tiles(page).nth(0)).to_have_attribute("aria-setsize", str(IMAGES))
    assert tiles(page).evaluate_all("nodes => nodes.filter(n => n.tabIndex === 0).length") == 1
    spoken = page.locator(".gallery [aria-live].unseen")
    tiles(page).nth(0).click()
    tiles(page).nth(1).click(modifiers=["Control"])
    expect(spoken).to_have_text("2 selected")
    page.get_by_label("Go on to the next").uncheck()
    type_category(page, "2")
    expect(spoken).to_have_text("Saved")
    expect(tiles(page).nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("PageUp")
    expect(page.locator(".page-text").first).to_have_text("Page 1 of 3")
