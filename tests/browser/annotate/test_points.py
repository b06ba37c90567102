"""Points for counting, by real mouse and keys: one pixel in the project, one size on the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.objects import ObjectRow
from tests.browser.annotate.drawing_room import Hand, begin, open_dashboard
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

# Whether anything is drawn over the picture so many pixels of the screen right of a place.
DRAWN = """(canvas, [x, y]) => {
  const box = canvas.getBoundingClientRect();
  const dense = canvas.width / box.width;
  const at = [(x - box.x) * dense, (y - box.y) * dense].map(Math.floor);
  return canvas.getContext("2d").getImageData(...at, 1, 1).data[3] > 0;
}"""


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("points"))


@pytest.fixture
def hand(page: Page, dashboard: Dashboard) -> Hand:
    return begin(Hand(page, dashboard))


def width_at(hand: Hand, x: float, y: float) -> int:
    """Return how many pixels of the screen are drawn right of a point of the image."""
    hand.page.wait_for_timeout(250)
    canvas, (left, top) = hand.page.locator("canvas.outlines"), hand.at(x, y)
    return sum(bool(canvas.evaluate(DRAWN, [left + i, top])) for i in range(20))


def places(rows: list[ObjectRow]) -> list[tuple[int, ...]]:
    return [row.box for row in rows]


def test_points_are_counted_found_moved_and_taken_back(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press(",")
    hand.click((100.5, 100.5), (140.5, 100.5), (180.2, 120.9))
    rows = hand.objects(4)[1:]
    wanted = [(100, 100, 101, 101), (140, 100, 141, 101), (180, 120, 181, 121)]
    assert places(rows) == wanted
    # The same place once more is the same point, also where it comes at once.
    hand.click((100.5, 100.5))
    page.mouse.dblclick(*hand.at(60.5, 200.5))
    assert places(hand.objects(5)[1:]) == [*wanted, (60, 200, 61, 201)]
    # What is labelled is counted beside its category, what comes next gets the same label.
    page.keyboard.press("/")
    page.keyboard.type("spot")
    page.keyboard.press("Enter")
    tallies = page.locator(".tally")
    expect(tallies).to_have_text(["4", "1"])
    hand.click((200.5, 60.5))
    hand.objects(6)
    expect(tallies).to_have_text(["4", "2"])
    tallies.last.click()
    expect(hand.count).to_contain_text("2 selected")
    assert [row.category_name for row in hand.objects(6)[-2:]] == ["spot", "spot"]
    for _step in range(4):
        page.keyboard.press("Control+z")
    assert places(hand.objects(3)[1:]) == wanted[:2]
    page.keyboard.press("v")
    x, y = hand.at(140.5, 100.5)
    page.mouse.click(x + 6, y - 2)
    expect(page.locator(".object[aria-selected=true] .soft")).to_have_text("1 px")
    page.keyboard.press("m")
    hand.drag((140.5, 100.5), (150.5, 130.5))
    expect(hand.count).to_contain_text("1 selected")
    hand.saved()
    assert places(hand.objects(3)[1:]) == [wanted[0], (150, 130, 151, 131)]
    # Tiny objects are worth a second look; points are meant.
    expect(page.locator(".quality")).to_contain_text("without a category")
    expect(page.locator(".quality")).not_to_contain_text("under 20 px")


def test_a_point_is_as_large_on_the_screen_at_any_zoom(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press(",")
    hand.click((128.5, 128.5))
    hand.objects(2)
    page.keyboard.press("v")
    hand.click((240, 240))
    expect(hand.count).not_to_contain_text("selected")
    widths = []
    for key in ("f", "z", "+", "+", "+", "+", "+", "+", "+", "+", "+", "+"):
        page.keyboard.press(key)
        widths.append(width_at(hand, 128.5, 128.5))
    assert max(widths) - min(widths) <= 1
    assert 6 <= min(widths) <= 8
