"""One Chromium for all browser tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.dashboard import Dashboard
from tests.browser.desk import Desk, Sit
from tests.browser.gallery.gallery_driver import IMAGES, PAGE_SIZE, Demo, Start, make_images, tiles

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL in software where there is no graphics card; since Chromium 137 it must be asked for.
    "--enable-unsafe-swiftshader",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Chromium: among other tests its event loop would be in their way."""
    for item in items:
        if "chromium_path" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; without it the test is skipped, or fails where CI=true."""
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    message = "Chromium is not on the PATH; install the package chromium for the browser tests"
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)


# One for the package, not for the session: while Playwright runs, its event loop counts as running
# in this thread, and asyncio would refuse to work in the tests that follow.
@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A headless Chromium shared by the browser tests; it reaches this machine only."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=list(ARGUMENTS), headless=True
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window of 1400x900 with its own cookies and storage."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard without projects; who wants some there has a fixture of the same name."""
    server = Dashboard(tmp_path_factory.mktemp("dashboard") / "workspace")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start(page: Page, tmp_path: Path) -> Iterator[Start]:
    """Start a demo of its own and open it; afterwards no script may have failed."""
    demos: list[Demo] = []
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))

    def run(slowly: float = 0) -> tuple[Demo, Page]:
        make_images(tmp_path, IMAGES)
        demos.append(Demo(tmp_path, slowly))
        page.goto(demos[0].url)
        expect(tiles(page)).to_have_count(PAGE_SIZE, timeout=30_000)
        return demos[0], page

    yield run
    for demo in demos:
        demo.stop()
        demo.log.close()
    assert problems == []


@pytest.fixture
def sit(tmp_path: Path) -> Iterator[Sit]:
    """Make a desk with so many images."""
    desks: list[Desk] = []

    def make(images: int) -> Desk:
        desks.append(Desk(tmp_path, images))
        return desks[-1]

    yield make
    for desk in desks:
        desk.close()
