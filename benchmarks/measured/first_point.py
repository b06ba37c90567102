"""From the press of Train to the first point of the curve, in Chromium, with warm workers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.chromium import chromium, require_chromium
from benchmarks.pictures import write_labelled_pictures
from benchmarks.processes import measure
from benchmarks.results import Section, Target, median, spread
from benchmarks.servers import served
from benchmarks.visits import clicked, window

__all__ = ["run"]

_IMAGES, _LEARNED, _SIDE = 180, 135, 256
_SECONDS = 3
_PROJECT = "benchmark"
_READY = 'stopwatch.says("[data-testid=stCaptionContainer]", "TensorFlow is ready.")'
# Importing TensorFlow takes minutes where many processes want the same cores.
_WARM_MS = 300_000
_WARMED = """async ([ready, most]) => {
  const usual = stopwatch.limit;
  stopwatch.limit = most;
  const taken = await stopwatch.until(ready);
  stopwatch.limit = usual;
  return taken;
}"""
# A marker of an epoch, or a line between two reports within it: whatever is to be seen first.
_DRAWN = (
    'stopwatch.all(".js-plotly-plot .scatterlayer .points path").length > 0 || '
    'stopwatch.all(".js-plotly-plot .scatterlayer path.js-line")'
    '.some((line) => (line.getAttribute("d") || "").includes("L"))'
)


@dataclass(frozen=True)
class _Round:
    """Seconds until TensorFlow was ready on the page, and from Train to the first point."""

    warm: float
    first: float


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Train in freshly started servers.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    rounds = []
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as text, chromium() as browser:
        room = Path(text)
        say(f"  making a project of {_IMAGES} images")
        write_labelled_pictures(room / "files", _IMAGES, ("red", "white", "blue"), _SIDE, 3)
        task = {"files": str(room / "files"), "project": str(room / "project")}
        if measure("projects.images", task)["files"] != _IMAGES:
            raise RuntimeError("The project to be measured is incomplete.")
        for number in range(repeats):
            say(f"  round {number + 1} of {repeats}")
            # Another copy each time: what a training leaves in the cache would help the next.
            workspace = room / f"workspace-{number}"
            shutil.copytree(room / "project", workspace / _PROJECT)
            rounds.append(_round(browser, workspace))
            shutil.rmtree(workspace)
    return _section(rounds)


def _round(browser: Browser, workspace: Path) -> _Round:
    with served("app.py", workspace) as server:
        page = window(browser)
        page.goto(f"{server.address}/train?project={_PROJECT}", wait_until="commit")
        warm = float(page.evaluate(_WARMED, [_READY, _WARM_MS]))
        first = clicked(page, page.locator(".st-key-train-start button"), _DRAWN)
        page.context.close()
    return _Round(warm / 1000, first / 1000)


def _section(rounds: list[_Round]) -> Section:
    first = [each.first for each in rounds]
    return Section(
        title="First point",
        header=["Seconds", "ours"],
        rows=[
            [
                "Opening the Train page of a fresh server, until it says that TensorFlow is ready.",
                spread([each.warm for each in rounds], 1),
            ],
            ["From the press of Train until the first point of a curve is drawn", spread(first, 1)],
        ],
        how=[
            f"A project of {_IMAGES} images of {_SIDE}x{_SIDE}x3 in 3 categories, of which "
            f"{_LEARNED} are learned from, with the settings that are proposed; a fresh copy of it "
            "and a fresh server each round, in headless Chromium at 1400x900. Timed inside the "
            "page; the first point is whatever is to be seen first of the curves, a marker or a "
            "line.",
        ],
        targets=[
            Target(
                f"From Train to the first point with {_LEARNED} images, workers warm",
                median(first),
                _SECONDS,
                "s",
                at_least=False,
                digits=1,
            )
        ],
    )
