"""A project of 10,000 images and 50,000 objects, against one of 100 of each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.chromium import chromium, require_chromium
from benchmarks.pictures import write_labelled_pictures
from benchmarks.processes import measure
from benchmarks.results import Section, Target, interleaved, median, spread
from benchmarks.servers import served
from benchmarks.visits import opened_in_sight

__all__ = ["run"]

LARGE, SMALL = "large", "small"
_SIZES = {LARGE: (10_000, 50_000), SMALL: (100, 100)}
_LOADS = 3
_OPEN_MS, _PAGE_MS, _UNDO_MS, _MEGABYTES = 1000, 100, 50, 400
# The gallery from its beginning, from its end, by name, and a category; images, then objects.
_VIEWS = ("", "&descending=1", "&sort=name", "&partitions=Unassigned")


@dataclass
class _Visit:
    """Milliseconds until pages stand, those of undo, and the dashboard's megabytes."""

    opened: float = 0.0
    pages: dict[str, float] = field(default_factory=dict)
    undo: float = 0.0
    megabytes: float = 0.0


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure both projects.

    Raises
    ------
    NotMeasured
        There is no Chromium.
    """
    require_chromium()
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room:
        kinds = {name: _make(Path(room), name, say) for name in _SIZES}
        with chromium() as browser:
            visits = interleaved(
                {name: partial(_visit, browser, Path(room) / name, kinds[name]) for name in _SIZES},
                repeats,
                say,
            )
    return _section(visits)


def _make(room: Path, name: str, say: Callable[[str], None]) -> str:
    images, objects = _SIZES[name]
    say(f"  making a project of {images:,} images and {objects:,} objects")
    workspace, files = room / name, room / "files"
    workspace.mkdir()
    write_labelled_pictures(files, images, ("red", "white"), 64, 3)
    task = {"project": str(workspace / "benchmark"), "files": str(files), "objects": objects}
    made = measure("projects.objects", task)
    shutil.rmtree(files)
    if (made["files"], made["objects"]) != (images, objects):
        raise RuntimeError(f"The {name} project is incomplete.")
    return str(made["kind"])


def _visit(browser: Browser, workspace: Path, kind: str) -> _Visit:
    visit = _Visit()
    with served("app.py", workspace) as server:
        start = f"{server.address}/images?project=benchmark"
        visit.opened = opened_in_sight(browser, start)
        for of, what in (("images", ""), ("objects", f"&kind={kind}")):
            for view in _VIEWS:
                # The first time makes the thumbnails, in either project; the median leaves it out.
                visit.pages[of + view] = median(
                    [opened_in_sight(browser, start + what + view) for _ in range(_LOADS)]
                )
        visit.megabytes = server.megabytes()
    undone = measure("projects.objects", {"project": str(workspace / "benchmark")})
    visit.undo = float(undone["milliseconds"])
    return visit


def _section(visits: dict[str, list[_Visit]]) -> Section:
    def row(text: str, figure: Callable[[_Visit], float], digits: int = 0) -> list[str]:
        found = {name: [figure(visit) for visit in visits[name]] for name in visits}
        late = _later(found)
        return [text, *(spread(found[n], digits) for n in (LARGE, SMALL)), spread(late, digits)]

    pages = {
        view: median(_later({n: [v.pages[view] for v in visits[n]] for n in visits}))
        for view in visits[LARGE][0].pages
    }
    slowest = max(pages, key=lambda view: pages[view])
    opened = median(_later({n: [v.opened for v in visits[n]] for n in visits}))
    undo = median(_later({n: [v.undo for v in visits[n]] for n in visits}))
    memory = [visit.megabytes for visit in visits[LARGE]]
    return Section(
        title="Large projects",
        header=["Milliseconds", LARGE, SMALL, "later"],
        rows=[
            row("Open: the Images page of a fresh server", lambda v: v.opened),
            row(
                f"The slowest gallery page ({slowest.replace('&', ', ')})",
                lambda v: v.pages[slowest],
            ),
            row("Undo of a label of 12 images, in the core", lambda v: v.undo, 1),
        ],
        how=[
            "Two projects of 64x64x3 images: 10,000 with 50,000 objects, and 100 with 100. Each "
            "page is timed inside headless Chromium (1400x900) from asking for it until every "
            f"thumbnail in sight is drawn; gallery pages are {len(pages)} views of images and "
            "objects (from either end, by name, of one partition), in a window without a cache, "
            f"the median of {_LOADS} loads in a round. Undo is the median of 21 in a fresh process."
        ],
        targets=[
            Target("Opening the large project, later", opened, _OPEN_MS, "ms", False, 0),
            Target("Its slowest gallery page, later", pages[slowest], _PAGE_MS, "ms", False, 0),
            Target("Undo in it, later", undo, _UNDO_MS, "ms", False, 1),
            Target("Memory of its dashboard", median(memory), _MEGABYTES, "MB", False, 0),
        ],
    )


def _later(found: dict[str, list[float]]) -> list[float]:
    return [large - small for large, small in zip(found[LARGE], found[SMALL], strict=True)]
