"""What a person does in the browser, timed inside the page; our pages and the empty one alike."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, ViewportSize

from benchmarks.results import median
from benchmarks.servers import Server

__all__ = [
    "CLICKS",
    "LAPS",
    "SWITCHES",
    "Visit",
    "clicked",
    "opened_in_sight",
    "pages_turned",
    "visit_empty",
    "visit_ours",
    "window",
]

CLICKS = {
    "category": "A category, to see only its images",
    "page": "The next page of the gallery",
    "image": "An image, until the panel beside the gallery counts it as selected",
}
SWITCHES = {
    "train": "From another page of the project to Train",
    "evaluate": "… to Evaluate, its matrix drawn",
    "predict": "… to Predict",
    "export": "… to Export",
    "images": "… to Images, all thumbnails in sight",
}
_STOPWATCH = Path(__file__).with_name("stopwatch.js").read_text(encoding="utf-8")
_WINDOW: ViewportSize = {"width": 1400, "height": 900}
_PATIENCE_MS = 60_000
_CLICKS_EACH = 5
# After a click the page may still fetch thumbnails, and the server tidies up.
_QUIET_SECONDS = 0.4
_PRESSED = 'stopwatch.says("[data-testid=stMarkdown]", "Pressed {n} times")'
_IN_SIGHT = "stopwatch.pictured(12)"
LAPS = 3
# What each page is there for.
_STANDS = {
    "train": 'stopwatch.all(".st-key-train-start button").length > 0',
    "evaluate": 'stopwatch.all(".js-plotly-plot .main-svg").length > 0',
    "predict": 'stopwatch.all(".st-key-predict-bar button").length > 0',
    "export": 'stopwatch.says(".stButton button", "Export")',
    "images": _IN_SIGHT,
}


@dataclass
class Visit:
    """What one round has measured of one server.

    Attributes
    ----------
    first, second, images
        Milliseconds from asking for the first page of a fresh server, the same page in another
        window, and the Images page with its thumbnails, until each stands.
    clicks, switches
        Milliseconds from the press of the mouse until the outcome stands, or the page that a link
        beside the pages leads to; the median of several.
    megabytes, workers
        Memory of the server's process then, and of the workers it started.
    """

    first: float = 0.0
    second: float = 0.0
    images: float = 0.0
    clicks: dict[str, float] = field(default_factory=dict)
    switches: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0.0
    workers: float = 0.0


def visit_empty(browser: Browser, server: Server) -> Visit:
    """Open the empty page twice and press its button."""
    visit = Visit()
    condition = _PRESSED.format(n=0)
    visit.first = _opened(browser, server.address, condition)
    visit.second = _opened(browser, server.address, condition)
    page = window(browser)
    _open(page, server.address, condition)
    button = page.get_by_role("button", name="Press")
    times = [
        clicked(page, button, _PRESSED.format(n=number + 1)) for number in range(_CLICKS_EACH + 1)
    ]
    visit.clicks = dict.fromkeys(CLICKS, median(times[1:]))
    visit.switches = dict.fromkeys(SWITCHES, median(times[1:]))
    page.context.close()
    visit.megabytes, visit.workers = server.megabytes(), server.worker_megabytes()
    return visit


def visit_ours(browser: Browser, server: Server, project: str) -> Visit:
    """Open the list of projects twice, then the Images page, click there, and turn to others."""
    visit = Visit()
    listed = f'stopwatch.all(".st-key-open-{project} button").length > 0'
    visit.first = _opened(browser, server.address, listed)
    visit.second = _opened(browser, server.address, listed)
    page = window(browser)
    visit.images = _open(page, f"{server.address}/images?project={project}", _IN_SIGHT)
    visit.clicks = {
        "image": _images_clicked(page),
        "page": pages_turned(page),
        "category": _categories_chosen(page),
    }
    visit.megabytes, visit.workers = server.megabytes(), server.worker_megabytes()
    visit.switches = _switched(page)
    page.context.close()
    return visit


def opened_in_sight(browser: Browser, address: str) -> float:
    """Open a gallery in a window without a cache; return milliseconds until its pictures stand."""
    return _opened(browser, address, _IN_SIGHT)


def window(browser: Browser) -> Page:
    """Open a window without a cache, with the stopwatch on every page and a limit to each wait."""
    page = browser.new_context(viewport=_WINDOW).new_page()
    page.add_init_script(_STOPWATCH)
    page.set_default_timeout(_PATIENCE_MS)
    return page


def _open(page: Page, address: str, condition: str) -> float:
    page.goto(address, wait_until="commit")
    return float(page.evaluate("condition => stopwatch.until(condition)", condition))


def _opened(browser: Browser, address: str, condition: str) -> float:
    """Open an address in a window without a cache; return milliseconds."""
    page = window(browser)
    milliseconds = _open(page, address, condition)
    page.context.close()
    return milliseconds


def clicked(page: Page, target: Locator, condition: str) -> float:
    """Click with the mouse; return milliseconds until the condition holds."""
    threading.Event().wait(_QUIET_SECONDS)
    # The page keeps the promise while the mouse is moved and pressed.
    page.evaluate("condition => { window.timed = stopwatch.after(condition); }", condition)
    target.click()
    return float(page.evaluate("timed"))


def _images_clicked(page: Page) -> float:
    """Select one image after the other, as clicks in the gallery do."""
    page.locator(".tile").first.click()
    page.keyboard.down("Control")
    times = []
    for number in range(1, _CLICKS_EACH + 1):
        selected = f'stopwatch.says(".st-key-images-info", "{number + 1} images selected")'
        times.append(clicked(page, page.locator(".tile").nth(number), selected))
    page.keyboard.up("Control")
    page.keyboard.press("Escape")  # selected images would be counted in place of those shown
    return median(times)


def pages_turned(page: Page) -> float:
    """Turn one page of the gallery after the other; return the median of milliseconds."""
    times = []
    forward = page.locator("[data-page=next]").first
    for number in range(_CLICKS_EACH + 1):
        first = page.locator(".tile").first.get_attribute("data-id")
        turned = (
            f'stopwatch.says(".page-text", "Page {number + 2} ") && '
            f'stopwatch.all(".tile")[0].dataset.id !== "{first}"'
        )
        times.append(clicked(page, forward, turned))
    return median(times[1:])


def _categories_chosen(page: Page) -> float:
    """Choose one category after the other; each adds its images to those shown."""
    times = []
    page.locator(".st-key-filter button").first.click()
    pills = page.locator("[data-testid=stButtonGroup] [role=toolbar] button")
    pills.first.wait_for()
    for number in range(1, pills.count()):  # the first is Unknown, which has no images here
        before = page.locator(".count").first.inner_text()
        shown = f"stopwatch.all('.count')[0].textContent !== {before!r}"
        times.append(clicked(page, pills.nth(number), shown))
    return median(times[1:])


def _switched(page: Page) -> dict[str, float]:
    """Turn to one page of the project after the other, several times; the first lap only warms."""
    times: dict[str, list[float]] = {name: [] for name in SWITCHES}
    links = page.get_by_test_id("stSidebar")
    for _lap in range(LAPS + 1):
        for name in SWITCHES:
            link = links.get_by_role("link", name=name.capitalize())
            there = f'location.pathname.endsWith("/{name}") && {_STANDS[name]}'
            times[name].append(clicked(page, link, there))
    return {name: median(found[1:]) for name, found in times.items()}
