"""Our pages against an empty Streamlit page with one button, in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.chromium import chromium, require_chromium
from benchmarks.results import Section, Target, interleaved, median, spread
from benchmarks.servers import served
from benchmarks.visits import CLICKS, LAPS, SWITCHES, Visit, visit_empty, visit_ours
from benchmarks.workspaces import CATEGORIES, IMAGES, PROJECT, workspace_of_many

__all__ = ["run"]

OURS, EMPTY = "ours", "empty page"
_FIRST_MS, _CLICK_MS, _SWITCH_MS, _IMAGES_MS, _MEGABYTES = 1500, 150, 500, 900, 350


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure first pages, clicks and memory of freshly started servers.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    with workspace_of_many(say, trained=True) as workspace, chromium() as browser:
        # The first page of all pays for starting the browser.
        _visit_empty(browser, workspace)
        visits = interleaved(
            {
                OURS: partial(_visit_ours, browser, workspace),
                EMPTY: partial(_visit_empty, browser, workspace),
            },
            repeats,
            say,
        )
    return _section(visits)


def _visit_ours(browser: Browser, workspace: Path) -> Visit:
    with served("app.py", workspace) as server:
        return visit_ours(browser, server, PROJECT)


def _visit_empty(browser: Browser, workspace: Path) -> Visit:
    with served("benchmarks/competitors/empty_page.py", workspace) as server:
        return visit_empty(browser, server)


def _section(visits: dict[str, list[Visit]]) -> Section:
    first = _row("First page of a fresh server: the projects", visits, lambda v: v.first)
    clicks = {
        name: _row(text, visits, lambda visit, name=name: visit.clicks[name])  # type: ignore[misc]
        for name, text in CLICKS.items()
    }
    switches = {
        name: _row(text, visits, lambda visit, name=name: visit.switches[name])  # type: ignore[misc]
        for name, text in SWITCHES.items()
    }
    images = _images_row(visits)
    memory = [visit.megabytes for visit in visits[OURS]]
    empty = [visit.megabytes for visit in visits[EMPTY]]
    workers = median([visit.workers for visit in visits[OURS]])
    rows = [
        first,
        _row("The same page in another window", visits, lambda v: v.second),
        images,
        *clicks.values(),
        *switches.values(),
    ]
    started = f"{workers:,.0f} MB" if workers else "none was started by then"
    return Section(
        title="Pages",
        header=["Milliseconds", OURS, EMPTY, "later"],
        rows=[
            [name, spread(our, 0), spread(their, 0), spread(late, 0)]
            for name, our, their, late in rows
        ],
        how=[
            f"A project of {IMAGES:,} images in {len(CATEGORIES)} categories, 100 thumbnails a "
            "page, against a Streamlit page with one button. Both are served by `streamlit run` "
            "with the same settings and started afresh for every round; headless Chromium, "
            "1400x900, a window without a cache for every first page. Timed inside the page: from "
            "asking for it until its content stands, and from the press of the mouse until the "
            "outcome does; of each sort of click the median of five. Pages of the project, which "
            "has a run, are turned to by the links beside them, one after the other, in "
            f"{LAPS} laps after one that is not counted, against the press of the empty page's "
            "button.",
        ],
        targets=[
            Target(
                "First page, later than the empty one", median(first[3]), _FIRST_MS, "ms", False, 0
            ),
            *(
                Target(
                    f"Click on Images, slower than on the empty page: {CLICKS[name].lower()}",
                    median(row[3]),
                    _CLICK_MS,
                    "ms",
                    False,
                    0,
                )
                for name, row in clicks.items()
            ),
            *(
                Target(
                    f"Turning to {name.capitalize()}, slower than a click on the empty page",
                    median(row[3]),
                    _IMAGES_MS if name == "images" else _SWITCH_MS,
                    "ms",
                    False,
                    0,
                )
                for name, row in switches.items()
            ),
            Target(
                "The Images page with its thumbnails, later than the empty one",
                median(images[3]),
                _IMAGES_MS,
                "ms",
                False,
                0,
            ),
            Target("Memory of the dashboard then", median(memory), _MEGABYTES, "MB", False, 0),
        ],
        notes=[
            f"Memory of the dashboard's process after that: {spread(memory, 0)} MB, of the empty "
            f"page's {spread(empty, 0)} MB (resident, 1 MB = 1,000,000 bytes). Its workers, apart: "
            f"{started}.",
        ],
    )


Row = tuple[str, list[float], list[float], list[float]]


def _row(text: str, visits: dict[str, list[Visit]], figure: Callable[[Visit], float]) -> Row:
    our, their = [figure(v) for v in visits[OURS]], [figure(v) for v in visits[EMPTY]]
    return text, our, their, [mine - other for mine, other in zip(our, their, strict=True)]


def _images_row(visits: dict[str, list[Visit]]) -> Row:
    """Compare the Images page with the empty page in another window, which is its like."""
    our = [visit.images for visit in visits[OURS]]
    their = [visit.second for visit in visits[EMPTY]]
    late = [mine - other for mine, other in zip(our, their, strict=True)]
    return "The Images page, all thumbnails in sight", our, their, late
