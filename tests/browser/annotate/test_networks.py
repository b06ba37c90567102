"""Smart click answered by a network, in the browser: chosen, waited for, told, and turned off."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from playwright.sync_api import Locator, Page, expect

from tests.browser.annotate.drawing_room import (
    NUCLEI,
    SIDE,
    Hand,
    begin,
    disc,
    open_dashboard,
    overlap,
)
from tests.browser.dashboard import Dashboard
from tests.tiny_networks import write_sam1

pytestmark = pytest.mark.browser


def grey_images(folder: Path) -> list[Path]:
    """Write two grey images of nuclei, the second turned."""
    whole = np.full((SIDE, SIDE), 500, np.uint16)
    for nucleus in NUCLEI:
        whole[disc(*nucleus)] = 30_000
    paths = [folder / name for name in ("first.tif", "second.tif")]
    for turns, path in enumerate(paths):
        tifffile.imwrite(path, np.rot90(whole, turns))
    return paths


@pytest.fixture
def dashboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dashboard]:
    weights = tmp_path / "weights"
    weights.mkdir()
    write_sam1(weights, "tiny")
    (weights / "other.onnx").write_bytes(b"no network")
    monkeypatch.setenv("PIXIMI_WEIGHTS", str(weights))
    yield from open_dashboard(tmp_path, grey_images(tmp_path))


@pytest.fixture
def hand(page: Page, dashboard: Dashboard) -> Hand:
    return begin(Hand(page, dashboard))


def chosen(page: Page) -> Locator:
    return page.get_by_label(re.compile("^Outlines by"))


def ready(page: Page) -> None:
    """Wait until the network has looked at the picture."""
    expect(chosen(page).locator("xpath=..")).to_contain_text("Ready", timeout=60_000)


def test_a_click_is_answered_by_the_network_that_was_chosen(hand: Hand) -> None:
    page = hand.page
    expect(chosen(page)).to_be_hidden()
    page.keyboard.press("s")
    expect(chosen(page)).to_have_value("tiny")
    options = chosen(page).locator("option")
    expect(options).to_have_text(
        ["the network tiny", "brightness and edges", re.compile("'other.onnx' is damaged")]
    )
    expect(options.nth(2)).to_be_disabled()
    ready(page)
    # A nucleus of 22 pixels, of which the network sees a disc of 90 of 1024, which is 22.5.
    x, y, radius = NUCLEI[0]
    hand.click((x, y))
    found = hand.objects(2)[1]
    expect(page.locator(".way")).to_have_text("Outlined by tiny")
    # It knows what is bright by blocks of four pixels.
    assert overlap(found, disc(x, y, radius)) > 0.9
    # By its scores the second is wider than the nucleus, the third a disc of 60 of 1024.
    page.keyboard.press("y")
    page.keyboard.press("y")
    size = page.locator(".object[aria-selected=true] .soft")
    expect(size).not_to_have_text(f"{found.area:,} px")
    third = hand.objects(2)[1]
    assert overlap(third, disc(x, y, 15)) > 0.9
    # Told more: a point that is too much is left out.
    page.keyboard.down("Control")
    hand.click((x + 10, y))
    page.keyboard.up("Control")
    expect(size).not_to_have_text(f"{third.area:,} px", timeout=20_000)
    expect(page.locator(".way")).to_have_text("Outlined by tiny")
    page.keyboard.press("Control+z")
    expect(size).to_have_text(f"{third.area:,} px", timeout=20_000)
    if folder := os.environ.get("PIXIMI_TEST_PICTURES"):
        page.screenshot(path=f"{folder}/network.png")
    assert hand.dashboard.faults() == []


def test_without_the_network_the_tool_is_what_it_was(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("s")
    chosen(page).select_option(label="brightness and edges")
    x, y, radius = NUCLEI[2]
    hand.click((x, y))
    assert overlap(hand.objects(2)[1], disc(x, y, radius)) > 0.95
    expect(page.locator(".way")).to_have_text("Outlined by brightness and edges")
    # The choice is there again after a reload.
    page.reload()
    hand.ready()
    page.keyboard.press("s")
    expect(chosen(page)).to_have_value("")
    # Another tool is no longer told of.
    hand.click((NUCLEI[1][0], NUCLEI[1][1]))
    hand.objects(3)
    expect(page.locator(".way")).to_have_text("Outlined by brightness and edges")
    page.keyboard.press("r")
    hand.drag((200, 20), (240, 40))
    hand.objects(4)
    expect(page.locator(".way")).to_be_empty()
    # Keys reach the canvas again after a choice.
    page.keyboard.press("b")
    expect(chosen(page)).to_be_visible()
    chosen(page).select_option("tiny")
    ready(page)
    hand.drag((x - radius, y - radius), (x + radius, y + radius))
    assert overlap(hand.objects(5)[4], disc(x, y, radius)) > 0.9
    expect(page.locator(".way")).to_have_text("Outlined by tiny")


def test_the_next_image_was_looked_at_before_it_is_shown(hand: Hand) -> None:
    page = hand.page
    page.keyboard.press("s")
    ready(page)
    seen = hand.store.folder / "cache" / "seen"
    for _ in range(200):
        if len(list(seen.glob("*.npz"))) == 2:
            break
        page.wait_for_timeout(100)
    assert len(list(seen.glob("*.npz"))) == 2
    page.keyboard.press("ArrowRight")
    expect(page.locator(".image-name")).to_have_text("second.tif", timeout=20_000)
    hand.ready()
    x, y, _radius = NUCLEI[0]
    hand.click((y, SIDE - x))
    expect(hand.count).to_contain_text("1 object here", timeout=20_000)
    expect(page.locator(".way")).to_have_text("Outlined by tiny")
    hand.saved()
    # What was seen ahead is what was asked: nothing was looked at again.
    assert len(list(seen.glob("*.npz"))) == 2
