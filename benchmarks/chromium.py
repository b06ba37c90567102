"""Chromium, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

__all__ = ["chromium", "find_chromium"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
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


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a fresh headless Chromium.

    Raises
    ------
    FileNotFoundError
        There is none on the PATH.
    """
    path = find_chromium()
    if path is None:
        raise FileNotFoundError("Chromium is not on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(_ARGUMENTS), headless=True
        )
        try:
            yield browser
        finally:
            browser.close()
