"""The gallery of 10,000 images: from the press of the mouse to the picture, and its thumbnails."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.chromium import chromium, require_chromium
from benchmarks.results import Section, Target, interleaved, median, ratios, spread
from benchmarks.servers import Server, served
from benchmarks.workspaces import IMAGES, PROJECT, workspace_of_many

__all__ = ["run"]

OURS, PLAIN = "ours", "plain page"
_PER_PAGE = 100
_EACH = 10
_FEEDBACK_MS, _THUMBNAIL_MS = 50, 5
_STOPWATCH = (Path(__file__).parents[1] / "stopwatch.js").read_text(encoding="utf-8")
_QUIET_SECONDS = 0.4
_SELECT, _FEEDBACK, _TURN = "select", "feedback", "turn"
_TEXTS = {
    _SELECT: "An image, until it is drawn as selected",
    _FEEDBACK: "The next page, until the gallery shows that it heard",
    _TURN: "The next page, until its thumbnails in sight are drawn",
}
# The same thumbnails in a page without a server behind its buttons: what the browser itself takes.
_PLAIN_PAGE = """addresses => {
  document.body.innerHTML = `<style>
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(144px, 1fr)); gap: 8px; }
    .tile img { width: 100%; aspect-ratio: 1; } .chosen { outline: 3px solid teal; }
  </style><button class="next">Next</button><div class="grid"></div>`;
  const grid = document.querySelector(".grid");
  const draw = () => grid.replaceChildren(...addresses.shift().map((address) => {
    const tile = document.createElement("div");
    tile.className = "tile";
    tile.onclick = () => tile.classList.toggle("chosen");
    const image = document.createElement("img");
    image.src = address;
    tile.append(image);
    return tile;
  }));
  document.querySelector(".next").onclick = draw;
  draw();
}"""
_FETCH_ALL = """async (addresses) => {
  const signal = AbortSignal.timeout(stopwatch.limit);
  await Promise.all(addresses.map((address) => fetch(address, { signal })));
}"""

Times = dict[str, float]


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure clicks in the gallery and in a plain page of the same thumbnails.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    with (
        workspace_of_many(say) as workspace,
        served("app.py", workspace) as server,
        chromium() as browser,
    ):
        pages = _addresses(browser, server)
        times = interleaved(
            {
                OURS: partial(_in_the_gallery, browser, server),
                PLAIN: partial(_in_a_plain_page, browser, server, pages),
            },
            repeats,
            say,
        )
        thumbnails = [_from_cache(server, pages) for _ in range(repeats)]
    return _section(times, thumbnails)


def _window(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    page.add_init_script(_STOPWATCH)
    page.goto(address)
    return page


def _gallery(browser: Browser, server: Server) -> Page:
    page = _window(browser, f"{server.address}/images?project={PROJECT}")
    page.evaluate("stopwatch.until('stopwatch.pictured(12)')")
    return page


def _addresses(browser: Browser, server: Server) -> list[list[str]]:
    """Look through the pages that are measured, so that their thumbnails are made; return them."""
    page = _gallery(browser, server)  # stays open: the addresses are its session's
    found = []
    for number in range(_EACH + 2):
        images = page.locator(".tile img")
        found.append(images.evaluate_all("nodes => nodes.map((node) => node.src)"))
        page.evaluate(_FETCH_ALL, found[-1])
        page.locator("[data-page=next]").first.click()
        page.evaluate(
            "next => stopwatch.until(`stopwatch.says('.page-text', 'Page ${next} ')`)", number + 2
        )
    return found


def _clicked(page: Page, selector: str, place: int, condition: str) -> float:
    """Click; return milliseconds from the press until the frame in which the condition holds."""
    threading.Event().wait(_QUIET_SECONDS)
    page.evaluate("condition => { window.timed = stopwatch.after(condition); }", condition)
    page.locator(selector).nth(place).click()
    return float(page.evaluate("timed"))


def _in_the_gallery(browser: Browser, server: Server) -> Times:
    page = _gallery(browser, server)
    selected = "stopwatch.all('.tile')[{n}].getAttribute('aria-selected') === 'true'"
    heard = "stopwatch.all('.gallery.turning').length || stopwatch.says('.page-text', 'Page {n} ')"
    turned = "stopwatch.says('.page-text', 'Page {n} ') && stopwatch.pictured(12)"
    times = {
        _SELECT: [_clicked(page, ".tile", n, selected.format(n=n)) for n in range(_EACH)],
        _FEEDBACK: [
            _clicked(page, "[data-page=next]", 0, heard.format(n=n + 2)) for n in range(_EACH)
        ],
    }
    page.locator("[data-page=first]").first.click()
    times[_TURN] = [
        _clicked(page, "[data-page=next]", 0, turned.format(n=n + 2)) for n in range(_EACH)
    ]
    page.context.close()
    return {name: median(found) for name, found in times.items()}


def _in_a_plain_page(browser: Browser, server: Server, pages: list[list[str]]) -> Times:
    page = _window(browser, f"{server.address}/_stcore/health")
    page.evaluate(_PLAIN_PAGE, pages)
    page.evaluate("stopwatch.until('stopwatch.pictured(12)')")
    selected = "stopwatch.all('.tile')[{n}].classList.contains('chosen')"
    turned = "stopwatch.all('.tile img')[0].src.endsWith('{address}') && stopwatch.pictured(12)"
    times = {
        _SELECT: [_clicked(page, ".tile", n, selected.format(n=n)) for n in range(_EACH)],
        _TURN: [
            _clicked(page, ".next", 0, turned.format(address=pages[n + 1][0].split("/")[-1]))
            for n in range(_EACH)
        ],
    }
    page.context.close()
    return {name: median(found) for name, found in times.items()}


def _from_cache(server: Server, pages: list[list[str]]) -> float:
    """Fetch thumbnails one after the other over one connection; return the median milliseconds."""
    host = server.address.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    times = []
    for address in [address for page in pages[:3] for address in page]:
        begun = time.perf_counter()
        connection.request("GET", address.removeprefix(server.address))
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"A thumbnail answered {answer.status}.")
    connection.close()
    return median(times)


def _section(times: dict[str, list[Times]], thumbnails: list[float]) -> Section:
    rows, measured = [], {}
    for name, text in _TEXTS.items():
        ours = [found[name] for found in times[OURS]]
        plain = [found[name] for found in times[PLAIN] if name in found]
        measured[name] = median(ours)
        peer = [spread(plain, 0), spread(ratios(ours, plain))] if plain else ["–", "–"]
        rows.append([text, spread(ours, 0), *peer])
    rows.append(["One thumbnail from the cache, by HTTP", spread(thumbnails, 1), "–", "–"])
    return Section(
        title="Gallery",
        header=["Milliseconds", OURS, PLAIN, "ours / plain"],
        rows=rows,
        how=[
            f"A project of {IMAGES:,} images, {_PER_PAGE} thumbnails a page, in headless "
            "Chromium at 1400x900, against a page of plain `<img>` tiles of the same thumbnails, "
            "which asks no server what comes next. Timed inside the page, from the press of the "
            f"mouse to the frame that shows the outcome; medians of {_EACH} clicks a round. "
            "Thumbnails are fetched one after the other over one connection.",
        ],
        targets=[
            Target("Gallery: feedback to a click", measured[_SELECT], _FEEDBACK_MS, "ms", False, 0),
            Target(
                "Gallery: feedback to turning a page",
                measured[_FEEDBACK],
                _FEEDBACK_MS,
                "ms",
                False,
                0,
            ),
            Target(
                "Gallery: one thumbnail from the cache",
                median(thumbnails),
                _THUMBNAIL_MS,
                "ms",
                False,
                1,
            ),
        ],
    )
