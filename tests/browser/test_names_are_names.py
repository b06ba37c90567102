"""What people typed is shown as they typed it: never a link, a picture, an icon or mark-up."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from piximi_core.project.workspace import create_project
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

NAMES = [
    "[i](http://198.51.100.8/p.png)",
    "http://198.51.100.8/a and HTTPS://example.com/b",
    "www.example.com",
    "ada@lab.example",
    "![p](https://example.com/p.png)",
    "<https://example.com> <b>bold</b>",
    "a :red[colour] :smile: :material/home: $x^2$",
    "**bold** _thin_ `code` ~~gone~~ a -> b",
]
JOINER = "\u2060"


def test_no_name_of_a_project_is_a_link_or_mark_up(page: Page, tmp_path: Path) -> None:
    dashboard = Dashboard(tmp_path / "workspace")
    addresses = [create_project(name, dashboard.workspace).folder.name for name in NAMES]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    dashboard.start()
    try:
        page.goto(dashboard.url)
        expect(page.locator("[class*=st-key-project]").first).to_be_visible(timeout=60_000)
        for place in ["", *(f"/images?project={address}" for address in addresses)]:
            page.goto(f"{dashboard.url}{place}")
            wanted = NAMES if not place else [NAMES[addresses.index(place.split("=")[1])]]
            for name in wanted:
                page.wait_for_function(
                    "([name, joiner]) => document.body.innerText.replaceAll(joiner, '')"
                    ".includes(name)",
                    arg=[name, JOINER],
                    timeout=60_000,
                )
            foreign = page.locator(
                "a[href*='198.51'], a[href*='example.com'], a[href^='mailto:'], img[src*='198.51'],"
                "img[src*='example.com']"
            )
            expect(foreign).to_have_count(0)
    finally:
        dashboard.stop()
    assert [url for url in asked if "198.51" in url or "example.com" in url] == []
