"""The whole job in a real browser, by mouse and keyboard, on real images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.jobs.folder import Job
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter, count_things, list_things
from piximi_core.project.database.store import Store, open_store
from piximi_core.services.scoring.scores import load_scores
from tests.bccd import cut_crops
from tests.browser.dashboard import Dashboard
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.browser

PER_CLASS = 90
UNLABELLED = 30
BY_KEYBOARD = 3


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
    server = Dashboard(tmp_path_factory.mktemp("dashboard") / "workspace", warm=True)
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
    _evaluate_and_click_a_cell(page, store)
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
    """Label some and undo that, then label them again: these labels stand when training starts."""
    page.goto(f"{page.url.split('?')[0]}?project=cells&state=unlabelled")
    tiles = page.locator("[role=option]")
    expect(tiles).to_have_count(UNLABELLED, timeout=30_000)
    _label_the_first(page, store)
    page.get_by_test_id("stSidebar").get_by_role("button", name="Undo").click()
    expect(tiles).to_have_count(UNLABELLED, timeout=30_000)
    assert count_things(store, ThingFilter(labelled=False)) == UNLABELLED
    settled(page)
    _label_the_first(page, store)


def _label_the_first(page: Page, store: Store) -> None:
    tiles = page.locator("[role=option]")
    tiles.nth(0).click()
    tiles.nth(BY_KEYBOARD - 1).click(modifiers=["Shift"])
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(BY_KEYBOARD)
    page.keyboard.down("Shift")
    page.keyboard.press("Digit1")
    page.keyboard.up("Shift")
    left = UNLABELLED - BY_KEYBOARD
    _until(page, lambda: count_things(store, ThingFilter(labelled=False)) == left)
    # The images just labelled no longer fit the filter.
    expect(tiles).to_have_count(left, timeout=30_000)


def _train_with_a_reload(page: Page, store: Store) -> None:
    go(page, "Train")
    epochs = page.get_by_label("Epochs", exact=True)
    expect(epochs).to_be_visible(timeout=30_000)
    epochs.fill("150")
    epochs.press("Enter")
    button = page.get_by_role("button", name=re.compile(r"Train on \d+, validate on \d+"))
    expect(button).to_be_enabled(timeout=30_000)
    settled(page)
    counted = [int(number) for number in re.findall(r"\d+", button.inner_text())]
    assert sum(counted) == 3 * PER_CLASS + BY_KEYBOARD, counted
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


def _evaluate_and_click_a_cell(page: Page, store: Store) -> None:
    go(page, "Evaluate")
    cells = _cells(store)
    unseen = sum(len(names) for names in cells.values())
    expect(
        page.get_by_text(re.compile(rf"Right on \d+ of {unseen} images never seen in training"))
    ).to_be_visible(timeout=60_000)
    # The fullest cell of mistakes, which tells rows from columns, or else of right answers.
    truth, predicted = max(cells, key=lambda cell: (cell[0] != cell[1], len(cells[cell])))
    chart = page.locator(".js-plotly-plot .heatmaplayer").first
    expect(chart).to_be_visible(timeout=30_000)
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(
        box["x"] + box["width"] * (predicted + 0.5) / 3,
        box["y"] + box["height"] * (truth + 0.5) / 3,
    )
    tiles = page.locator("[role=option]")
    expected = sorted(cells[truth, predicted])
    _until(
        page,
        lambda: sorted(_names(tiles.evaluate_all(_SPOKEN))) == expected,
        seconds=30,
    )


_SPOKEN = "(tiles) => tiles.map((tile) => tile.getAttribute('aria-label'))"


def _names(spoken: list[str]) -> list[str]:
    """What each tile is called: its spoken name begins with that of its image."""
    return [text.split(",")[0] for text in spoken]


def _cells(store: Store) -> dict[tuple[int, int], list[str]]:
    """Name the images checked on by label and likeliest class, from the scores as stored."""
    run = list_runs(store)[0]
    scores = load_scores(store.files.run(run.id))
    assert scores is not None
    likeliest = dict(zip(scores.keys, scores.probabilities.argmax(axis=1), strict=True))
    place = {one.id: number for number, one in enumerate(run.classes)}
    found: dict[tuple[int, int], list[str]] = {}
    for thing in list_things(store, ThingFilter(partitions=["Validation"], labelled=True)):
        cell = place[thing.category_id], int(likeliest[thing.key])
        found.setdefault(cell, []).append(thing.name)
    return found


def _predict_and_accept(page: Page, store: Store) -> None:
    go(page, "Predict")
    left = UNLABELLED - BY_KEYBOARD
    page.get_by_role("button", name=f"Predict {left} images").click()
    answered = page.get_by_role("button", name=f"Accept all {left} shown")
    expect(answered).to_be_visible(timeout=120_000)
    answered.click()
    _until(page, lambda: count_things(store, ThingFilter(labelled=False)) == 0)


def _export_and_download(page: Page, folder: Path) -> None:
    go(page, "Export")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text(re.compile("Read again and compared"))).to_be_visible(timeout=120_000)
    with page.expect_download(timeout=60_000) as download:
        page.get_by_role("link", name=re.compile(r"\.zip")).click()
    target = folder / download.value.suggested_filename
    download.value.save_as(target)
    assert check_for_piximi(target) == []
