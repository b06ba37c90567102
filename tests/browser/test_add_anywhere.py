"""Files dropped anywhere on the Images page, and what the dialog says before it adds any."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import create_store, open_store
from piximi_core.project.workspace import list_projects
from tests.browser.dashboard import Dashboard
from tests.services.conftest import write_tiff_pages

pytestmark = pytest.mark.browser

# A list of files as a drag carries it; a page cannot be given a real one by Playwright.
CARRY = """
(files) => {
  const transfer = new DataTransfer();
  for (const [name, bytes] of files) {
    transfer.items.add(new File([new Uint8Array(bytes)], name));
  }
  return transfer;
}
"""


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    server = Dashboard(tmp_path_factory.mktemp("dashboard") / "workspace")
    create_store(server.workspace / "cells", "Cells").close()
    server.start()
    yield server
    server.stop()


def png(shade: int) -> list[int]:
    stream = BytesIO()
    Image.fromarray(np.full((12, 16), shade, np.uint8)).save(stream, "PNG")
    return list(stream.getvalue())


def drop(page: Page, words: str, files: list[list[object]]) -> None:
    """Hold files over the page until it says what becomes of them, then let them go."""
    carried = page.evaluate_handle(CARRY, files)
    cover = page.get_by_text(words, exact=True)
    page.dispatch_event("body", "dragenter", {"dataTransfer": carried})
    # A browser repeats this as long as the files are held; the listener may come a moment later
    # than the words.
    for _ in range(100):
        page.dispatch_event("body", "dragover", {"dataTransfer": carried})
        if cover.is_visible():
            break
        page.wait_for_timeout(100)
    expect(cover).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": carried})
    expect(cover).to_have_count(0)


def zipped(**pictures: list[int]) -> list[int]:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in pictures.items():
            archive.writestr(f"{name}/1.png", bytes(content))
    return list(stream.getvalue())


def test_a_zip_dropped_on_the_list_of_projects_becomes_a_project(
    page: Page, dashboard: Dashboard
) -> None:
    page.goto(dashboard.url)
    expect(page.get_by_text("Start with your images")).to_be_visible(timeout=60_000)
    words = "Drop to start a project with these images"
    drop(page, words, [["Blood *cells* & co.zip", zipped(RBC=png(10), WBC=png(90))]])
    dialog = page.get_by_role("dialog")
    add = dialog.get_by_role("button", name="Add 2 pictures of 1 zip")
    expect(add).to_be_enabled(timeout=60_000)
    add.click()
    expect(page.get_by_role("option")).to_have_count(2, timeout=120_000)
    made = next(p for p in list_projects(dashboard.workspace) if p.name.startswith("Blood"))
    assert made.name == "Blood *cells* & co"
    assert (made.images, made.labelled) == (2, 2)


def test_files_dropped_on_the_page_come_into_the_project(
    page: Page, dashboard: Dashboard, tmp_path: Path
) -> None:
    page.goto(f"{dashboard.url}/images?project=cells")
    expect(page.get_by_text("No images yet")).to_be_visible(timeout=60_000)
    drop(page, "Drop to add images", [["one.png", png(10)], ["two.png", png(90)]])
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("2 files uploaded")).to_be_visible(timeout=60_000)
    expect(dialog.get_by_text("2 PNG, 8 bit, 1 channel, 1 plane, 16×12")).to_be_visible(
        timeout=60_000
    )
    # While it is open, more may be dropped: a stack that raises a question.
    stack = write_tiff_pages(tmp_path / "stack.tif", 6).read_bytes()
    more = page.evaluate_handle(CARRY, [["stack.tif", list(stack)]])
    page.dispatch_event("body", "drop", {"dataTransfer": more})
    expect(dialog.get_by_text("Say first how many channels")).to_be_visible(timeout=60_000)
    add = dialog.get_by_role("button", name="Add 3 files")
    expect(add).to_be_disabled()
    dialog.get_by_role("button", name="Suggestion: 1 channel").click()
    channels = dialog.get_by_role("combobox", name="Channels")
    expect(channels).to_have_value("6 frames = 1 channel × 6 planes", timeout=30_000)
    expect(add).to_be_enabled(timeout=30_000)
    add.click()
    expect(page.get_by_role("option")).to_have_count(3, timeout=120_000)
    store = open_store(dashboard.workspace / "cells")
    assert count_things(store, ThingFilter()) == 3
    store.close()
