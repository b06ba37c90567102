"""After a restart or a long cut nothing on a page is dead: it goes on, or says so and reloads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from piximi_core.jobs.folder import Job
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.runs import Run, RunClass, finish_run, register_run
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import create_project
from piximi_core.services.examples.digits import add_digits
from piximi_core.vocabulary import IMAGE_KIND, new_id
from tests.browser.dashboard import Dashboard
from tests.browser.wire import Wire

pytestmark = pytest.mark.browser

AGAIN = "this page was loaded again"


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[Dashboard]:
    server = Dashboard(tmp_path / "workspace")
    store = create_project("Digits", server.workspace)
    add_digits(store, limit=20)
    finished_export(store)
    store.close()
    server.start()
    yield server
    server.stop()


def finished_export(store: Store) -> None:
    """Put a run with an export there, as a training and an export leave them."""
    classes = tuple(RunClass(c.id, c.name, c.color) for c in list_categories(store)[1:4])
    run = Run(new_id(), IMAGE_KIND, 1, "Digits", {}, classes, {}, "", None, None)
    with store.write() as db:
        register_run(db, run)
        finish_run(db, run.id, {"val_accuracy": 0.9})
    job = Job.create(
        store.files.jobs / new_id(),
        "export",
        {"run_id": run.id, "format": "piximi", "stem": "Digits", "input_shape": [28, 28, 1]},
    )
    (job.folder / "Digits.zip").write_bytes(b"the classifier")
    job.finish({"files": ["Digits.zip"], "bytes": 14, "compared": 3, "difference": 0.0})


def test_a_download_works_after_a_restart(page: Page, dashboard: Dashboard) -> None:
    page.goto(f"{dashboard.url}/export?project=digits")
    link = page.get_by_role("link", name="Download Digits")
    expect(link).to_be_visible(timeout=60_000)
    dashboard.kill()
    expect(page.get_by_text("The dashboard does not answer")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("connected to the internet")).to_have_count(0)
    dashboard.start()
    expect(page.get_by_text(AGAIN)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("The dashboard does not answer")).to_have_count(0)
    with page.expect_download(timeout=60_000) as caught:
        link.click()
    assert Path(caught.value.path()).read_bytes() == b"the classifier"
    assert caught.value.suggested_filename == "Digits.zip"


def test_a_link_of_an_ended_session_reloads_instead_of_leading_to_an_error(
    page: Page, dashboard: Dashboard
) -> None:
    page.goto(f"{dashboard.url}/export?project=digits")
    link = page.get_by_role("link", name="Download Digits")
    expect(link).to_be_visible(timeout=60_000)
    # Pressed before the page had a moment to notice that it is of another server.
    page.route("**/alive/**", lambda route: route.abort())
    dashboard.kill()
    dashboard.start()
    link.click()
    page.unroute("**/alive/**")
    expect(page.get_by_text(AGAIN)).to_be_visible(timeout=60_000)
    assert "/export" in page.url


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["", "train", "images"])
def test_a_page_is_alive_after_a_cut_of_minutes(
    page: Page, dashboard: Dashboard, name: str
) -> None:
    """Streamlit forgets a session two minutes after its connection broke, as of a laptop asleep."""
    wire = Wire(dashboard.port)
    address = f"http://127.0.0.1:{wire.port}"
    try:
        page.goto(f"{address}/{name}?project=digits" if name else address)
        if name == "images":
            page.get_by_role("button", name="Add images").first.click(timeout=60_000)
            expect(page.get_by_role("dialog")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("button", name="Shortcuts")).to_be_visible(timeout=60_000)
        page.wait_for_timeout(2500)
        wire.cut()
        page.wait_for_timeout(140_000)
        wire.mend()
        expect(page.get_by_text(AGAIN)).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="Shortcuts").click(timeout=30_000)
        expect(page.get_by_role("dialog", name="Keyboard and mouse")).to_be_visible(timeout=30_000)
    finally:
        wire.close()


def test_a_blocked_module_says_what_to_do(page: Page, dashboard: Dashboard) -> None:
    page.route("**/assets/gallery.gallery-*.js", lambda route: route.abort())
    page.goto(f"{dashboard.url}/images?project=digits")
    expect(page.get_by_text("could not be loaded").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("BidiComponent")).to_have_count(0)
    page.unroute("**/assets/gallery.gallery-*.js")
    page.get_by_role("button", name="Reload the page").first.click()
    expect(page.get_by_role("option")).to_have_count(20, timeout=60_000)


def test_one_back_leads_to_the_page_before(page: Page, dashboard: Dashboard) -> None:
    page.goto(f"{dashboard.url}/images?project=digits")
    expect(page.get_by_role("option")).to_have_count(20, timeout=60_000)
    sidebar = page.get_by_test_id("stSidebar")
    for name in ("Export", "Train", "Evaluate"):
        sidebar.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", name=name, exact=True, level=1)).to_be_visible(
            timeout=60_000
        )
        page.wait_for_timeout(1500)  # what a page writes into its address comes after its title
    for name in ("Train", "Export"):
        page.go_back()
        expect(page.get_by_role("heading", name=name, exact=True, level=1)).to_be_visible(
            timeout=60_000
        )
    page.go_back()
    expect(page.get_by_role("option")).to_have_count(20, timeout=60_000)
