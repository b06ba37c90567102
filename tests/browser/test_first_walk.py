"""What a newcomer does: from the address to the file for Piximi, and a step back by keyboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FileChooser, Locator, Page, expect
from sklearn.datasets import load_digits

from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.things import ThingFilter, count_things, list_things
from piximi_core.project.database.store import open_store
from tests.bccd import cut_crops
from tests.browser.dashboard import Dashboard
from tests.browser.desk import Sit
from tests.browser.test_main_job import settled
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.browser

PER_CLASS = 60
MOST_CLICKS = 8


class Mouse:
    """Clicks what can be seen, and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, target: Locator) -> None:
        expect(target).to_be_enabled(timeout=120_000)
        target.click()
        self.clicks += 1

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=re.compile(name)))

    def choose(self, name: str) -> FileChooser:
        with self.page.expect_file_chooser() as opened:
            self.button(name)
        return opened.value


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip of 180 real images in folders named after their classes."""
    folder = tmp_path_factory.mktemp("first")
    bccd = REPOSITORY.parent / "shared" / "data" / "bccd"
    if bccd.is_dir():
        cut_crops(bccd, folder / "cells", most=PER_CLASS)
    else:
        _cut_digits(folder / "cells")
    return Path(shutil.make_archive(str(folder / "cells"), "zip", folder, "cells"))


def _cut_digits(folder: Path) -> None:
    digits = load_digits()
    for digit in range(3):
        (folder / str(digit)).mkdir(parents=True)
        scans = digits.images[digits.target == digit][:PER_CLASS]
        for number, scan in enumerate(scans):
            pixels = (scan * 15.9375).astype("uint8")
            Image.fromarray(pixels).resize((48, 48)).save(folder / str(digit) / f"{number:03}.png")


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Dashboard]:
    server = Dashboard(tmp_path / "workspace", warm=True)
    server.start()
    yield server
    server.stop()


def test_from_the_address_to_the_file_in_eight_clicks(
    page: Page, dashboard: Dashboard, archive: Path, tmp_path: Path
) -> None:
    mouse = Mouse(page)
    page.goto(dashboard.url)
    mouse.choose("Choose images").set_files(archive)
    mouse.button("Add 180 pictures of 1 zip")
    mouse.button("Train on 180 images")
    mouse.button("See how good it is")
    mouse.button("Export for Piximi")
    expect(page).to_have_url(re.compile("/export"), timeout=60_000)
    mouse.click(page.get_by_role("button", name="Export", exact=True))
    with page.expect_download(timeout=120_000) as download:
        mouse.click(page.get_by_role("link", name=re.compile(r"Download .*\.zip")))
    download.value.save_as(tmp_path / "classifier.zip")
    assert check_for_piximi(tmp_path / "classifier.zip") == []
    assert mouse.clicks <= MOST_CLICKS
    (project,) = dashboard.workspace.glob("*/project.sqlite")
    store = open_store(project.parent)
    assert count_things(store, ThingFilter(labelled=True)) == 3 * PER_CLASS
    assert len(list_categories(store)) == 4
    assert dashboard.faults() == []


def test_ctrl_z_undoes_where_there_are_no_pictures(sit: Sit, page: Page) -> None:
    desk = sit(12)
    labelled = list_things(desk.store, ThingFilter(labelled=True))[0]
    before = desk.labels()
    label_things(desk.store, [labelled.id], desk.categories[0].id)
    after = desk.labels()
    assert after != before
    page.goto(desk.address.replace("/images", "/export"))
    expect(page.get_by_role("button", name="Undo", exact=True)).to_be_enabled(timeout=60_000)
    page.wait_for_function("window.piximiUndoes", timeout=60_000)
    settled(page)
    page.keyboard.press("Control+z")
    _until(page, lambda: desk.labels() == before)
    redo = page.get_by_role("button", name="Redo", exact=True)
    expect(redo).to_be_enabled(timeout=60_000)
    page.keyboard.press("Control+Shift+z")
    _until(page, lambda: desk.labels() == after)


def _until(page: Page, met: Callable[[], bool]) -> None:
    for _ in range(150):
        if met():
            return
        page.wait_for_timeout(200)
    raise AssertionError("this did not happen in time")
