"""Drawing on an image that no machine shows as one bitmap: made ready once, seen in tiles, kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
import tifffile
from playwright.sync_api import Page, expect

from piximi_core.project.contents.objects import ObjectRow, list_objects
from piximi_core.project.database.store import Store
from tests.browser.annotate.drawing_room import open_dashboard
from tests.browser.dashboard import Dashboard

SIDE = 9_000
NUCLEUS = (6_100, 4_300, 60)  # x, y, radius
TILES = ".detail:not([hidden]) img:not([hidden])"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("large")
    pixels = np.tile(np.random.default_rng(0).integers(900, 1100, (900, 900), np.uint16), (10, 10))
    x, y, radius = NUCLEUS
    ys, xs = np.mgrid[y - 80 : y + 80, x - 80 : x + 80]
    inside = np.hypot(xs - x, ys - y) < radius
    pixels[y - 80 : y + 80, x - 80 : x + 80][inside] += 40_000
    path = folder / "slide.tif"
    tifffile.imwrite(path, pixels, rowsperstrip=64)
    yield from open_dashboard(folder, [path])


class Eye:
    """The large image on the page."""

    def __init__(self, page: Page, dashboard: Dashboard) -> None:
        self.page, self.store = page, Store(dashboard.workspace / "cells")
        self.overview = page.locator(".frame > img")
        page.goto(f"{dashboard.url}/annotate?project=cells")
        self.ready()

    def ready(self) -> None:
        expect(self.overview).to_be_visible(timeout=90_000)
        expect(self.page.locator(".frame")).not_to_have_class(re.compile("busy"), timeout=60_000)

    def at(self, x: float, y: float) -> tuple[float, float]:
        box = self.overview.bounding_box()
        assert box is not None
        return box["x"] + x * box["width"] / SIDE, box["y"] + y * box["height"] / SIDE

    def zoom_to(self, x: float, y: float) -> None:
        """Come so near that a pixel of the image is one of the screen or more."""
        for _ in range(12):
            box = self.overview.bounding_box()
            if box is not None and box["width"] >= SIDE:
                break
            self.page.mouse.move(*self.at(x, y))
            self.page.mouse.wheel(0, -400)
            self.page.wait_for_timeout(60)

    def drag(self, *points: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.at(*point), steps=5)
        self.page.mouse.up()

    def objects(self, count: int) -> list[ObjectRow]:
        words = "1 object here" if count == 1 else f"{count} objects here"
        expect(self.page.locator(".count")).to_contain_text(words, timeout=30_000)
        expect(self.page.locator(".state")).to_have_text("Saved", timeout=30_000)
        return list_objects(self.store)


def test_one_draws_on_a_large_image_and_finds_it_again(page: Page, dashboard: Dashboard) -> None:
    said: list[str] = []
    page.on("requestfinished", lambda request: said.append(request.url))
    eye = Eye(page, dashboard)
    assert eye.overview.evaluate("image => image.naturalWidth") == -(-SIDE // 8)
    assert list((dashboard.workspace / "cells/cache/pyramids").glob("*/*/pyramid.json"))
    x, y, radius = NUCLEUS
    eye.zoom_to(x, y)
    expect(page.locator(TILES).first).to_be_visible(timeout=20_000)
    expect(page.locator(TILES + "[data-step='1']").first).to_be_visible(timeout=20_000)
    assert all("box=" not in url or "step=" in url for url in said)
    seen = page.locator(TILES + "[data-step='1']").first
    assert seen.evaluate("image => image.naturalWidth") in (SIDE % 512, 512)

    page.keyboard.press("r")
    eye.drag((x - 70, y - 70), (x + 70, y + 70))
    page.get_by_text("What do you draw?").wait_for()
    page.keyboard.type("nucleus")
    page.keyboard.press("Enter")
    [box] = eye.objects(1)
    assert np.abs(np.subtract(box.box, (x - 70, y - 70, x + 70, y + 70))).max() <= 1
    page.keyboard.press("s")
    page.mouse.click(*eye.at(x, y))
    smart = next(row for row in eye.objects(2) if row.id != box.id)
    wanted = (x - radius, y - radius, x + radius, y + radius)
    assert np.abs(np.subtract(smart.box, wanted)).max() <= 3, "by the pixels of the file"
    expect(page.locator(".where")).to_contain_text(re.compile("4[0-9],[0-9]{3}"), timeout=10_000)

    page.reload()
    eye.ready()
    assert [row.box for row in eye.objects(2)] == [row.box for row in list_objects(eye.store)]


def test_what_is_far_out_is_seen_in_steps(page: Page, dashboard: Dashboard) -> None:
    eye = Eye(page, dashboard)
    page.mouse.move(*eye.at(4_500, 4_500))
    for _ in range(6):
        page.mouse.wheel(0, -200)
        page.wait_for_timeout(60)
        if eye.overview.bounding_box()["width"] > 2_600:
            break
    expect(page.locator(TILES + "[data-step='2']").first).to_be_visible(timeout=20_000)
    first = page.locator(TILES).count()
    # Moved by the middle button: what is in sight already is not asked for again.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "box=" in request.url else None)
    page.mouse.down(button="middle")
    page.mouse.move(*eye.at(4_400, 4_500), steps=4)
    page.mouse.up(button="middle")
    page.wait_for_timeout(600)
    assert len(asked) < first
    page.keyboard.press("0")


def test_the_page_says_that_an_image_is_made_ready(page: Page, dashboard: Dashboard) -> None:
    page.route("**/pictures/*/progress/*", lambda route: route.fulfill(json={"share": 0.426}))
    page.route("**/plane/*/0*", lambda route: (page.wait_for_timeout(2_500), route.continue_())[1])
    page.goto(f"{dashboard.url}/annotate?project=cells")
    said = page.locator(".preparing")
    expect(said).to_have_text("This large image is made ready once: 43 %", timeout=60_000)
    expect(page.locator(".frame > img")).to_be_visible(timeout=60_000)
    expect(said).to_be_hidden()
