"""The whole job in a real browser, by mouse and keyboard, on real images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from piximi_core.formats.checker import check_for_piximi
from piximi_core.jobs.folder import Job
from piximi_core.project.categories import list_categories
from piximi_core.project.runs import list_runs
from piximi_core.project.store import Store, open_store
from piximi_core.project.things import ThingFilter, count_things
from tests.bccd import cut_crops
from tests.browser.dashboard import Dashboard
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.browser

PER_CLASS = 90
UNLABELLED = 30


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """270 crops in class-named folders and 30 in none; digits where there are no real cells."""
    folder = tmp_path_factory.mktemp("cells")
    bccd = REPOSITORY.parent / "shared" / "data" / "bccd"
    if bccd.is_dir():
        cut_crops(bccd, folder / "all", most=PER_CLASS + UNLABELLED // 3)
    else:
        _cut_digits(folder / "all")
    for kind in sorted((folder / "all").iterdir()):
        for number, path in enumerate(sorted(kind.iterdir())):
            labelled = number < PER_CLASS
            target = folder / ("labelled" if labelled else "rest") / (kind.name if labelled else "")
            target.mkdir(parents=True, exist_ok=True)
            path.rename(target / path.name)
    return folder


def _cut_digits(folder: Path) -> None:
    from sklearn.datasets import load_digits

    digits = load_digits()
    counts = dict.fromkeys(range(3), 0)
    for number, (scan, digit) in enumerate(zip(digits.images, digits.target, strict=True)):
        if counts.get(digit, 1000) < PER_CLASS + UNLABELLED // 3:
            counts[digit] += 1
            (folder / str(digit)).mkdir(parents=True, exist_ok=True)
            pixels = (scan * 15.9375).astype("uint8")
            Image.fromarray(pixels).resize((48, 48)).save(
                folder / str(digit) / f"digit-{number}.png"
            )


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    server = Dashboard(tmp_path_factory.mktemp("dashboard") / "workspace")
    server.start()
    yield server
    server.stop()


def settled(page: Page) -> None:
    """Wait until Streamlit has drawn what it was asked for."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=60_000)


def go(page: Page, name: str) -> None:
    link = page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True)
    address = re.compile(rf"/{name.lower()}\?.*project=cells")
    # Streamlit may drop a click in the moment of a rerun; a person clicks again.
    for _ in range(3):
        settled(page)
        link.click()
        with suppress(AssertionError):
            expect(page).to_have_url(address, timeout=10_000)
            break
    expect(page).to_have_url(address)
    expect(page.get_by_test_id("stSidebar")).to_be_visible()


def test_the_whole_job(page: Page, dashboard: Dashboard, cells: Path, tmp_path: Path) -> None:
    page.goto(dashboard.url)
    _create_project(page)
    store = open_store(dashboard.workspace / "cells")
    _add_images(page, store, cells)
    _label_by_keyboard(page, store)
    _train_with_a_reload(page, store)
    _evaluate_and_click_a_cell(page)
    _predict_and_accept(page, store)
    _export_and_download(page, tmp_path)
    assert dashboard.faults() == []


def _create_project(page: Page) -> None:
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name").fill("Cells")
    page.get_by_label("Name").press("Enter")
    expect(page).to_have_url(re.compile(r"/images\?project=cells"), timeout=30_000)


