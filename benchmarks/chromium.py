"""Chromium, driven by Playwright."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks.processes import NotMeasured

__all__ = ["chromium", "find_chromium", "require_chromium"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_LONGEST_SECONDS = 2400
_ARGUMENTS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # WebGL in software where there is no graphics card; since Chromium 137 it must be asked for.
    "--enable-unsafe-swiftshader",
)


def find_chromium() -> str | None:
    """Return where Chromium is, None without it."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def require_chromium() -> str:
    """Return where Chromium is; raise `NotMeasured` without it."""
    path = find_chromium()
    if path is None:
        raise NotMeasured("Chromium is not on the PATH")
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a fresh headless Chromium, which is killed if it is needed for too long.

    A page that hangs answers nothing any more, and Playwright would wait for it for ever; when its
    browser dies, the wait ends with an error.

    Raises
    ------
    NotMeasured
        There is none on the PATH.
    """
    path = require_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(_ARGUMENTS), headless=True
        )
        over = threading.Timer(_LONGEST_SECONDS, _kill_browsers)
        over.daemon = True
        over.start()
        try:
            yield browser
        finally:
            over.cancel()
            browser.close()


def _kill_browsers() -> None:
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.name() in _NAMES or process.name().startswith(("chrom", "headless_shell")):
                process.kill()
