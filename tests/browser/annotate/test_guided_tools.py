"""Tools that guide the hand, by real mouse and keys: magnetic, quick, smart clicks told more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.objects import list_objects
from tests.browser.annotate.drawing_room import (
    NUCLEI,
    Hand,
    begin,
    disc,
    open_dashboard,
    overlap,
    pixels,
)
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("annotate"))


@pytest.fixture
def hand(page: Page, dashboard: Dashboard) -> Hand:
    return begin(Hand(page, dashboard))


def test_a_magnetic_line_keeps_to_the_edge_between_few_clicks(hand: Hand) -> None:
    page = hand.page
    x, y, radius = NUCLEI[2]
    with page.expect_response(lambda answer: "/costs?" in answer.url):
        page.keyboard.press("Shift+M")
    page.wait_for_timeout(500)
    hand.click((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
    page.keyboard.press("Enter")
    row = hand.objects(2)[1]
    # The plain polygon of these four corners covers 64 % of the disc.
    assert overlap(row, disc(x, y, radius)) > 0.9


def test_patches_are_picked_by_passing_over_them(hand: Hand) -> None:
    page = hand.page
    x, y, radius = NUCLEI[0]
    with page.expect_response(lambda answer: "/patches?" in answer.url):
        page.keyboard.press("Shift+Q")
    hand.drag(
        (x, y),
        (x - 14, y),
        (x - 8, y + 14),
        (x + 12, y + 12),
        (x + 15, y - 2),
        (x + 4, y - 16),
        (x - 10, y - 12),
        (x, y),
    )
    row = hand.objects(2)[1]
    assert overlap(row, disc(x, y, radius)) > 0.75


def dashes(page: Page) -> int:
    """Return how many pixels on the screen have the colour of what is only proposed."""
    page.wait_for_timeout(200)
    count = """(canvases) => canvases.reduce((sum, canvas) => {
      const { width, height } = canvas;
      if (!width || !height || getComputedStyle(canvas).visibility === "hidden") return sum;
      const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
      let found = 0;
      for (let at = 0; at < data.length; at += 4) {
        const amber = data[at] > 240 && Math.abs(data[at + 1] - 210) < 12;
        found += amber && data[at + 3] > 200;
      }
      return sum + found;
    }, 0)"""
    return int(page.locator("canvas.proposed").evaluate_all(count))


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union."""
    return float((one & other).sum() / max(1, (one | other).sum()))


def test_what_a_pull_fills_is_seen_before_it_is_done(hand: Hand) -> None:
    page = hand.page
    x, y, radius = NUCLEI[3]
    with page.expect_response(lambda answer: "/tones?" in answer.url):
        page.keyboard.press("c")
    page.mouse.move(*hand.at(x, y))
    assert not hand.ahead().any()
    page.mouse.down()
    page.mouse.move(*hand.at(x + 12, y), steps=4)
    # The ring of the pull itself is drawn over it.
    clear = ~disc(x, y, 15) | disc(x, y, 9)
    seen = hand.ahead() & clear
    assert alike(seen, disc(x, y, radius) & clear) > 0.9
    # Farther: the ground is as much like it as that.
    page.mouse.move(*hand.at(x - 150, y), steps=4)
    assert hand.ahead().mean() > 0.9
    page.mouse.move(*hand.at(x + 12, y), steps=4)
    assert alike(hand.ahead() & clear, seen) > 0.97
    page.mouse.up()
    row = hand.objects(2)[1]
    assert alike(pixels(row), disc(x, y, radius)) > 0.9
    assert alike(pixels(row) & clear, seen) > 0.95
    assert not hand.ahead().any()