def _add_images(page: Page, store: Store, cells: Path) -> None:
    page.get_by_role("button", name="Add images").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Folder", exact=True).or_(
        dialog.get_by_text("Folder", exact=True)
    ).first.click()
    dialog.locator("input[webkitdirectory]").first.set_input_files(cells / "labelled")
    expect(dialog.get_by_text("270 files uploaded")).to_be_visible(timeout=60_000)
    expect(dialog.get_by_role("checkbox", name="Use folder names")).to_be_checked(timeout=30_000)
    dialog.get_by_role("button", name="Add 270 files").click()
    expect(page.locator("[role=option]").first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Add images").first.click()
    dialog.locator("input[type=file]").first.set_input_files(sorted((cells / "rest").iterdir()))
    expect(dialog.get_by_text("30 files uploaded")).to_be_visible(timeout=60_000)
    dialog.get_by_role("button", name="Add 30 files").click()
    expect(dialog).to_have_count(0, timeout=30_000)
    _until(page, lambda: count_things(store, ThingFilter()) == 300)
    assert len(list_categories(store)) == 4


def _until(page: Page, met: object, seconds: float = 60) -> None:
    assert callable(met)
    for _ in range(int(seconds * 5)):
        if met():
            return
        page.wait_for_timeout(200)
    raise AssertionError("this did not happen in time")


def _label_by_keyboard(page: Page, store: Store) -> None:
    page.goto(f"{page.url.split('?')[0]}?project=cells&state=unlabelled")
    tiles = page.locator("[role=option]")
    expect(tiles).to_have_count(UNLABELLED, timeout=30_000)
    tiles.nth(0).click()
    tiles.nth(2).click(modifiers=["Shift"])
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(3)
    page.keyboard.down("Shift")
    page.keyboard.press("Digit1")
    page.keyboard.up("Shift")
    _until(page, lambda: count_things(store, ThingFilter(labelled=False)) == UNLABELLED - 3)
    # The images just labelled no longer fit the filter.
    expect(tiles).to_have_count(UNLABELLED - 3, timeout=30_000)
    page.get_by_test_id("stSidebar").get_by_role("button", name="Undo").click()
    expect(tiles).to_have_count(UNLABELLED, timeout=30_000)


def _train_with_a_reload(page: Page, store: Store) -> None:
    go(page, "Train")
    epochs = page.get_by_label("Epochs", exact=True)
    expect(epochs).to_be_visible(timeout=30_000)
    epochs.fill("150")
    epochs.press("Enter")
    button = page.get_by_role("button", name=re.compile(r"Train on \d+, check on \d+"))
    expect(button).to_be_enabled(timeout=30_000)
    settled(page)
    assert "Train on 203, check on 67" in button.inner_text()
    button.click()
    epoch = page.get_by_text(re.compile(r"Epoch (\d+) of 150")).first
    expect(epoch).to_be_visible(timeout=120_000)
    seen = {epoch.inner_text()}
    _until(page, lambda: seen.add(epoch.inner_text()) or len(seen) >= 3)
    page.reload()
    expect(epoch).to_be_visible(timeout=60_000)
    (run,) = list_runs(store)
    job = Job(store.files.run(run.id))
    assert job.state().is_active, "the training ended before the reload was over"
    _until(page, lambda: list_runs(store)[0].has_classifier, seconds=180)
    expect(page.get_by_role("button", name="Evaluate", exact=True)).to_be_visible(timeout=30_000)
    assert list_runs(store)[0].summary["epochs"] == 150
    assert list_runs(store)[0].summary["val_accuracy"] > 0.85


def _evaluate_and_click_a_cell(page: Page) -> None:
    go(page, "Evaluate")
    expect(page.get_by_text(re.compile(r"Right on \d+ of 67 unseen images"))).to_be_visible(
        timeout=60_000
    )
    # The first of the numbers in the matrix stands in the cell (first class, first class).
    cell = page.locator(".js-plotly-plot .heatmaplayer").first
    expect(cell).to_be_visible(timeout=30_000)
    box = cell.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 6, box["y"] + box["height"] / 6)
    expect(page.get_by_text(re.compile(r"predicted (as|right)|correct", re.I)).first).to_be_visible(
        timeout=30_000
    )
    expect(page.locator("[role=option]").first).to_be_visible(timeout=30_000)


def _predict_and_accept(page: Page, store: Store) -> None:
    go(page, "Predict")
    page.get_by_role("button", name="Predict 30 images").click()
    expect(page.get_by_text("30 predictions to review")).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Accept all 30 shown").click()
    _until(page, lambda: count_things(store, ThingFilter(labelled=False)) == 0)


def _export_and_download(page: Page, folder: Path) -> None:
    go(page, "Export")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text(re.compile("Read again and compared"))).to_be_visible(timeout=120_000)
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("button", name=re.compile(r"\.zip")).click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    assert check_for_piximi(target) == []
