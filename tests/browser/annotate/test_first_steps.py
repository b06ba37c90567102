"""What a person does who has read nothing: nothing drawn is lost, and the next step is in sight."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.annotate.drawing_room import (
    NUCLEI,
    Hand,
    begin,
    disc,
    open_dashboard,
    overlap,
)
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

CORNERS = ((100, 20), (140, 20), (140, 50), (100, 50))


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("annotate"))


def labels(hand: Hand, count: int) -> list[str]:
    """Return the categories of so many objects of the project, the oldest first."""
    return [row.category_name for row in hand.objects(count)]


def test_a_first_outline_stays_in_sight_while_its_name_is_asked(
    page: Page, dashboard: Dashboard
) -> None:
    hand = Hand(page, dashboard)
    expect(page.locator(".hint")).to_contain_text("Nothing is drawn here yet")
    expect(page.get_by_text("Draw the first object")).to_be_visible()
    x, y, radius = NUCLEI[1]
    turns = [2 * math.pi * step / 16 for step in range(17)]
    page.keyboard.press("l")
    # Around it and back to the very pixel where it began.
    hand.drag(*((x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns))
    page.get_by_text("What do you draw?").wait_for()
    seen = page.locator("canvas.sketch").evaluate(
        "canvas => canvas.getContext('2d')"
        ".getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0)"
    )
    assert seen
    # The outline belongs to this picture, so that no other takes its place before it has a name.
    page.get_by_role("button", name="Next image").click()
    expect(page.locator(".image-name")).to_have_text("first.tif")
    page.keyboard.type("nucleus")
    page.keyboard.press("Enter")
    [row] = hand.objects(1)
    assert (row.image_name, row.kind_name) == ("first.tif", "nucleus")
    assert overlap(row, disc(x, y, radius)) > 0.9
    # The way is that of the nuclei from now on, on the pages around, too.
    expect(page.get_by_text("Draw 19 more objects")).to_be_visible(timeout=30_000)
    page.get_by_test_id("stSidebarUserContent").get_by_role("link", name="Train").click()
    expect(page.get_by_role("radio", name="nucleus")).to_be_checked(timeout=60_000)


def test_a_polygon_ends_by_a_double_click_and_by_another_tool(
    page: Page, dashboard: Dashboard
) -> None:
    hand = begin(Hand(page, dashboard))
    page.keyboard.press("p")
    hand.click(*CORNERS[:3])
    page.mouse.dblclick(*hand.at(*CORNERS[3]))
    assert hand.objects(2)[1].box == (100, 20, 140, 50)
    hand.click((60, 100), (90, 100), (90, 130))
    page.get_by_role("button", name="Ellipse").click()
    assert hand.objects(3)[2].box == (60, 100, 90, 130)
    # What could not be closed was only begun.
    page.keyboard.press("p")
    hand.click((200, 20), (220, 40))
    page.keyboard.press("v")
    assert len(hand.objects(3)) == 3
    # The tool under the pointer can be read.
    chosen = page.locator('.tool[aria-pressed="true"]')
    chosen.hover()
    colors = chosen.evaluate(
        "node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
    )
    assert colors[0] == "rgb(255, 255, 255)"
    assert colors[1] != colors[0]
    assert max(int(part) for part in colors[1].removeprefix("rgb(").rstrip(")").split(",")) < 150


def test_a_category_is_that_of_the_next_object_and_of_the_one_being_drawn(
    page: Page, dashboard: Dashboard
) -> None:
    hand = begin(Hand(page, dashboard))
    page.get_by_role("button", name="New category…").click()
    page.keyboard.type("round")
    page.keyboard.press("Enter")
    expect(page.locator(".swatch.chosen")).to_contain_text("round")
    page.keyboard.press("r")
    hand.drag((40, 10), (60, 30))
    assert labels(hand, 2) == ["round", "round"]
    page.keyboard.press("/")
    page.keyboard.type("long")
    page.keyboard.press("Enter")
    expect(page.locator(".swatch.chosen")).to_contain_text("long")
    assert labels(hand, 2) == ["round", "long"]
    # In the middle of an outline, the key is about that outline.
    page.keyboard.press("p")
    hand.click(*CORNERS)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    assert labels(hand, 3) == ["round", "long", "round"]
    # And about what was drawn last, though the project has not answered yet.
    held: list[Route] = []
    waits = True
    page.route("**/actions/**", lambda route: held.append(route) if waits else route.continue_())
    page.keyboard.press("r")
    hand.drag((60, 100), (90, 130))
    page.keyboard.press("2")
    expect(page.locator(".state")).to_have_text("Saving …")
    waits = False
    for route in held:
        route.continue_()
    assert labels(hand, 4) == ["round", "long", "round", "long"]


def test_another_proposal_is_for_one_object_and_a_mode_without_one_is_said(
    page: Page, dashboard: Dashboard
) -> None:
    hand = begin(Hand(page, dashboard))
    page.keyboard.press("b")
    for count, (x, y, radius) in enumerate(NUCLEI[1:3], 2):
        hand.drag((x - radius - 3, y - radius - 3), (x + radius + 3, y + radius + 3))
        hand.objects(count)
        expect(page.get_by_text("Proposal 1 of 3")).to_be_visible()
        page.keyboard.press("y")
        expect(page.get_by_text("Proposal 2 of 3")).to_be_visible()
        hand.saved()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add", exact=True).click()
    hand.drag((10, 100), (40, 130))
    expect(page.locator(".frame .said")).to_contain_text("choose New to draw one")
    assert len(hand.objects(3)) == 3
