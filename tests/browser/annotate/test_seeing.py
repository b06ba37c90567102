"""How objects are seen beside their colours, by real mouse and keys: other planes, patterns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.objects import list_objects
from tests.browser.annotate.drawing_room import Hand, begin, open_dashboard
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

# The colours over the picture, [H, W, 4], of the part around a box of the screen.
COLOURS = """(canvas, [left, top, right, bottom]) => {
  const box = canvas.getBoundingClientRect();
  const dense = canvas.width / box.width;
  const sides = [left - box.x, top - box.y, right - left, bottom - top];
  const part = sides.map((side) => Math.round(side * dense));
  const { width, height, data } = canvas.getContext("2d").getImageData(...part);
  return [width, height, Array.from(data)];
}"""


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("seeing"))


def colours(hand: Hand, x1: float, y1: float, x2: float, y2: float) -> np.ndarray:
    """Return what is drawn over a part of the image, uint8 ``[H, W, 4]``."""
    hand.page.wait_for_timeout(300)
    box = [*hand.at(x1, y1), *hand.at(x2, y2)]
    width, height, data = hand.page.locator("canvas.outlines").evaluate(COLOURS, box)
    return np.array(data, np.uint8).reshape(height, width, 4)


def share(hand: Hand, box: tuple[float, ...], red: int, green: int, blue: int) -> float:
    """Return how much of a part of the image has a colour over it."""
    seen = colours(hand, *box).astype(int)
    near = np.abs(seen[..., :3] - (red, green, blue)).max(axis=-1) < 12
    return float((near & (seen[..., 3] > 100)).mean())


def test_objects_of_the_planes_around_are_seen_when_asked_for(
    page: Page, dashboard: Dashboard
) -> None:
    hand = Hand(page, dashboard)
    for _turn in range(2):
        page.keyboard.press("ArrowRight")
        hand.ready()
    expect(page.locator(".image-name")).to_have_text("stack.tif")
    begin(hand)
    page.keyboard.press("PageDown")
    hand.objects(0)
    there = (5.0, 5.0, 35.0, 30.0)
    blue, orange = (86, 180, 233), (230, 159, 0)
    assert share(hand, there, *blue) == 0
    page.keyboard.press("Shift+H")
    assert share(hand, there, *blue) > 0.005
    assert share(hand, there, *orange) == 0
    # They are seen, not meant: what is drawn here is drawn here.
    page.keyboard.press("v")
    hand.click((20, 17))
    expect(hand.count).not_to_contain_text("selected")
    page.keyboard.press("r")
    hand.drag((40, 40), (50, 50))
    hand.objects(1)
    assert [row.plane for row in list_objects(hand.store)] == [0, 1]
    page.keyboard.press("PageUp")
    hand.objects(1)
    assert share(hand, (36.0, 36.0, 54.0, 54.0), *orange) > 0.005
    # This browser remembers it.
    page.reload()
    hand.ready()
    hand.objects(1)
    assert share(hand, (36.0, 36.0, 54.0, 54.0), *orange) > 0.005
    page.locator(".looks summary").click()
    page.get_by_role("button", name="Other planes", exact=True).click()
    assert share(hand, (36.0, 36.0, 54.0, 54.0), *orange) == 0


def test_categories_are_told_by_patterns_too(page: Page, dashboard: Dashboard) -> None:
    hand = begin(Hand(page, dashboard))
    for left, name in ((60, "round"), (120, "flat")):
        hand.drag((left, 40), (left + 40, 80))
        hand.objects(2 if name == "round" else 3)
        page.keyboard.press("/")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        hand.saved()
    page.keyboard.press("v")
    hand.click((240, 240))
    expect(hand.count).not_to_contain_text("selected")

    def lines() -> list[float]:
        """How much of a line along the upper side is drawn in the object's own colour."""
        found = []
        for left, top, right in ((12, 10, 28), (62, 40, 98), (122, 40, 158)):
            seen = colours(hand, left, top - 0.4, right, top + 0.4)
            # The rim is black, and shows where the pattern leaves a gap.
            found.append(float((seen[..., :3].max(axis=-1) > 60).any(axis=0).mean()))
        return found

    assert lines() == [1, 1, 1]
    page.locator(".looks summary").click()
    page.get_by_role("button", name="Patterns", exact=True).click()
    solid, dashed, dotted = lines()
    assert solid == 1
    assert 0.5 < dashed < 0.8
    assert 0.3 < dotted < 0.6
    # The categories say which pattern is whose.
    patterns = page.locator(".swatch[data-category]").evaluate_all(
        "nodes => nodes.map((node) => node.dataset.pattern)"
    )
    assert patterns == ["solid", "dashed", "dotted"]
    page.reload()
    hand.ready()
    hand.objects(3)
    assert lines()[0] == 1
    assert lines()[2] < 0.6
