"""Files of 2 GB in one project: what they cost the dashboard, and another project's thumbnails."""

from __future__ import annotations

import http.client
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile
from playwright.sync_api import Browser, Page

from benchmarks.chromium import chromium, require_chromium
from benchmarks.pictures import write_labelled_pictures
from benchmarks.processes import measure
from benchmarks.results import Section, Target, median, spread
from benchmarks.servers import Server, served
from benchmarks.visits import window
from piximi_core.project.files import ProjectFiles

__all__ = ["run"]

_HOSTILE, _OTHER = "hostile", "other"
_FILES, _SIDES = 4, (40_000, 50_000)  # 2 GB of one byte each
_IMAGES, _SIDE = 100, 512
_PATIENCE_SECONDS = 60
_LOOK_SECONDS = 0.02
_MEGABYTES, _DELAY_SECONDS = 1000, 1.0


@dataclass(frozen=True)
class _Round:
    """Seconds for each thumbnail, alone and during the attack, and the dashboard's most MB."""

    alone: list[float]
    attacked: list[float]
    megabytes: float

    @property
    def delay(self) -> float:
        """How much longer the slowest one took."""
        return max(self.attacked) - max(self.alone)


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Ask for thumbnails that are still to be made, alone and while large files are decoded.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    rounds = []
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as text, chromium() as browser:
        room = Path(text)
        for number in range(repeats):
            say(f"  round {number + 1} of {repeats}")
            workspace = room / f"workspace-{number}"
            workspace.mkdir()
            _make(workspace, room / "files")
            with served("app.py", workspace) as server:
                rounds.append(_round(browser, server, workspace))
            shutil.rmtree(workspace)
    return _section(rounds)


def _make(workspace: Path, files: Path) -> None:
    for name, count in ((_OTHER, _IMAGES), (_HOSTILE, _FILES)):
        write_labelled_pictures(files, count, ("red", "white"), _SIDE, 1)
        task = {"files": str(files), "project": str(workspace / name)}
        if measure("projects.images", task)["files"] != count:
            raise RuntimeError("A project to be measured is incomplete.")
        shutil.rmtree(files)
        shutil.rmtree(workspace / name / "cache")
    # As an archive can bring them in: an original may hold anything.
    for number, path in enumerate((workspace / _HOSTILE / "images").glob("*/*.png")):
        path.unlink()
        large = path.with_suffix(".tif")
        pixels = tifffile.memmap(large, shape=_SIDES, dtype=np.uint8)
        pixels[number, :1000] = 200  # the rest is a hole that takes no disk
        pixels.flush()


def _round(browser: Browser, server: Server, workspace: Path) -> _Round:
    page = window(browser)
    addresses = _addresses(page, server, _OTHER)
    host = server.address.removeprefix("http://")
    files = ProjectFiles(workspace / _OTHER)
    alone = _fetched(host, addresses[: _IMAGES // 2], files)
    attacker = window(browser)
    with _watched(server) as most:
        attacker.goto(f"{server.address}/images?project={_HOSTILE}", wait_until="commit")
        attacker.evaluate("stopwatch.until('stopwatch.all(\".tile\").length >= 4')")
        attacked = _fetched(host, addresses[_IMAGES // 2 :], files)
        peak = most()
    attacker.context.close()
    page.context.close()
    return _Round(alone, attacked, peak)


def _addresses(page: Page, server: Server, project: str) -> list[str]:
    """Return the addresses of a project's thumbnails, as its page asks for them."""
    page.goto(f"{server.address}/images?project={project}", wait_until="commit")
    page.evaluate("stopwatch.until('stopwatch.pictured(12)')")
    found = page.locator(".tile img").evaluate_all("nodes => nodes.map((node) => node.src)")
    return [str(address).removeprefix(server.address) for address in found]


def _fetched(host: str, addresses: list[str], files: ProjectFiles) -> list[float]:
    """Fetch thumbnails that are made anew, one after the other; return the seconds."""
    connection = http.client.HTTPConnection(host, timeout=_PATIENCE_SECONDS)
    times = []
    for address in addresses:
        sha256 = address.rpartition("/")[2].partition(".")[0]
        files.thumbnail(sha256).unlink(missing_ok=True)
        begun = time.perf_counter()
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise RuntimeError(f"A thumbnail answered {answer.status}.")
    connection.close()
    return times


@contextmanager
def _watched(server: Server) -> Iterator[Callable[[], float]]:
    """Look at the memory of the dashboard's process all the time; give the most so far."""
    most, over = [server.megabytes()], threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            most.append(server.megabytes())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield lambda: max(most)
    finally:
        over.set()
        thread.join(timeout=_PATIENCE_SECONDS)


def _section(rounds: list[_Round]) -> Section:
    delays = [each.delay for each in rounds]
    memory = [each.megabytes for each in rounds]
    rows = [
        [
            name,
            spread([median(found) for found in times]),
            spread([max(found) for found in times]),
        ]
        for name, times in (
            ("Alone", [each.alone for each in rounds]),
            ("During the attack", [each.attacked for each in rounds]),
        )
    ]
    return Section(
        title="Large files of another project",
        header=["Seconds for a thumbnail that is still to be made", "median", "slowest"],
        rows=rows,
        how=[
            f"A project whose {_FILES} originals are TIFFs of 2 GB is opened in one window of "
            f"headless Chromium, while {_IMAGES // 2} thumbnails of another project "
            f"({_SIDE}x{_SIDE}, grey) are asked for one after the other; before that, as many "
            "alone. A fresh server each round; what is shown of the slowest is the median of the "
            "rounds.",
        ],
        notes=[f"The dashboard's process at most: {spread(memory, 0)} MB (resident)."],
        targets=[
            Target("Memory of the dashboard then", max(memory), _MEGABYTES, "MB", False, 0),
            Target(
                "The slowest thumbnail of the other project, later",
                median(delays),
                _DELAY_SECONDS,
                "s",
                at_least=False,
            ),
        ],
    )
