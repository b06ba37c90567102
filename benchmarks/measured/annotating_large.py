"""How long a person waits who draws on images that are too large for one bitmap."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.chromium import chromium, require_chromium
from benchmarks.processes import measure
from benchmarks.results import Section, Target, median, spread
from benchmarks.servers import Server, served
from benchmarks.visits import window

__all__ = ["run"]

_FULL, _SLIDE = 4096, 20_000
_PANS = 8
_PICTURE = "stopwatch.all('.frame > img').some((image) => image.naturalWidth > 0)"
_FRESH = (
    "stopwatch.all('.frame > img')[0].src !== {before!r} && !stopwatch.all('.frame.busy').length"
)
# Points all over the frame lie on tiles that have come, with every pixel of the file.
_COVERED = """(() => {
  const [frame] = stopwatch.all('.frame');
  const box = frame.getBoundingClientRect();
  const tiles = stopwatch.all('.detail img')
    .filter((tile) => tile.dataset.step === '1' && !tile.hidden && tile.complete)
    .map((tile) => tile.getBoundingClientRect());
  const shares = [0.01, 0.3, 0.6, 0.99];
  return shares.every((across) => shares.every((down) => {
    const [x, y] = [box.left + across * box.width, box.top + down * box.height];
    const over = (tile) => tile.left <= x && x <= tile.right && tile.top <= y && y <= tile.bottom;
    return tiles.some(over);
  }));
})()"""


@dataclass
class _Took:
    """Milliseconds, and megabytes of the dashboard."""

    full: list[float] = field(default_factory=list)
    following: list[float] = field(default_factory=list)
    prepared: list[float] = field(default_factory=list)
    cached: list[float] = field(default_factory=list)
    near: list[float] = field(default_factory=list)
    pans: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    workers: list[float] = field(default_factory=list)


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Look at images of 4,096 and of 20,000 pixels a side.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    took = _Took()
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room, chromium() as browser:
        workspace = Path(room) / "workspace"
        workspace.mkdir()
        say(f"  making two images of {_FULL} x {_FULL} and one of {_SLIDE} x {_SLIDE}")
        full = {"project": str(workspace / "full"), "side": _FULL, "images": 2, "channels": 3}
        slide = {"project": str(workspace / "slide"), "side": _SLIDE, "images": 1, "channels": 1}
        measure("projects.large", {**full, "tiled": False})
        measure("projects.large", {**slide, "tiled": True})
        for number in range(repeats):
            say(f"  round {number + 1} of {repeats}")
            for project in ("full", "slide"):
                shutil.rmtree(workspace / project / "cache" / "planes", ignore_errors=True)
            shutil.rmtree(workspace / "slide" / "cache" / "pyramids", ignore_errors=True)
            with served("app.py", workspace) as server:
                _see_full(browser, server, took)
                took.prepared.append(_open(browser, f"{server.address}/annotate?project=slide"))
            shutil.rmtree(workspace / "slide" / "cache" / "planes", ignore_errors=True)
            # A dashboard that was started anew has nothing in memory, only what lies on the disk.
            with served("app.py", workspace) as server:
                _see_slide(browser, server, took)
    return _section(took)


def _open(browser: Browser, address: str) -> float:
    page = window(browser)
    milliseconds = _opened(page, address)
    page.context.close()
    return milliseconds


def _opened(page: Page, address: str) -> float:
    page.goto(address, wait_until="commit")
    return float(page.evaluate("condition => stopwatch.until(condition)", _PICTURE))


def _see_full(browser: Browser, server: Server, took: _Took) -> None:
    """Open the first image and turn to the next."""
    page = window(browser)
    took.full.append(_opened(page, f"{server.address}/annotate?project=full"))
    page.locator(".count").first.wait_for()
    threading.Event().wait(1.0)
    before = page.evaluate("stopwatch.all('.frame > img')[0].src")
    condition = _FRESH.format(before=before)
    pressed = time.monotonic()
    page.keyboard.press("ArrowRight")
    page.evaluate("condition => stopwatch.until(condition)", condition)
    took.following.append(1000 * (time.monotonic() - pressed))
    page.context.close()


def _see_slide(browser: Browser, server: Server, took: _Took) -> None:
    """Open the image of 20,000 pixels, come near, and move on step by step."""
    page = window(browser)
    took.cached.append(_opened(page, f"{server.address}/annotate?project=slide"))
    frame = page.locator(".frame").bounding_box()
    if frame is None:
        raise RuntimeError("There is nothing to look at.")
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    begun = time.monotonic()
    while page.locator(".frame > img").evaluate("image => image.clientWidth") < _SLIDE:
        page.mouse.wheel(0, -500)
        page.wait_for_timeout(30)
    page.evaluate("condition => stopwatch.until(condition)", _COVERED)
    took.near.append(1000 * (time.monotonic() - begun))
    for number in range(_PANS):
        threading.Event().wait(0.3)
        page.mouse.move(x, y)
        page.mouse.down(button="middle")
        # Each way a good half of what is in sight, so that new tiles come in each time.
        across = frame["width"] * (0.4 if number % 2 else 0.35)
        page.mouse.move(x - 20, y, steps=2)
        page.evaluate(
            "condition => { window.timed = stopwatch.after(condition, 'pointermove'); }", _COVERED
        )
        page.mouse.move(x - across, y - frame["height"] * 0.3)
        took.pans.append(float(page.evaluate("timed")))
        page.mouse.up(button="middle")
    took.megabytes.append(server.megabytes())
    took.workers.append(server.worker_megabytes())
    page.context.close()


def _section(took: _Took) -> Section:
    limits: list[tuple[str, list[float], float]] = [
        (f"{_FULL} x {_FULL}, 3 channels of 16 bit: first full view", took.full, 1_500),
        ("… the next image", took.following, 500),
        (f"{_SLIDE} x {_SLIDE}: first view once its pyramid is there", took.cached, 2_000),
        ("… the tiles of a step to the side", took.pans, 300),
    ]
    return Section(
        title="Annotating large images",
        header=["Milliseconds", "median (range)"],
        rows=[
            *([what, spread(times, 0)] for what, times, _limit in limits),
            ["… first view of all, its pyramid made meanwhile", spread(took.prepared, 0)],
            ["… from the whole to every pixel, wheel turned meanwhile", spread(took.near, 0)],
            ["Megabytes of the dashboard then", spread(took.megabytes, 0)],
            ["Megabytes of the processes that decode for it", spread(took.workers, 0)],
        ],
        how=[
            f"Two plain TIFF files of {_FULL} x {_FULL} pixels, three channels of 16 bit, and an "
            f"OME-TIFF of {_SLIDE} x {_SLIDE}, one channel of 16 bit in packed tiles, in headless "
            "Chromium at 1400x900 without a cache. A first view counts from asking for the page. "
            "The dashboard is started anew before the pyramid's first view is measured. A step to "
            "the side moves a third of what is in sight, at every pixel, and counts from the move "
            "until tiles cover the frame."
        ],
        targets=[
            *(
                Target(what.removeprefix("… "), median(times), limit, "ms", at_least=False)
                for what, times, limit in limits
            ),
            Target(
                "The dashboard with a large image", max(took.megabytes), 500, "MB", at_least=False
            ),
        ],
    )
