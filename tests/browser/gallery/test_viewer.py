"""Images in full size and beside each other, in a real browser, on real images where there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile
from playwright.sync_api import Locator, Page, expect

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.looks import look_of
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from tests.browser.dashboard import Dashboard
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.browser

REAL = REPOSITORY.parent / "shared" / "data" / "piximi" / "images"
STACK = "9z_1c_8b_shorter_3d_monolayer_xy1_ch0.tif"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    server = Dashboard(tmp_path_factory.mktemp("viewer") / "workspace")
    _add(server.workspace / "planes", _stacks(tmp_path_factory.mktemp("stacks")))
    _add(server.workspace / "colours", _colours(tmp_path_factory.mktemp("colours")))
    server.start()
    yield server
    server.stop()


def _add(folder: Path, files: list[Path]) -> None:
    store = create_store(folder, folder.name.title())
    sources = [SourceFile(file, file.name) for file in files]
    run_here(store, add_images.ask(store, sources, add_images.AddOptions()))
    store.close()


def _stacks(folder: Path) -> list[Path]:
    """A stack of nine planes, and the same one brighter."""
    stack = tifffile.imread(REAL / STACK) if REAL.is_dir() else _made_up((9, 256, 256), np.uint8)
    brighter = np.minimum(stack.astype(int) * 2, 255).astype(np.uint8)
    paths = [folder / "a.tif", folder / "b.tif"]
    for path, planes in zip(paths, (stack, brighter), strict=True):
        tifffile.imwrite(path, planes, imagej=True, metadata={"axes": "ZYX"})
    return paths


def _colours(folder: Path) -> list[Path]:
    """Three pictures of three deep channels."""
    name = REAL / "16b_3c_nueron-composite.tif"
    there = REAL.is_dir()
    planes = tifffile.imread(name) if there else _made_up((3, 512, 512), np.uint16)
    paths = [folder / f"{n}.tif" for n in range(3)]
    for turns, path in enumerate(paths):
        turned = np.rot90(planes, turns, axes=(1, 2))
        tifffile.imwrite(path, turned, imagej=True, metadata={"axes": "CYX"})
    return paths


def _made_up(shape: tuple[int, int, int], kind: type) -> np.ndarray:
    values = np.random.default_rng(0).gamma(2.0, 12.0, shape)
    return (values * (1 if kind is np.uint8 else 100)).clip(0, np.iinfo(kind).max).astype(kind)


def opened(page: Page, dashboard: Dashboard, project: str) -> tuple[Locator, Store]:
    page.goto(f"{dashboard.url}/images?project={project}")
    expect(page.locator("[role=option]").first).to_be_visible(timeout=60_000)
    return page.locator(".viewer"), Store(dashboard.workspace / project)


def close(page: Page, viewer: Locator) -> None:
    """Close the dialog as a person does: not while Streamlit is still drawing it."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=30_000)
    expect(viewer).to_have_count(0)


