"""How long a person who draws waits for the outline that the project keeps."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, WebSocket

from benchmarks.chromium import chromium, require_chromium
from benchmarks.processes import measure
from benchmarks.results import Section, Target, median, spread
from benchmarks.servers import served
from benchmarks.visits import window

__all__ = ["run"]

_SIDE = 2048
_CROWDS = {500: 100, 20_000: 200}  # milliseconds that a stroke may take, 95 of 100
_CLICK_MS, _OPEN_MS = 300, 1_500
_MESSAGE_KB, _MEMORY_MB = 200, 500
_SETTLED_MS = 3_000
_STROKES = 40
_PICTURE = "stopwatch.all('.frame img').some((image) => image.naturalWidth > 0)"
_AFTER = "condition => { window.timed = stopwatch.after(condition, 'pointerup'); }"
_COUNTED = "stopwatch.all('.count').some((node) => node.textContent.startsWith('{n} '))"


@dataclass
class _Took:
    """Milliseconds: until the picture stands, of each stroke, and of each smart click.

    Then the largest message after the page stood, in kB, and the dashboard's memory in MB.
    """

    opened: list[float] = field(default_factory=list)
    strokes: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    messages: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Draw on a large image with few and with many objects.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    took = {count: _Took() for count in _CROWDS}
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room, chromium() as browser:
        for count, each in took.items():
            workspace = Path(room) / f"workspace-{count}"
            workspace.mkdir()
            say(f"  making an image of {_SIDE} x {_SIDE} with {count:,} objects")
            task = {"project": str(workspace / "benchmark"), "side": _SIDE, "objects": count}
            found = measure("projects.crowded", task)
            made, columns = int(found["objects"]), int(found["columns"])
            with served("app.py", workspace) as server:
                for number in range(repeats):
                    say(f"  round {number + 1} of {repeats}")
                    address = f"{server.address}/annotate?project=benchmark"
                    made = _draw(browser, address, made, columns, each)
                    each.megabytes.append(server.megabytes())
    return _section(took)


def _draw(browser: Browser, address: str, count: int, columns: int, took: _Took) -> int:
    """Open the page and draw; return how many objects there are then.

    Parameters
    ----------
    columns
        How many things are to be seen in a row, of which some are clicked.
    """
    page = window(browser)
    sizes = _listen(page)
    page.goto(address, wait_until="commit")
    took.opened.append(_until(page, _PICTURE))
    _until(page, _COUNTED.format(n=f"{count:,}"))
    box = page.locator(".frame").bounding_box()
    place = page.locator(".frame img").bounding_box()
    if box is None or place is None:
        raise RuntimeError("There is nothing to draw on.")
    page.wait_for_timeout(_SETTLED_MS)
    sizes.clear()
    page.keyboard.press("r")
    for number in range(_STROKES):
        count += 1
        x, y = box["x"] + 20 + 9 * number, box["y"] + 60 + 7 * number
        took.strokes.append(_until_counted(page, (x, y), (x + 14, y + 12), count))
    page.keyboard.press("s")
    step = place["width"] / columns
    for number in range(_STROKES // 4):
        count += 1
        column, row = 3 + number, 2 + number // 2
        x, y = place["x"] + (column + 0.4) * step, place["y"] + (row + 0.35) * step
        took.clicks.append(_until_counted(page, (x, y), (x, y), count))
    # Streamlit draws what stands around the picture once the hand has rested.
    page.wait_for_timeout(_SETTLED_MS)
    took.messages.append(max(sizes) / 1000)
    page.context.close()
    return count


def _listen(page: Page) -> list[int]:
    """Return the list that will hold the size of each message of the server, in bytes."""
    sizes: list[int] = []

    def answered(response: Response) -> None:
        if response.request.method == "POST":
            sizes.append(int(response.headers.get("content-length", 0)))

    def connected(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: sizes.append(len(frame)))

    page.on("response", answered)
    page.on("websocket", connected)
    return sizes


def _until(page: Page, condition: str) -> float:
    """Return milliseconds since the page was asked for, when the condition holds."""
    return float(page.evaluate("condition => stopwatch.until(condition)", condition))


def _until_counted(
    page: Page, start: tuple[float, float], end: tuple[float, float], count: int
) -> float:
    """Return milliseconds from letting the button go until the object is drawn and counted."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=3)
    condition = _COUNTED.format(n=f"{count:,}")
    page.evaluate(
        "condition => { window.timed = stopwatch.after(condition, 'pointerup'); }", condition
    )
    page.mouse.up()
    return float(page.evaluate("timed"))


def _section(took: dict[int, _Took]) -> Section:
    def late(times: list[float]) -> float:
        return statistics.quantiles(times, n=20)[-1]

    fewest = min(took)
    return Section(
        title="Annotating",
        header=["Milliseconds", *(f"{count:,} objects" for count in took)],
        rows=[
            ["The page, until its image stands", *(spread(t.opened, 0) for t in took.values())],
            [
                "A stroke, until it is stored and drawn",
                *(spread(t.strokes, 0) for t in took.values()),
            ],
            ["… 95 of 100", *(f"{late(t.strokes):,.0f}" for t in took.values())],
            ["A smart click, until then", *(spread(t.clicks, 0) for t in took.values())],
            [
                "The largest message while one draws, kB",
                *(spread(t.messages, 0) for t in took.values()),
            ],
            ["Memory of the dashboard, MB", *(spread(t.megabytes, 0) for t in took.values())],
        ],
        how=[
            f"An image of {_SIDE} x {_SIDE} pixels, three channels of 16 bit, in headless Chromium "
            f"at 1400x900: {_STROKES} rectangles and {_STROKES // 4} smart clicks in each round, "
            "from letting the button go until the object that the project keeps is drawn and "
            "counted."
        ],
        targets=[
            *(
                Target(
                    f"A stroke among {count:,} objects, 95 of 100",
                    late(took[count].strokes),
                    limit,
                    "ms",
                    at_least=False,
                )
                for count, limit in _CROWDS.items()
            ),
            Target(
                "The largest message while one draws",
                max(max(t.messages) for t in took.values()),
                _MESSAGE_KB,
                "kB",
                at_least=False,
            ),
            Target(
                "The dashboard while one draws",
                max(max(t.megabytes) for t in took.values()),
                _MEMORY_MB,
                "MB",
                at_least=False,
            ),
            Target("A smart click", median(took[fewest].clicks), _CLICK_MS, "ms", at_least=False),
            Target(
                "Annotate, until its image stands",
                median(took[fewest].opened),
                _OPEN_MS,
                "ms",
                at_least=False,
            ),
        ],
    )
