"""Language and theme, chosen once, hold after a reload, in a new tab and on every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from piximi_ui.language.languages import catalogue
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

WAIT = 120_000
DARK, LIGHT = "rgb(13, 17, 19)", "rgb(255, 255, 255)"
es = catalogue("es").gettext


def test_language_and_theme_are_remembered(page: Page, dashboard: Dashboard) -> None:
    page.goto(dashboard.url)
    _shows(page, "Projects", LIGHT)
    _choose(page, "Settings", "Español")
    _shows(page, es("Projects"), LIGHT)
    page.reload()
    _shows(page, es("Projects"), LIGHT)
    _choose(page, es("Settings"), es("Dark"))
    _shows(page, es("Projects"), DARK)
    other = _another_tab(page.context, f"{dashboard.url}/help")
    _shows(other, es("Projects"), DARK)
    _choose(other, es("Settings"), "English")
    _shows(other, "Projects", DARK)
    page.reload()
    _shows(page, "Projects", DARK)
    assert dashboard.faults() == []


def _another_tab(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def _choose(page: Page, settings: str, wanted: str) -> None:
    page.get_by_role("button", name=settings).click()
    page.get_by_test_id("stPopoverBody").get_by_text(wanted, exact=True).click()


def _shows(page: Page, projects: str, background: str) -> None:
    link = page.get_by_test_id("stSidebar").get_by_role("link", name=projects, exact=True)
    expect(link).to_be_visible(timeout=WAIT)
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", background, timeout=WAIT)
    expect(page.locator("html")).to_have_attribute("lang", "en" if projects == "Projects" else "es")
