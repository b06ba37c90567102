"""Keys that a person changed: in the list of shortcuts, by real keys, on other layouts, kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.annotate.drawing_room import Hand, begin, open_dashboard
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def hand(page: Page, dashboard: Dashboard) -> Iterator[Hand]:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield begin(Hand(page, dashboard))
    assert problems == []
    assert dashboard.faults() == []


class Keys:
    """The list of shortcuts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.keyboard.press("?")
        self.said = page.locator(".shortcuts .said")
        expect(page.locator(".shortcuts [data-action=table]")).to_be_visible(timeout=30_000)

    def shown(self, action: str) -> str:
        return self.page.locator(f".shortcuts [data-action={action}] kbd").inner_text()

    def change(self, action: str) -> None:
        self.page.locator(f".shortcuts [data-action={action}] button").click()
        expect(self.said).to_have_text("Press the new key; Esc leaves it as it is")

    def close(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.locator('[role="dialog"]')).to_have_count(0)


def pressed(page: Page) -> str:
    return page.locator(".tool[aria-pressed=true]").get_attribute("data-tool") or ""


def test_keys_are_changed_swapped_refused_kept_and_reset(hand: Hand) -> None:
    page = hand.page
    keys = Keys(page)
    assert keys.shown("tool_pen") == "D"
    keys.change("tool_pen")
    page.keyboard.press("Escape")
    expect(keys.said).to_have_text("")
    assert keys.shown("tool_pen") == "D"
    expect(page.locator('[role="dialog"]')).to_have_count(1)
    for refused in ("5", "Enter", "Control+k", "Space"):
        keys.change("tool_pen")
        page.keyboard.press(refused)
        expect(keys.said).to_contain_text("This key cannot be given")
        page.keyboard.press("Escape")
    keys.change("tool_pen")
    page.keyboard.press("Shift+J")
    expect(keys.said).to_have_text("Pen: Shift+J")
    keys.change("table")
    page.keyboard.press("p")
    expect(keys.said).to_have_text("P is the key of “Polygon”.")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Cancel").click()
    assert (keys.shown("table"), keys.shown("tool_polygon")) == ("Shift+V", "P")
    keys.change("table")
    page.keyboard.press("p")
    page.keyboard.press("Enter")
    expect(keys.said).to_have_text("Open the table of the objects, or close it: P")
    assert (keys.shown("table"), keys.shown("tool_polygon")) == ("P", "Shift+V")
    keys.close()
    expect(page.locator("[data-tool=pen] kbd")).to_have_text("⇧J")
    expect(page.locator("[data-tool=polygon]")).to_have_attribute(
        "title", re.compile(r"^Click the corners.*\(Shift\+V\)$")
    )
    page.keyboard.press("Shift+V")
    assert pressed(page) == "polygon"
    page.keyboard.press("d")
    assert pressed(page) == "polygon", "its former key means nothing now"
    page.keyboard.press("Shift+J")
    assert pressed(page) == "pen"
    page.keyboard.press("p")
    expect(page.locator(".object-table tbody tr")).to_have_count(1)
    page.keyboard.press("p")
    page.reload()
    hand.ready()
    hand.objects(1)
    page.keyboard.press("Shift+J")
    assert pressed(page) == "pen"
    other = Hand(page.context.new_page(), hand.dashboard)
    other.objects(1)
    other.page.keyboard.press("Shift+J")
    assert pressed(other.page) == "pen", "all windows of this browser have them"
    keys = Keys(page)
    page.get_by_role("button", name="As at first").click()
    expect(keys.said).to_have_text("All keys are as at first.")
    expect(page.locator(".shortcuts .reset")).to_be_disabled()
    keys.close()
    page.keyboard.press("d")
    assert pressed(page) == "pen"
    expect(other.page.locator("[data-tool=pen] kbd")).to_have_text("D")
    assert page.evaluate("localStorage.getItem('piximi-annotator-keys')") is None


def test_letters_count_by_what_they_write_and_wild_storage_breaks_nothing(hand: Hand) -> None:
    page = hand.page
    wild = {"fit": "ф", "lock": "<img src=x>", "tool_pen": 7, "nothing": "x", "remove": "Enter"}
    page.evaluate("kept => localStorage.setItem('piximi-annotator-keys', kept)", json.dumps(wild))
    page.reload()
    hand.ready()
    hand.objects(1)
    page.evaluate(
        """() => { window.press = (key, code) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, code, bubbles: true, composed: true })); }"""
    )
    page.evaluate("press('в', 'KeyD')")
    assert pressed(page) == "pen", "the key in the place of D on a Russian keyboard"
    page.evaluate("press('y', 'KeyZ')")
    keys = Keys(page)
    keys.change("tool_pen")
    page.evaluate("press('ы', 'KeyS')")
    expect(keys.said).to_have_text("S is the key of “Smart click”.")
    page.keyboard.press("Escape")
    keys.change("tool_pen")
    page.evaluate("press('ö', 'Semicolon')")
    expect(keys.said).to_have_text("Pen: Ö")
    keys.close()
    page.keyboard.press("v")
    page.evaluate("press('ö', 'Semicolon')")
    assert pressed(page) == "pen"
    assert page.locator("img[src=x]").count() == 0
