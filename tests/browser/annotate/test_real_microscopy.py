"""Every tool and mode by real mouse and keys on a real microscopy image, with masks to compare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from scipy import ndimage
from skimage import draw, filters, measure

from piximi_core.images import read_picture
from tests.browser.annotate.drawing_room import Hand, begin, open_dashboard, overlap, pixels
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser
IMAGE = "8b_2c_actin-nuclei.tif"
SIDE = 450


@pytest.fixture
def image(shared_data: Path) -> Path:
    return shared_data / "piximi" / "images" / IMAGE


@pytest.fixture
def dashboard(tmp_path_factory: pytest.TempPathFactory, image: Path) -> Iterator[Dashboard]:
    yield from open_dashboard(tmp_path_factory.mktemp("real"), [image])


@pytest.fixture
def nuclei(image: Path) -> list[measure._regionprops.RegionProperties]:
    """Nuclei that stand apart, by Otsu's threshold of the smoothed channel, the roundest first."""
    channel = filters.gaussian(read_picture(image).pixels[0][..., 1].astype(float), 1.5)
    masks = ndimage.binary_fill_holes(channel > filters.threshold_otsu(channel))
    found = [
        region
        for region in measure.regionprops(measure.label(masks))
        if 150 < region.area < 1_500
        and min(region.bbox[:2]) > 12
        and max(region.bbox[2:]) < SIDE - 12
    ]
    return sorted(found, key=lambda region: -region.solidity)[:6]


def whole(region: measure._regionprops.RegionProperties) -> np.ndarray:
    """Its mask in the image."""
    mask = np.zeros((SIDE, SIDE), bool)
    mask[tuple(region.coords.T)] = True
    return mask


def test_tools_find_nuclei_of_a_real_image(
    page: Page, dashboard: Dashboard, nuclei: list[measure._regionprops.RegionProperties]
) -> None:
    hand = begin(Hand(page, dashboard))
    # Actin is in the first channel, and not asked about.
    page.locator(".looks summary").click()
    page.locator(".channel input[type=checkbox]").first.uncheck()
    found = {}
    for number, (key, region) in enumerate(
        zip(("b", "s", "t", "c", "Shift+M"), nuclei, strict=False)
    ):
        top, left, bottom, right = region.bbox
        y, x = region.centroid
        page.keyboard.press(key)
        if key in ("b", "t"):
            hand.drag((left - 2, top - 2), (right + 2, bottom + 2))
        elif key == "s":
            hand.click((x, y))
        elif key == "c":
            hand.drag((x, y), (x + 14, y))
        else:
            page.wait_for_timeout(1_500)
            edge = measure.find_contours(whole(region).astype(float), 0.5)[0][
                :: max(1, int(region.perimeter / 7))
            ]
            hand.click(*[(column + 0.5, row + 0.5) for row, column in edge[:-1]])
            page.keyboard.press("Enter")
        row = hand.objects(number + 2)[-1]
        found[key] = overlap(row, whole(region))
    assert min(found.values()) > 0.6, found
    assert sorted(found.values())[2] > 0.75, found


def test_shapes_and_modes_come_out_exactly(page: Page, dashboard: Dashboard) -> None:
    hand = begin(Hand(page, dashboard))
    box = np.zeros((SIDE, SIDE), bool)
    box[10:24, 10:30] = True
    assert np.array_equal(pixels(hand.objects(1)[0], SIDE), box)

    def shown(mask: np.ndarray) -> None:
        expect(page.locator(".object[aria-selected=true] .soft")).to_have_text(f"{mask.sum():,} px")
        hand.saved()
        assert np.array_equal(pixels(hand.objects(1)[0], SIDE), mask)

    more = np.zeros_like(box)
    more[20:40, 20:60] = True
    page.get_by_role("button", name="Add", exact=True).click()
    hand.drag((20, 20), (60, 40))
    shown(box | more)
    hole = np.zeros_like(box)
    hole[15:18, 14:20] = True
    page.get_by_role("button", name="Subtract", exact=True).click()
    hand.drag((14, 15), (20, 18))
    shown((box | more) & ~hole)
    kept = np.zeros_like(box)
    kept[0:30, 0:50] = True
    page.get_by_role("button", name="Intersect", exact=True).click()
    hand.drag((0, 0), (50, 30))
    shown(kept & (box | more) & ~hole)
    page.get_by_role("button", name="Invert", exact=True).click()
    shown(~(kept & (box | more) & ~hole))
    page.keyboard.press("Control+z")
    page.keyboard.press("Shift+F")
    shown(kept & (box | more))
    page.get_by_role("button", name="New", exact=True).click()
    page.keyboard.press("e")
    hand.drag((449.5, 449.5), (380, 400))
    row = hand.objects(2)[1]
    ys, xs = np.mgrid[:SIDE, :SIDE] + 0.5
    middle, half = (414.75, 424.75), (34.75, 24.75)
    ellipse = ((xs - middle[0]) / half[0]) ** 2 + ((ys - middle[1]) / half[1]) ** 2 <= 1
    assert overlap(row, ellipse) > 0.97
    assert max(row.box[2:]) <= SIDE
    page.keyboard.press("p")
    hand.click((100, 100), (200, 120), (150, 200))
    page.keyboard.press("Enter")
    corners = np.array([(99.5, 99.5), (119.5, 199.5), (199.5, 149.5)])
    assert overlap(hand.objects(3)[2], draw.polygon2mask((SIDE, SIDE), corners)) > 0.97
