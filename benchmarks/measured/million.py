"""A project of a million things: 100,000 images, and 900,000 objects in them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.chromium import chromium, require_chromium
from benchmarks.pictures import write_labelled_pictures
from benchmarks.processes import measure
from benchmarks.results import Section, Target, median, spread
from benchmarks.servers import served
from benchmarks.visits import opened_in_sight, pages_turned, window

__all__ = ["run"]

_FILES, _IMAGES, _OBJECTS = 100, 100_000, 900_000
_LABELS = 20
_OPEN_MS, _TURN_MS, _LABEL_MS, _MEGABYTES = 2_000, 400, 100, 600
_SAVED = "!stopwatch.all('.unsaved').some((node) => node.classList.contains('shown'))"


@dataclass
class _Took:
    """Milliseconds of each round."""

    opened: list[float] = field(default_factory=list)
    turned: list[float] = field(default_factory=list)
    labelled: list[float] = field(default_factory=list)


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Look at the images, then at the objects.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room:
        workspace = Path(room) / "workspace"
        kind = _make(Path(room), workspace, say)
        with served("app.py", workspace) as server, chromium() as browser:
            address = f"{server.address}/images?project=benchmark"
            took = {"images": _Took(), "objects": _Took()}
            for number in range(repeats):
                say(f"  round {number + 1} of {repeats}")
                _look(browser, address, took["images"])
                _look(browser, f"{address}&kind={kind}", took["objects"])
            megabytes = server.megabytes()
    return _section(took, megabytes)


def _make(room: Path, workspace: Path, say: Callable[[str], None]) -> str:
    say(f"  making a project of {_IMAGES:,} images and {_OBJECTS:,} objects")
    workspace.mkdir()
    write_labelled_pictures(room / "files", _FILES, ("red", "white"), 64, 3)
    task = {"project": str(workspace / "benchmark"), "files": str(room / "files")}
    made = measure("projects.million", {**task, "images": _IMAGES, "objects": _OBJECTS})
    if (made["images"], made["objects"]) != (_IMAGES, _OBJECTS):
        raise RuntimeError("The project to be measured is incomplete.")
    return str(made["kind"])


def _look(browser: Browser, address: str, took: _Took) -> None:
    took.opened.append(opened_in_sight(browser, address))
    page = window(browser)
    page.goto(address)
    page.evaluate("stopwatch.until('stopwatch.pictured(12)')")
    took.turned.append(pages_turned(page))
    took.labelled.append(_labelled(page))
    page.context.close()


def _labelled(page: Page) -> float:
    """Label by key, each once the one before is saved; return the median of milliseconds."""
    page.locator(".tile").first.click()
    times = []
    for number in range(_LABELS):
        begun = time.perf_counter()
        page.keyboard.press(str(1 + number % 2))
        page.evaluate("condition => stopwatch.until(condition)", _SAVED)
        times.append(1000 * (time.perf_counter() - begun))
    return median(times)


def _section(took: dict[str, _Took], megabytes: float) -> Section:
    def row(text: str, figure: Callable[[_Took], list[float]]) -> list[str]:
        return [text, *(spread(figure(each), 0) for each in took.values())]

    def slower(figure: Callable[[_Took], list[float]]) -> float:
        return max(median(figure(each)) for each in took.values())

    def target(text: str, figure: Callable[[_Took], list[float]], most: float) -> Target:
        return Target(f"A million things: {text}", slower(figure), most, "ms", at_least=False)

    return Section(
        title="A million things",
        header=["Milliseconds", *took],
        rows=[
            row("The Images page in a fresh window", lambda t: t.opened),
            row("The next page of the gallery", lambda t: t.turned),
            row("A label by key, until it is saved", lambda t: t.labelled),
        ],
        how=[
            f"A project of {_IMAGES:,} images, whose rows share the files of {_FILES}, and of "
            f"{_OBJECTS:,} objects in them, in headless Chromium at 1400x900; the targets are "
            f"about the slower of the two kinds. The dashboard then held {megabytes:,.0f} MB."
        ],
        targets=[
            target("Images with its thumbnails in sight", lambda t: t.opened, _OPEN_MS),
            target("a page turn", lambda t: t.turned, _TURN_MS),
            target("a label, until it is saved", lambda t: t.labelled, _LABEL_MS),
            Target(
                "A million things: memory of the dashboard",
                megabytes,
                _MEGABYTES,
                "MB",
                at_least=False,
            ),
        ],
    )
