"""Labelling by key in the browser: how fast, and whether every label is where it was given."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from benchmarks.chromium import chromium, require_chromium
from benchmarks.results import Section, Target, median, spread
from benchmarks.servers import served
from benchmarks.workspaces import IMAGES, PROJECT, workspace_of_many
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store

__all__ = ["run"]

_KEYS = 100  # the images of one page
_PACE = 20  # keys a second
_WINDOW: ViewportSize = {"width": 1400, "height": 900}
_STOPWATCH = (Path(__file__).parents[1] / "stopwatch.js").read_text(encoding="utf-8")
_SAVED = "stopwatch.all('.unsaved').every((node) => node.textContent === '')"


@dataclass(frozen=True)
class _Round:
    """Keys a second that were pressed, seconds until all was saved, and labels that are wrong."""

    pace: float
    saving: float
    wrong: int


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Label a page by key at a steady pace, and another as fast as keys can be sent.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    steady, fast = [], []
    with (
        workspace_of_many(say) as workspace,
        served("app.py", workspace) as server,
        chromium() as browser,
    ):
        store = Store(workspace / PROJECT)
        address = f"{server.address}/images?project={PROJECT}"
        for number in range(repeats):
            say(f"  round {number + 1} of {repeats}")
            steady.append(_label(browser, address, store, number, _PACE))
            fast.append(_label(browser, address, store, number + 1, None))
    return _section(steady, fast)


def _label(browser: Browser, address: str, store: Store, shift: int, pace: int | None) -> _Round:
    """Label the first page, each image otherwise than its neighbour and than the round before."""
    page = browser.new_context(viewport=_WINDOW).new_page()
    page.add_init_script(_STOPWATCH)
    page.goto(address)
    page.evaluate("stopwatch.until('stopwatch.pictured(12)')")
    known = list_categories(store)
    choices = [1 + (number + shift) % (len(known) - 1) for number in range(_KEYS)]
    wanted = [known[choice].id for choice in choices]
    before = store.revision()
    page.locator(".tile").first.click()
    begun = time.perf_counter()
    _press(page, choices, pace)
    pressed = time.perf_counter()
    page.evaluate("condition => stopwatch.until(condition)", _SAVED)
    saved = time.perf_counter()
    page.context.close()
    found = [thing.category_id for thing in list_things(store, ThingFilter(), limit=_KEYS)]
    wrong = sum(is_there != was for is_there, was in zip(found, wanted, strict=True))
    doubled = abs(store.revision() - before - _KEYS)
    return _Round(_KEYS / (pressed - begun), saved - pressed, wrong + doubled)


def _press(page: Page, choices: list[int], pace: int | None) -> None:
    begun = time.perf_counter()
    for number, choice in enumerate(choices):
        due = begun + number / pace - time.perf_counter() if pace else 0
        if due > 0:
            threading.Event().wait(due)
        page.keyboard.press(str(choice))


def _section(steady: list[_Round], fast: list[_Round]) -> Section:
    rows = [
        [
            name,
            spread([each.pace for each in rounds], 0),
            spread([each.saving for each in rounds], 1),
            f"{sum(each.wrong for each in rounds)}",
        ]
        for name, rounds in ((f"{_PACE} keys a second", steady), ("As fast as they go", fast))
    ]
    return Section(
        title="Labelling by key",
        header=["100 images, one key each", "keys a second", "s until all saved", "labels wrong"],
        rows=rows,
        how=[
            f"The first page of a project of {IMAGES:,} images in headless Chromium at 1400x900: "
            f"one click on the first image, then {_KEYS} keys, each of another category than the "
            "one before. Then the database is compared with the keys: labels that are lost, "
            "doubled or with another image count as wrong.",
        ],
        targets=[
            Target(
                "Labelling by key: pictures a second",
                median([each.pace for each in fast]),
                _PACE,
                "a second",
                digits=0,
            ),
            Target(
                "Labelling by key: labels lost, doubled or misplaced",
                float(sum(each.wrong for each in [*steady, *fast])),
                0,
                "labels",
                at_least=False,
                digits=0,
            ),
        ],
    )
