"""A page that is still being drawn takes no button away from under the hand."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

# Something above comes to life and needs room.
PUSH_DOWN = """() => {
  const room = document.createElement("div");
  room.style.height = "130px";
  document.querySelector('[data-testid="stMainBlockContainer"]').prepend(room);
}"""


def press(page: Page, dashboard: Dashboard, *, moved_by: float = 0) -> None:
    """Press the button for a new project, and let go once it has moved away."""
    page.goto(dashboard.url)
    button = page.get_by_role("button", name="New project")
    expect(button).to_be_visible(timeout=60_000)
    page.wait_for_load_state("networkidle")
    box = button.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(PUSH_DOWN)
    if moved_by:
        page.mouse.move(x + moved_by, y)
    page.mouse.up()


def test_a_button_that_moves_while_it_is_pressed_is_pressed(
    page: Page, dashboard: Dashboard
) -> None:
    press(page, dashboard)
    expect(page.locator(".st-key-new-project-name input")).to_be_visible()


def test_one_that_the_hand_leaves_is_not(page: Page, dashboard: Dashboard) -> None:
    press(page, dashboard, moved_by=40)
    page.wait_for_timeout(500)
    expect(page.locator(".st-key-new-project-name input")).to_have_count(0)
