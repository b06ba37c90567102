"""What the browser reckons while a hand draws, and how far a scripted hand gets on real nuclei."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from benchmarks.chromium import chromium, require_chromium
from benchmarks.measured.outlining import nuclei_files
from benchmarks.processes import NotMeasured, measure
from benchmarks.results import Section, Target
from benchmarks.servers import served
from benchmarks.visits import window

__all__ = ["run"]

_CROWDS, _SIDE = (5_000, 20_000), 2048
_MOVES = 60
_MOST_MS = 8.0
# A person takes about so long to aim, to pull a box, and to go around a nucleus with the lasso.
_AIM_SECONDS, _PULL_SECONDS, _AROUND_SECONDS = 0.7, 0.6, 2.0
_NUCLEI, _GOOD, _SPARE = 40, 0.8, 2
_COUNTED = "stopwatch.all('.count').some((node) => node.textContent.startsWith('{n} '))"
# What scripts take in each frame in which the pointer moved: its listeners, and what they left for
# the drawing of the frame. A message comes after the frame's own callbacks.
_WATCHED = """(() => {
  const frames = [];
  let [spent, moved] = [0, false];
  const timed = (act, moves) => function (...given) {
    const begun = performance.now();
    try {
      return act.apply(this, given);
    } finally {
      spent += performance.now() - begun;
      moved ||= moves;
    }
  };
  const known = new WeakMap();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const wrapped = (act) => {
    if (typeof act !== 'function') return act;
    if (!known.has(act)) known.set(act, timed(act, true));
    return known.get(act);
  };
  EventTarget.prototype.addEventListener = function (type, act, how) {
    return addEventListener.call(this, type, type === 'pointermove' ? wrapped(act) : act, how);
  };
  EventTarget.prototype.removeEventListener = function (type, act, how) {
    return removeEventListener.call(this, type, type === 'pointermove' ? wrapped(act) : act, how);
  };
  const request = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (act) => request(timed(act, false));
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    if (moved) frames.push(spent);
    [spent, moved] = [0, false];
  };
  const tick = () => {
    port2.postMessage(0);
    request(tick);
  };
  request(tick);
  window.takenInFrames = () => frames.splice(0);
})();"""


@dataclass
class _Hand:
    """What a scripted hand came to, for each nucleus: acts, seconds, agreement."""

    acts: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    agreement: list[float] = field(default_factory=list)


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Move the hand among many objects, and let it outline nuclei.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    spent: dict[int, list[float]] = {count: [] for count in _CROWDS}
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room, chromium() as browser:
        for count, frames in spent.items():
            workspace = Path(room) / f"workspace-{count}"
            workspace.mkdir()
            say(f"  making an image of {_SIDE} x {_SIDE} with {count:,} objects")
            task = {"project": str(workspace / "benchmark"), "side": _SIDE, "objects": count}
            measure("projects.crowded", task)
            with served("app.py", workspace) as server:
                for number in range(repeats):
                    say(f"  round {number + 1} of {repeats}")
                    address = f"{server.address}/annotate?project=benchmark"
                    frames += _moved(browser, address, count)
        try:
            hand = _outlined(browser, Path(room) / "nuclei", say)
        except NotMeasured as missing:
            say(f"  {missing}")
            hand = None
    return _section(spent, hand)


def _moved(browser: Browser, address: str, count: int) -> list[float]:
    """Return what scripts took in each frame of a stroke, a lasso, and of moving about."""
    page = window(browser)
    page.add_init_script(_WATCHED)
    page.goto(address, wait_until="commit")
    _until(page, _COUNTED.format(n=f"{count:,}"))
    box = page.locator(".frame").bounding_box()
    if box is None:
        raise RuntimeError("There is nothing to draw on.")
    threading.Event().wait(1.0)
    page.evaluate("takenInFrames()")
    for key, pressed in (("d", True), ("l", True), ("b", True), ("s", False), ("v", False)):
        page.keyboard.press(key)
        _swing(page, box, pressed=pressed)
        page.keyboard.press("Escape")
    found = [float(taken) for taken in page.evaluate("takenInFrames()")]
    page.context.close()
    if len(found) < _MOVES:
        raise RuntimeError(f"The browser drew {len(found)} frames while the hand moved.")
    return found


def _swing(page: Page, box: Any, *, pressed: bool) -> None:
    """Move about in waves; a button that is held is let go only after Escape has dropped it all."""
    middle, width = box["y"] + box["height"] / 2, box["width"] * 0.8
    page.mouse.move(box["x"] + 0.1 * box["width"], middle)
    if pressed:
        page.mouse.down()
    for number in range(_MOVES):
        share = number / _MOVES
        wave = 0.3 * box["height"] * np.sin(6 * share)
        page.mouse.move(box["x"] + 0.1 * box["width"] + share * width, middle + float(wave))
    if pressed:
        page.keyboard.press("Escape")
        page.mouse.up()


def _outlined(browser: Browser, workspace: Path, say: Callable[[str], None]) -> _Hand:
    """Let a hand pull boxes around nuclei, and mend by the lasso what does not fit."""
    image, masks = nuclei_files()
    task = {"project": str(workspace / "nuclei"), "image": str(image)}
    workspace.mkdir()
    measure("projects.nuclei", task)
    import tifffile

    labels = tifffile.imread(masks)
    hand = _Hand()
    with served("app.py", workspace) as server:
        page = window(browser)
        page.goto(f"{server.address}/annotate?project=nuclei", wait_until="commit")
        _until(page, "stopwatch.all('.frame > img').some((image) => image.naturalWidth > 0)")
        _until(page, "stopwatch.all('.count').length > 0")
        numbers = np.unique(labels)[1:]
        chosen = numbers[np.linspace(0, len(numbers) - 1, _NUCLEI).astype(int)]
        say(f"  {len(chosen)} nuclei by a scripted hand")
        for number in chosen:
            _outline(page, workspace / "nuclei", labels == number, hand)
        page.context.close()
    return hand


def _outline(page: Page, project: Path, truth: NDArray[np.bool_], hand: _Hand) -> None:
    from piximi_core.annotation.outlines import trace_mask

    rows, columns = np.nonzero(truth)
    corners = (
        (columns.min() - _SPARE, rows.min() - _SPARE),
        (columns.max() + 1 + _SPARE, rows.max() + 1 + _SPARE),
    )
    count, begun, acts = len(_masks(project)), time.monotonic(), 1
    waited = _draw(page, "b", corners, _PULL_SECONDS, count + 1)
    agreement = _best(project, truth)
    if agreement < _GOOD:
        # Seen to be wrong: taken back, and drawn around.
        page.keyboard.press("Control+z")
        _until(page, _COUNTED.format(n=count))
        ring = max((outline.outer for outline in trace_mask(truth)), key=len)
        # Not quite back to the start: the lasso closes itself.
        path = [tuple(corner) for corner in ring[: max(3, len(ring) * 9 // 10)]]
        waited += _draw(page, "l", path, _AROUND_SECONDS, count + 1)
        acts, agreement = 3, _best(project, truth)
    hand.acts.append(acts)
    hand.seconds.append(time.monotonic() - begun)
    hand.waited.append(waited)
    hand.agreement.append(agreement)


def _draw(page: Page, key: str, points: Any, seconds: float, count: int) -> float:
    """Aim, pull along the points at a person's pace; return the seconds until it is stored."""
    box = page.locator(".frame > img").bounding_box()
    if box is None:
        raise RuntimeError("There is nothing to draw on.")
    side = page.locator(".frame > img").evaluate("image => image.naturalWidth")
    places = [
        (box["x"] + x * box["width"] / side, box["y"] + y * box["width"] / side) for x, y in points
    ]
    page.keyboard.press(key)
    threading.Event().wait(_AIM_SECONDS)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        threading.Event().wait(seconds / (len(places) - 1))
        page.mouse.move(*place, steps=2)
    let_go = time.monotonic()
    page.mouse.up()
    _until(page, _COUNTED.format(n=count))
    return time.monotonic() - let_go


