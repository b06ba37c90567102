"""Try one in a real browser: a file, a paste, a photograph; and Home's way to it and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.scoring.predict_files import predict_files
from piximi_core.services.training import train
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

# Draws a grey picture and puts it before the page as a paste would.
PASTE = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 60; canvas.height = 40;
  const context = canvas.getContext("2d");
  context.fillStyle = "#888"; context.fillRect(10, 10, 30, 20);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const data = new DataTransfer();
  data.items.add(new File([blob], "copied.png", { type: "image/png" }));
  document.body.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    server = Dashboard(tmp_path_factory.mktemp("dashboard") / "workspace", warm=True)
    store = create_store(server.workspace / "digits", "Digits")
    add_digits(store, limit=100)
    settings = ModelSettings(name="Digits", input_shape=(20, 20, 1), epochs=2, seed=1)
    run_here(store, train.ask(store, settings))
    store.close()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def store(dashboard: Dashboard) -> Store:
    return Store(dashboard.workspace / "digits")


def expected_words(store: Store, path: Path) -> str:
    """The most likely category and its share, as the command line would give them."""
    run = find_run(store, "latest")
    [shares] = predict_files(store.files.run(run.id), [SourceFile(path, "a.png")]).probabilities
    best = int(shares.argmax())
    return f"{run.classes[best].name} · {100 * float(shares[best]):.1f} %"


# Its worker loads TensorFlow first, which takes minutes on a machine that is busy elsewhere.
@pytest.mark.timeout(600)
def test_a_file_and_a_paste_are_answered_and_not_kept(
    page: Page, dashboard: Dashboard, store: Store
) -> None:
    [thing] = list_things(store, ThingFilter(labelled=False), limit=1)
    path = store.files.original(thing.file_sha256, thing.extension)
    page.goto(f"{dashboard.url}/predict?project=digits")
    page.get_by_text("Try one picture").click(timeout=60_000)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
    kept = page.get_by_text("The picture was not kept")
    expect(kept).to_be_visible(timeout=300_000)
    expect(page.get_by_text(expected_words(store, path))).to_be_visible()
    expect(page.get_by_text("Resized from 8×8 to 20×20 pixels.")).to_be_visible()
    assert list((store.files.cache / "tried").iterdir()) == []
    page.get_by_role("button", name="Clear").click()
    expect(kept).to_have_count(0)
    page.evaluate(PASTE)
    expect(page.get_by_text("copied.png")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Resized from 60×40 to 20×20 pixels.")).to_be_visible()
    expect(page.get_by_text(re.compile("3 channels turned into grey"))).to_be_visible()
    # Pasted while it is closed, it opens with the answer.
    page.reload()
    expect(page.locator(".paste")).to_be_attached(timeout=60_000)
    expect(page.locator(".paste")).not_to_be_visible()
    page.evaluate(PASTE)
    expect(page.get_by_text("copied.png")).to_be_visible(timeout=60_000)


def test_delete_is_taken_back_from_home(page: Page, dashboard: Dashboard) -> None:
    page.goto(dashboard.url)
    row = page.locator(".st-key-project-digits")
    expect(row.locator("img").first).to_have_js_property("complete", True, timeout=60_000)
    assert row.locator("img").first.evaluate("image => image.naturalWidth") > 0
    row.get_by_test_id("stPopover").get_by_role("button").first.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0, timeout=30_000)
    page.locator(".st-key-undo-delete-go button").click()
    expect(row).to_be_visible(timeout=30_000)
    row.get_by_role("button", name="Open").click()
    expect(page).to_have_url(re.compile(r"/images\?project=digits"), timeout=30_000)
    assert dashboard.faults() == []
