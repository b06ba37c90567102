"""A dashboard with images to draw on, and a hand that draws on them, for browser tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tifffile
from playwright.sync_api import Locator, Page, expect

from piximi_core.annotation.regions import Region
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.objects import ObjectRow, list_objects
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from tests.browser.dashboard import Dashboard

__all__ = ["Hand", "begin", "disc", "made_up_images", "open_dashboard", "overlap", "pixels"]

SIDE = 256
# Discs of the second channel: centre and radius, in pixels.
NUCLEI = ((60, 60, 22), (150, 70, 18), (90, 170, 26), (200, 190, 20))


def made_up_images(folder: Path) -> list[Path]:
    """Write two 16-bit images of two channels with nuclei in the second, and a stack of planes."""
    rng = np.random.default_rng(0)
    ys, xs = np.mgrid[:SIDE, :SIDE] + 0.5
    nuclei = np.zeros((SIDE, SIDE))
    for x, y, radius in NUCLEI:
        nuclei += 20_000 * np.clip(radius - np.hypot(xs - x, ys - y), 0, 1)
    noise = rng.normal(1_000, 150, (2, SIDE, SIDE))
    cells = (noise + np.stack([np.zeros_like(nuclei), nuclei])).clip(0, 65_535).astype(np.uint16)
    paths = [folder / f"{name}.tif" for name in ("first", "second", "stack")]
    for path, turns in zip(paths[:2], (0, 1), strict=True):
        turned = np.rot90(cells, turns, axes=(1, 2))
        tifffile.imwrite(path, turned, imagej=True, metadata={"axes": "CYX"})
    planes = rng.integers(0, 60_000, (3, 2, 64, 64)).astype(np.uint16)
    tifffile.imwrite(paths[2], planes, imagej=True, metadata={"axes": "ZCYX"})
    return paths


def open_dashboard(folder: Path, images: Sequence[Path] = ()) -> Iterator[Dashboard]:
    """Serve a project "cells" of images, by default those that are made up."""
    server = Dashboard(folder / "workspace")
    store = create_store(server.workspace / "cells", "Cells")
    files = [SourceFile(file, file.name) for file in images or made_up_images(folder)]
    run_here(store, add_images.ask(store, files, add_images.AddOptions()))
    store.close()
    server.start()
    yield server
    server.stop()


def pixels(row: ObjectRow, side: int = SIDE) -> np.ndarray:
    """Return an object's mask in its image, bool ``[side, side]``."""
    whole = np.zeros((side, side), bool)
    x1, y1, x2, y2 = row.box
    whole[y1:y2, x1:x2] = Region(row.box, row.runs).mask()
    return whole


def overlap(row: ObjectRow, wanted: np.ndarray) -> float:
    """Intersection over union."""
    mask = pixels(row, len(wanted))
    return float((mask & wanted).sum() / (mask | wanted).sum())


def disc(x: float, y: float, radius: float) -> np.ndarray:
    """Pixels whose centres lie in a disc."""
    ys, xs = np.mgrid[:SIDE, :SIDE] + 0.5
    return np.asarray(np.hypot(xs - x, ys - y) <= radius)


# Whether the middle of each pixel of the image is amber on the canvas over it.
_AMBER = """(canvas, [left, top, scale, side]) => {
  const { x, y, width } = canvas.getBoundingClientRect();
  const dense = canvas.width / width;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const at = (column, row) => {
    const across = Math.floor((left - x + (column + 0.5) * scale) * dense);
    return 4 * (Math.floor((top - y + (row + 0.5) * scale) * dense) * canvas.width + across);
  };
  const amber = (i) => data[i] > 200 && data[i + 1] > 150 && data[i + 2] < 60 && data[i + 3] > 90;
  return Array.from({ length: side ** 2 }, (_, i) => amber(at(i % side, Math.floor(i / side))));
}"""


class Hand:
    """A mouse on the picture, in pixels of the image, and what the project has of it."""

    def __init__(self, page: Page, dashboard: Dashboard, image: str = "") -> None:
        self.page, self.dashboard = page, dashboard
        self.store = Store(dashboard.workspace / "cells")
        asked = f"&image={image}" if image else ""
        page.goto(f"{dashboard.url}/annotate?project=cells{asked}")
        self.ready()

    def ready(self) -> None:
        """Wait for the picture of the image and plane that were asked for."""
        expect(self.page.locator(".annotator.turning")).to_have_count(0, timeout=15_000)
        expect(self.page.locator(".frame img")).to_be_visible(timeout=60_000)
        expect(self.page.locator(".frame")).not_to_have_class(re.compile("busy|another"))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the image is on the screen."""
        box = self.page.locator(".frame img").bounding_box()
        assert box is not None
        width = self.page.locator(".frame img").evaluate("image => image.naturalWidth")
        scale = box["width"] / width
        return box["x"] + x * scale, box["y"] + y * scale

    def drag(self, *points: Sequence[float]) -> None:
        """Press on the picture once it is there, go along the points, let go."""
        self.ready()
        self.page.mouse.move(*self.at(*points[0]))
        self.page.mouse.down()
        for point in points[1:]:
            self.page.mouse.move(*self.at(*point), steps=6)
        self.page.mouse.up()

    def click(self, *points: Sequence[float]) -> None:
        """Click on each point of the picture, once it is there."""
        self.ready()
        for point in points:
            self.page.mouse.click(*self.at(*point))

    def ahead(self, side: int = SIDE) -> np.ndarray:
        """Return what is shown as about to be filled, bool ``[side, side]``."""
        self.page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
        (left, top), (right, _top) = self.at(0, 0), self.at(side, 0)
        asked = [left, top, (right - left) / side, side]
        found = self.page.locator("canvas.sketch").evaluate(_AMBER, asked)
        return np.array(found, bool).reshape(side, side)

    def saved(self) -> None:
        """Wait until nothing is on its way."""
        expect(self.page.locator(".state")).to_have_text("Saved", timeout=15_000)

    def objects(self, count: int) -> list[ObjectRow]:
        """Wait for so many objects on the page; return those of the project, the oldest first."""
        words = "1 object here" if count == 1 else f"{count} objects here"
        expect(self.count).to_contain_text(words, timeout=15_000)
        self.saved()
        return list_objects(self.store)

    @property
    def count(self) -> Locator:
        """The line that counts the objects."""
        return self.page.locator(".count")


def begin(hand: Hand) -> Hand:
    """Draw the first object, a rectangle from (10, 10) to (30, 24) of the kind "nucleus"."""
    page = hand.page
    page.keyboard.press("r")
    hand.drag((10, 10), (30, 24))
    page.get_by_text("What do you draw?").wait_for()
    page.keyboard.type("nucleus")
    page.keyboard.press("Enter")
    hand.objects(1)
    return hand