def _masks(project: Path) -> list[Any]:
    from piximi_core.project.contents.objects import list_objects
    from piximi_core.project.database.store import Store

    store = Store(project)
    try:
        return list_objects(store)
    finally:
        store.close()


def _best(project: Path, truth: NDArray[np.bool_]) -> float:
    """Return how far the object that fits a nucleus best agrees with it."""
    from piximi_core.annotation.regions import Region

    found = 0.0
    for row in _masks(project):
        mask = np.zeros_like(truth)
        x1, y1, x2, y2 = row.box
        mask[y1:y2, x1:x2] = Region(row.box, row.runs).mask()
        union = int((mask | truth).sum())
        found = max(found, int((mask & truth).sum()) / union)
    return found


def _until(page: Page, condition: str) -> None:
    page.evaluate("condition => stopwatch.until(condition)", condition)


def _section(spent: dict[int, list[float]], hand: _Hand | None) -> Section:
    def late(times: list[float]) -> float:
        return statistics.quantiles(times, n=20)[-1]

    rows = [
        [
            f"Scripts in a frame while the hand moves among {count:,} objects, milliseconds",
            f"{statistics.median(times):.1f}",
            f"{late(times):.1f}",
        ]
        for count, times in spent.items()
    ]
    targets = [
        Target(
            f"Scripts while the hand moves among {count:,} objects, 95 of 100 frames",
            late(times),
            _MOST_MS,
            "ms",
            at_least=False,
        )
        for count, times in spent.items()
    ]
    how = [
        f"An image of {_SIDE} x {_SIDE} pixels in headless Chromium at 1400x900: {_MOVES} moves "
        "each of brush, lasso and box with the button held, and of smart click and selection "
        "without. "
        "Counted are all listeners of the pointer and what they leave for the drawing of the frame."
    ]
    if hand is None:
        notes = ["The scripted hand was not measured: the nuclei of stardist are not at hand."]
        return Section("Annotating, hand", ["", "median", "95 of 100"], rows, how, targets, notes)
    acts, seconds = statistics.mean(hand.acts), statistics.mean(hand.seconds)
    rows += [
        ["Acts of a scripted hand per nucleus (mean; most)", f"{acts:.2f}", str(max(hand.acts))],
        [
            "Its seconds per nucleus",
            f"{statistics.median(hand.seconds):.1f}",
            f"{late(hand.seconds):.1f}",
        ],
        [
            "… of which it waits for the program",
            f"{statistics.median(hand.waited):.2f}",
            f"{late(hand.waited):.2f}",
        ],
    ]
    how.append(
        f"The scripted hand outlines {len(hand.acts)} nuclei of the example picture of stardist: "
        f"it aims for {_AIM_SECONDS} s, pulls a box {_SPARE} pixels wider than the nucleus within "
        f"{_PULL_SECONDS} s, and waits for what is stored. Below an agreement of {_GOOD} it takes "
        f"that back and goes around the nucleus with the lasso in {_AROUND_SECONDS} s: three "
        f"acts. The median agreement is {statistics.median(hand.agreement):.2f}."
    )
    targets += [
        Target("Acts per nucleus by a scripted hand", acts, 1.3, "acts", at_least=False),
        Target("Seconds per nucleus by a scripted hand", seconds, 5.0, "s", at_least=False),
    ]
    return Section("Annotating, hand", ["", "median", "95 of 100"], rows, how, targets)