def test_what_a_threshold_fills_is_seen_before_it_is_done(hand: Hand) -> None:
    page = hand.page
    x, y, radius = NUCLEI[2]
    with page.expect_response(lambda answer: "/tones?" in answer.url):
        page.keyboard.press("t")
    page.mouse.move(*hand.at(x - radius - 4, y - radius - 4))
    page.mouse.down()
    page.mouse.move(*hand.at(x + radius + 4, y), steps=4)
    upper = disc(x, y, radius)
    upper[y:] = False
    assert alike(hand.ahead(), upper) > 0.85
    page.mouse.move(*hand.at(x + radius + 4, y + radius + 4), steps=4)
    seen = hand.ahead()
    assert alike(seen, disc(x, y, radius)) > 0.9
    page.mouse.up()
    row = hand.objects(2)[1]
    assert alike(pixels(row), seen) > 0.95
    assert not hand.ahead().any()


def test_a_smart_click_is_told_what_is_too_much_and_what_is_missing(hand: Hand) -> None:
    page = hand.page
    x, y, _radius = NUCLEI[2]
    page.keyboard.press("s")
    hand.click((x, y))
    found = hand.objects(2)[1]
    page.keyboard.down("Control")
    hand.click((x - 10, y - 10))
    page.keyboard.up("Control")
    size = page.locator(".object[aria-selected=true] .soft")
    expect(size).not_to_have_text(f"{found.area:,} px")
    hand.saved()
    less = hand.objects(2)[1]
    assert less.id == found.id
    assert not pixels(less)[y - 10, x - 10]
    assert pixels(less)[y, x]
    page.keyboard.down("Shift")
    hand.click((x - 13, y - 12))
    page.keyboard.up("Shift")
    expect(size).not_to_have_text(f"{less.area:,} px")
    hand.saved()
    assert pixels(hand.objects(2)[1])[y - 12, x - 13]
    for _step in range(2):
        page.keyboard.press("Control+z")
    expect(size).to_have_text(f"{found.area:,} px")