def test_channels_ranges_and_looks(page: Page, dashboard: Dashboard) -> None:
    viewer, store = opened(page, dashboard, "colours")
    page.locator("[role=option]").first.dblclick()
    expect(viewer.locator(".channel")).to_have_count(3, timeout=30_000)
    picture = viewer.locator(".frame img")
    keep = viewer.get_by_role("button", name="Keep for this image")
    expect(keep).to_be_disabled()
    viewer.get_by_label("Channel 2", exact=True).uncheck()
    expect(picture).to_have_attribute("src", re.compile("look=.*%2C-00ff00"), timeout=20_000)
    high = viewer.locator("input[type=number]").nth(1)
    high.fill("3000")
    high.press("Enter")
    expect(picture).to_have_attribute("src", re.compile("%3A3000%2C-00ff00"), timeout=20_000)
    keep.click()
    expect(viewer.get_by_role("status")).to_have_text("Kept.", timeout=30_000)
    expect(keep).to_be_disabled()
    close(page, viewer)
    thumb = page.locator("[role=option] img").first
    expect(thumb).to_have_attribute("src", re.compile("look="), timeout=30_000)
    page.locator("[role=option]").first.dblclick()
    expect(viewer.get_by_label("Channel 2", exact=True)).not_to_be_checked(timeout=30_000)
    viewer.get_by_role("button", name="Apply to all images").click()
    expect(viewer.get_by_role("status")).to_have_text("3 images are shown so.", timeout=30_000)
    looks = {look_of(thing) for thing in list_things(store, ThingFilter())}
    assert len(looks) == 1
    assert next(iter(looks)).ranges[0][1] == 3000
    viewer.get_by_role("button", name="Reset").click()
    expect(picture).not_to_have_attribute("src", re.compile("look="), timeout=20_000)
    close(page, viewer)
    page.get_by_test_id("stSidebar").get_by_role("button", name="Undo").click()
    expect(page.locator("[role=option] img").nth(1)).not_to_have_attribute(
        "src", re.compile("look="), timeout=30_000
    )


def test_the_next_image_planes_and_zoom_by_keyboard(page: Page, dashboard: Dashboard) -> None:
    viewer, _store = opened(page, dashboard, "planes")
    page.locator("[role=option]").first.focus()
    page.keyboard.press("Enter")
    expect(viewer.get_by_text("1 of 2")).to_be_visible(timeout=30_000)
    for _ in range(2):
        page.keyboard.press("PageDown")
    expect(viewer.get_by_text("Plane 3 of 9")).to_be_visible()
    picture = viewer.locator(".frame img")
    expect(picture).to_have_attribute("src", re.compile(r"/2(\?|$)"), timeout=20_000)
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_text("2 of 2")).to_be_visible(timeout=30_000)
    expect(viewer.get_by_text("Plane 3 of 9")).to_be_visible()
    expect(viewer.get_by_role("button", name="Next image")).to_be_disabled()
    page.keyboard.press("z")
    expect(viewer.get_by_text("100 %", exact=True).first).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(256, abs=1)
    frame = viewer.locator(".frame")
    frame.hover()
    page.mouse.wheel(0, -1200)
    larger = picture.bounding_box()
    assert larger is not None
    assert larger["width"] > 4 * box["width"]
    page.mouse.down()
    page.mouse.move(500, 500)
    page.mouse.up()
    moved = picture.bounding_box()
    assert moved is not None
    assert (moved["x"], moved["y"]) != (larger["x"], larger["y"])


def test_two_images_beside_each_other_move_together(page: Page, dashboard: Dashboard) -> None:
    viewer, _store = opened(page, dashboard, "planes")
    page.locator("[role=option]").nth(0).click()
    page.locator("[role=option]").nth(1).click(modifiers=["Control"])
    page.get_by_role("button", name="Compare").click(timeout=30_000)
    expect(viewer.locator(".stage")).to_have_count(2, timeout=30_000)
    expect(viewer.locator(".caption strong")).to_have_text(["a.tif", "b.tif"])
    # One range for both, so that the brighter one looks brighter.
    expect(viewer.locator(".channel")).to_have_count(1, timeout=30_000)
    page.keyboard.press("PageDown")
    page.keyboard.press("z")
    for at in (0, 1):
        picture = viewer.locator(".frame img").nth(at)
        expect(picture).to_have_attribute("src", re.compile(r"/1(\?|$)"), timeout=20_000)
        box = picture.bounding_box()
        assert box is not None
        assert box["width"] == pytest.approx(256, abs=1)
    high = viewer.locator("input[type=number]").nth(1)
    high.fill("77")
    high.press("Enter")
    for at in (0, 1):
        picture = viewer.locator(".frame img").nth(at)
        expect(picture).to_have_attribute("src", re.compile(r"%3A77$"), timeout=20_000)
    expect(viewer.get_by_role("button", name="Keep for both images")).to_be_enabled()
    assert dashboard.faults() == []
