"""Rounds of the real dashboard in Chromium: labels by mouse and keyboard, the server killed."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

import psutil
from playwright.sync_api import Page, expect, sync_playwright

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.sources import SourceFile
from tests.browser.conftest import ARGUMENTS
from tests.soak.checks import State, check_project, require, state_of
from tests.soak.commands import write_pictures
from tests.soak.killing import REPOSITORY, environment, kill_tree, wait_gone

__all__ = ["BrowserRounds"]

_IMAGES = 60
_PATIENCE = 60_000  # milliseconds
_RELOAD_AFTER = 20_000


class _Dashboard:
    """``streamlit run app.py`` on a port of its own."""

    def __init__(self, workspace: Path, log: TextIO) -> None:
        self.workspace, self.log = workspace, log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)],
            cwd=REPOSITORY,
            env=environment(PIXIMI_WORKSPACE=str(self.workspace), PIXIMI_TOKEN="0"),
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(
                    f"http://127.0.0.1:{self.port}/_stcore/health", timeout=5
                ).close()
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("the dashboard does not start; its output is in dashboard.log")

    def kill(self) -> None:
        """Kill -9 the server alone; its workers must follow by themselves."""
        assert self.process is not None
        workers = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        left = wait_gone(workers)
        require(left == [], f"workers outlive their dashboard: {left}")

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            kill_tree(self.process.pid)
            self.process.wait()


class BrowserRounds:
    """One project, one browser window, one dashboard that is killed and started again.

    Parameters
    ----------
    folder
        Where the workspace and the dashboard's output go.
    chromium
        The browser's program.
    """

    def __init__(self, folder: Path, chromium: str) -> None:
        self.project = folder / "workspace" / "soak"
        self.chromium = chromium
        self.stack = ExitStack()
        log = self.stack.enter_context((folder / "dashboard.log").open("w"))
        self.dashboard = _Dashboard(self.project.parent, log)
        self.page: Page | None = None
        self.state: State = ({}, frozenset())
        self.categories: list[str] = []
        self.reloads = 0

    def close(self) -> None:
        """End dashboard and browser."""
        self.dashboard.end()
        self.stack.close()

    def round(self, dice: random.Random) -> dict[str, Any]:
        """Label, kill while labels are on their way, compare, start again, let the rest arrive."""
        page = self.page or self._begin(dice)
        clicked = dict(self.state[0])
        allowed = {name: {label} for name, label in clicked.items()}
        labels = dice.randint(1, 6)
        for _ in range(labels):
            new = self._label(page, dice)
            clicked |= new
            for name, label in new.items():
                allowed[name].add(label)
            if dice.random() < 0.5:
                self._saved(page)
            else:
                page.wait_for_timeout(dice.uniform(0, 250))
            if self._unsaved(page) == 0:
                allowed = {name: {label} for name, label in clicked.items()}
        page.wait_for_timeout(dice.uniform(0, 300))
        unsaved = self._unsaved(page)
        if unsaved == 0:
            allowed = {name: {label} for name, label in clicked.items()}
        self.dashboard.kill()
        found = check_project(self.project)
        lost = {n: (known, found[0][n]) for n, known in allowed.items() if found[0][n] not in known}
        require(lost == {}, f"labels that the browser showed as saved are gone: {lost}")
        self.dashboard.start()
        # The window stayed open: what was not saved is sent again.
        self._saved(page)
        self.state = self._now()
        require(self.state[0] == clicked, "labels that the browser repeated have not arrived")
        return {
            "killed": "dashboard",
            "labels": labels,
            "unsaved_at_the_kill": unsaved,
            "reloads_so_far": self.reloads,
            "acknowledged": labels - unsaved,
            "found": "all",
        }

    def _begin(self, dice: random.Random) -> Page:
        self.project.parent.mkdir(parents=True)
        store = create_store(self.project, "Soak")
        given = self.project.parent.parent / "given"
        write_pictures(given, "picture", dice, count=_IMAGES)
        source = SourceFile(given, "given")
        run_here(store, add_images.ask(store, [source], AddOptions(labels="folders")))
        self.categories = [category.name for category in list_categories(store)]
        store.close()
        self.state = check_project(self.project)
        self.dashboard.start()
        playwright = self.stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=self.chromium, args=list(ARGUMENTS), headless=True
        )
        self.stack.callback(browser.close)
        self.page = browser.new_page(viewport={"width": 1400, "height": 900})
        self.page.goto(f"http://127.0.0.1:{self.dashboard.port}/images?project=soak")
        expect(self.page.locator(".tile")).to_have_count(_IMAGES, timeout=_PATIENCE)
        return self.page

    def _label(self, page: Page, dice: random.Random) -> dict[str, str]:
        """Select an image and type a category's key; return what that makes of it."""
        place = dice.randrange(_IMAGES)
        number = dice.randrange(1, len(self.categories))
        tile = page.locator(".tile").nth(place)
        tile.click()
        page.keyboard.down("Shift")
        page.keyboard.type(page.locator(f"[data-category='{number}'] kbd").inner_text())
        page.keyboard.up("Shift")
        # The number is taken when Shift is let go, or a moment later.
        expect(tile.locator(".chip.label")).to_have_text(self.categories[number], timeout=_PATIENCE)
        return {list(self.state[0])[place]: self.categories[number]}

    def _now(self) -> State:
        """Return the labels as they are stored, in the order of the gallery."""
        store = Store(self.project)
        try:
            return state_of(store)
        finally:
            store.close()

    def _unsaved(self, page: Page) -> int:
        text = page.locator(".unsaved").text_content() or "0"
        return int(text.split()[0])

    def _saved(self, page: Page) -> None:
        """Wait until nothing waits for being saved; reload a window that does not get there."""
        try:
            expect(page.locator(".unsaved")).to_have_text("", timeout=_RELOAD_AFTER)
        except AssertionError:
            self.reloads += 1
            page.reload()
            expect(page.locator(".tile")).to_have_count(_IMAGES, timeout=_PATIENCE)
            expect(page.locator(".unsaved")).to_have_text("", timeout=_PATIENCE)