def test_a_lasso_without_a_held_button_closes_where_it_began(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("l")
    hand.click((100, 20))
    for corner in ((140, 20), (140, 50), (100, 50), (100, 22)):
        page.mouse.move(*hand.at(*corner), steps=8)
    row = hand.objects(2)[1]
    assert row.box == (100, 20, 140, 50)
    # Escape gives up one that was only begun.
    hand.click((200, 20))
    page.mouse.move(*hand.at(220, 40), steps=3)
    page.keyboard.press("Escape")
    page.mouse.move(*hand.at(200, 20), steps=3)
    assert len(hand.objects(2)) == 2


def test_what_lies_under_the_pointer_is_told_as_the_file_has_it(hand: Hand) -> None:
    page = hand.page
    x, y, _radius = NUCLEI[1]
    page.mouse.move(*hand.at(x + 0.5, y + 0.5))
    expect(page.locator(".where")).to_contain_text(f"x {x}, y {y}:")
    values = page.locator(".where").inner_text().split(":")[1].replace(",", "").split("·")
    assert int(values[0]) < 2_000 < 15_000 < int(values[1])


def test_an_object_is_drawn_between_two_planes(page: Page, dashboard: Dashboard) -> None:
    hand = Hand(page, dashboard)
    for _turn in range(2):
        page.keyboard.press("ArrowRight")
        hand.ready()
    expect(page.locator(".image-name")).to_have_text("stack.tif")
    begin(hand)
    page.keyboard.press("i")
    expect(page.locator(".said")).to_contain_text("go to another plane")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    hand.drag((14, 10), (34, 24))
    hand.objects(1)
    page.keyboard.press("i")
    hint = page.locator(".hint")
    expect(hint).to_contain_text("1 plane lies between: Enter draws what is dashed")
    # One stands where there is something to be seen; nothing of it is in the project.
    expect(page.locator(".planes")).to_contain_text("Plane 2 of 3")
    hand.objects(0)
    assert [row.plane for row in list_objects(hand.store)] == [0, 2]
    assert dashes(page) > 20
    page.keyboard.press("Escape")
    expect(page.locator(".planes")).to_contain_text("Plane 3 of 3")
    expect(hint).not_to_contain_text("between")
    # Once more, and accepted; the object of this plane was left selected by nobody.
    page.keyboard.press("v")
    hand.click((20, 20))
    page.keyboard.press("i")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    hand.click((20, 20))
    page.keyboard.press("i")
    expect(page.locator(".planes")).to_contain_text("Plane 2 of 3")
    page.keyboard.press("Enter")
    expect(hand.count).to_contain_text("2 in other planes")
    rows = {row.plane: row.box for row in hand.objects(1)}
    assert rows == {0: (10, 10, 30, 24), 1: (12, 10, 32, 24), 2: (14, 10, 34, 24)}
    page.keyboard.press("Control+z")
    expect(hand.count).to_contain_text("0 objects here")
    hand.saved()
    assert [row.plane for row in list_objects(hand.store)] == [0, 2]


def test_a_tool_looks_at_the_channels_that_are_seen(hand: Hand) -> None:
    page = hand.page
    picture = page.locator(".frame img")
    page.locator(".looks summary").click()
    page.locator(".channel input[type=checkbox]").last.uncheck()
    expect(picture).to_have_attribute("src", re.compile(r"look=ff0000.*-00ff00"))
    hand.ready()
    page.keyboard.press("s")
    hand.click(NUCLEI[0][:2])
    # The nuclei are in the channel that is hidden.
    expect(page.locator(".said")).to_contain_text("Nothing stands out there")
    assert len(hand.objects(1)) == 1
    page.locator(".channel input[type=checkbox]").last.check()
    page.locator(".channel input[type=checkbox]").first.uncheck()
    hand.click(NUCLEI[0][:2])
    assert overlap(hand.objects(2)[1], disc(*NUCLEI[0])) > 0.9
    # A held key shows one channel alone; the look stays for the next image.
    page.keyboard.down(".")
    expect(picture).to_have_attribute("src", re.compile(r"look=ff0000.*-00ff00"))
    page.keyboard.up(".")
    expect(picture).to_have_attribute("src", re.compile(r"look=-ff0000"))
    page.keyboard.press("ArrowRight")
    expect(page.locator(".image-name")).to_have_text("second.tif")
    expect(picture).to_have_attribute("src", re.compile(r"look=-ff0000"))
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(picture).not_to_have_attribute("src", re.compile("look="))


def test_any_tool_selects_what_it_encloses(hand: Hand) -> None:
    page = hand.page
    for left in (40, 70, 100):
        hand.drag((left, 10), (left + 20, 24))
    hand.objects(4)
    page.get_by_role("toolbar").get_by_text("Lasso").click()
    page.locator(".segments").get_by_role("button", name="Select", exact=True).click()
    hand.drag((36, 4), (95, 4), (95, 30), (36, 30), (36, 6))
    expect(hand.count).to_contain_text("2 selected")
    page.keyboard.down("Shift")
    hand.drag((5, 4), (35, 4), (35, 30), (5, 30))
    page.keyboard.up("Shift")
    expect(hand.count).to_contain_text("3 selected")
    page.keyboard.press("Delete")
    assert [row.box[0] for row in hand.objects(1)] == [100]


def test_the_last_object_follows_the_slider(hand: Hand) -> None:
    page = hand.page
    x, y, radius = NUCLEI[0]
    page.keyboard.press("t")
    hand.drag((x - radius - 4, y - radius - 4), (x + radius + 4, y + radius + 4))
    found = hand.objects(2)[1]
    assert overlap(found, disc(x, y, radius)) > 0.9
    # The mean of both channels is 11,000 in the nucleus: above 90 % of 65,535 there is nothing.
    size = page.locator(".object[aria-selected=true] .soft")
    level = page.locator("label.setting", has_text="Level").locator("input")
    level.fill("1")
    expect(size).to_have_text(f"{(2 * radius + 8) ** 2:,} px")
    level.fill("90")
    expect(page.locator(".said")).to_contain_text("Nothing was drawn")
    level.fill("10")
    expect(size).not_to_have_text(f"{(2 * radius + 8) ** 2:,} px")
    hand.saved()
    again = hand.objects(2)[1]
    assert (again.id, overlap(again, disc(x, y, radius)) > 0.9) == (found.id, True)
