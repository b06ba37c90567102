"""Outlines over the gallery's tiles, and the ways from gallery and viewer to drawing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store
from tests.browser.annotate.drawing_room import open_dashboard
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

COLOURS = """image => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const found = new Set();
    for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 255) found.add([...data.slice(i, i + 3)].join(" "));
    return [...found].sort();
}"""
GREY, RED = "229 231 235", "255 0 0"


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("outlined"))


def test_the_switch_draws_outlines_that_follow(page: Page, dashboard: Dashboard) -> None:
    store = Store(dashboard.workspace / "cells")
    first, second, _stack = find_ids(store, ThingFilter())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{dashboard.url}/images?project=cells")
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(3, timeout=60_000)
    expect(page.locator(".outlines-switch")).to_be_hidden()
    kind = create_kind(store, "cell").id
    with store.step("Add objects") as db:
        made = [NewObject(first, kind, (20, 20, 120, 120), (0, 10_000))]
        [one] = add_objects(db, made, who="ann")
    switch = page.locator(".outlines-switch")
    expect(switch).to_be_visible(timeout=15_000)
    expect(page.locator("img.outlines")).to_have_count(0)
    assert not [url for url in asked if "/tile-outlines/" in url], (
        "while the switch is off nothing is asked for"
    )
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    outlines = page.locator("img.outlines")
    expect(outlines).to_have_count(3)
    drawn = tiles.nth(0).locator("img.outlines")
    expect(drawn).to_have_js_property("complete", True)
    expect(drawn).to_have_js_property("naturalWidth", 512)
    assert drawn.evaluate(COLOURS) == [GREY]
    assert tiles.nth(1).locator("img.outlines").evaluate(COLOURS) == []
    label_things(store, [one], create_category(store, "odd", color="#ff0000", kind_id=kind).id)
    with store.step("Add objects") as db:
        add_objects(db, [NewObject(second, kind, (0, 0, 60, 60), (0, 3_600))], who="ann")
    page.wait_for_timeout(5_000)
    assert drawn.evaluate(COLOURS) == [RED]
    assert tiles.nth(1).locator("img.outlines").evaluate(COLOURS) == [GREY]
    page.reload()
    expect(page.locator("img.outlines")).to_have_count(3, timeout=60_000)
    switch.click()
    expect(page.locator("img.outlines")).to_have_count(0)
    store.close()
    assert dashboard.faults() == []


def test_gallery_and_viewer_lead_to_drawing_on_what_is_selected(
    page: Page, dashboard: Dashboard
) -> None:
    page.goto(f"{dashboard.url}/images?project=cells")
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(3, timeout=60_000)
    tiles.nth(0).click()
    tiles.nth(2).click(modifiers=["Control"])
    page.get_by_role("button", name="Annotate 2 images").click()
    expect(page.get_by_text("Only the 2 images you chose")).to_be_visible(timeout=30_000)
    name = page.locator(".image-name")
    expect(name).to_have_text("first.tif")
    page.keyboard.press("ArrowRight")
    expect(name).to_have_text("stack.tif")
    expect(page.locator(".place")).to_have_text("2 of 2")
    page.get_by_role("link", name="Images", exact=True).click()
    expect(tiles).to_have_count(3, timeout=30_000)
    tiles.nth(1).click()
    tiles.nth(2).click(modifiers=["Control"])
    page.keyboard.press("Enter")
    button = page.locator(".viewer .annotate")
    expect(button).to_have_text("Annotate selected (2)", timeout=30_000)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(button).to_have_text("Annotate")
    page.keyboard.press("ArrowRight")
    expect(button).to_have_text("Annotate selected (2)")
    button.click()
    expect(page.get_by_text("Only the 2 images you chose")).to_be_visible(timeout=30_000)
    expect(name).to_have_text("second.tif")
    expect(page.locator('[role="dialog"]')).to_have_count(0)
    page.get_by_role("button", name="Show all images").click()
    expect(page.locator(".place")).to_have_text("2 of 3", timeout=30_000)
    page.get_by_role("link", name="Images", exact=True).click()
    expect(tiles).to_have_count(3, timeout=30_000)
    tiles.nth(2).dblclick()
    expect(button).to_have_text("Annotate", timeout=30_000)
    page.keyboard.press("d")
    expect(name).to_have_text("stack.tif", timeout=30_000)
    expect(page.get_by_text("Only the")).to_have_count(0)
    assert dashboard.faults() == []
