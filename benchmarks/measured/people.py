"""Twenty people who label at once, each with a window of their own: WebSocket and HTTP alone."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.person import Person
from benchmarks.pictures import write_labelled_pictures
from benchmarks.processes import measure
from benchmarks.results import Section, Target, median
from benchmarks.servers import Server, served
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store

__all__ = ["run"]

_PEOPLE, _PROJECTS, _IMAGES = 20, 5, 1_000
_CATEGORIES = tuple(f"category {number}" for number in range(1, 7))
_SETTLE_SECONDS = 60.0  # of the run, after which memory is to stay as it is
_PATIENCE_SECONDS = 120.0
_ONE_SECONDS = 30.0
_LABEL_MS, _TURN_MS, _ALONE_MS, _MEGABYTES, _GROWTH_MB = 400, 1_000, 60, 600, 25


def run(repeats: int, say: Callable[[str], None], seconds: float = 300.0) -> Section:
    """Let one person label, then twenty in five projects; compare the database with what they did.

    Parameters
    ----------
    repeats
        Not used: minutes are long enough.
    seconds
        How long the twenty label.
    """
    with _workspace(say) as workspace:
        with served("app.py", workspace) as server:
            [alone], _memory = _label(server, 1, min(_ONE_SECONDS, seconds), say)
        _compare(workspace, [alone])
        with served("app.py", workspace) as server:
            before = _revisions(workspace)
            people, memory = _label(server, _PEOPLE, seconds, say)
        wrong = _compare(workspace, people, before)
    return _section(alone, people, memory, wrong, seconds)


@contextmanager
def _workspace(say: Callable[[str], None]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room:
        workspace, files = Path(room) / "workspace", Path(room) / "files"
        workspace.mkdir()
        say(f"  making {_PROJECTS} projects of {_IMAGES:,} images")
        write_labelled_pictures(files, _IMAGES, _CATEGORIES, 64, 1)
        first = workspace / _name(0)
        task = {"files": str(files), "project": str(first)}
        if measure("projects.images", task)["files"] != _IMAGES:
            raise RuntimeError("The project to be measured is incomplete.")
        for number in range(1, _PROJECTS):
            shutil.copytree(first, workspace / _name(number))
        yield workspace


def _name(number: int) -> str:
    return f"people-{number}"


def _label(
    server: Server, count: int, seconds: float, say: Callable[[str], None]
) -> tuple[list[Person], list[float]]:
    """Let people label for a while; return them, and the server's megabytes once a second."""
    shares = -(-count // _PROJECTS)
    people = [
        Person(
            server.address,
            _name(number % _PROJECTS),
            share=(number // _PROJECTS, shares),
            dice=random.Random(number),
        )
        for number in range(count)
    ]
    say(f"  {count} for {seconds:.0f} s")
    memory: list[float] = []
    end = threading.Event()
    for person in people:
        person.start(end)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(1.0)
        memory.append(server.megabytes())
    end.set()
    for person in people:
        person.join(_PATIENCE_SECONDS)
    failed = [person.failure for person in people if person.failure]
    if failed:
        raise RuntimeError(f"{len(failed)} of {count} people could not go on: {failed[0]}")
    return people, memory


def _revisions(workspace: Path) -> dict[str, int]:
    return {_name(n): Store(workspace / _name(n)).revision() for n in range(_PROJECTS)}


def _compare(workspace: Path, people: list[Person], before: dict[str, int] | None = None) -> int:
    """Return how many labels are lost or misplaced, and how many changes were made twice."""
    wrong = 0
    for number in range(_PROJECTS):
        name = _name(number)
        store = Store(workspace / name)
        there = {thing.id: thing.category_id for thing in list_things(store, ThingFilter())}
        mine = [person for person in people if person.project == name]
        given = {thing: category for person in mine for thing, category in person.given.items()}
        wrong += sum(there[thing] != category for thing, category in given.items())
        if before is not None:
            made = store.revision() - before[name]
            wrong += abs(made - sum(len(person.labels) for person in mine))
        store.close()
    return wrong


def _section(
    alone: Person, people: list[Person], memory: list[float], wrong: int, seconds: float
) -> Section:
    labels = [time for person in people for time in person.labels]
    turns = [time for person in people for time in person.turns]
    runs = [time for person in people for time in person.runs]
    settled = memory[: int(_SETTLE_SECONDS)][-1] if memory else 0.0
    rows = [
        _row("A label, until it is acknowledged", alone.labels, labels),
        _row("A page turn, until its thumbnails in sight are there", alone.turns, turns),
        _row("The page's script, late: guide, filters, panel", alone.runs, runs),
        _row("The first page of a window", alone.first, [t for p in people for t in p.first]),
    ]
    return Section(
        title="People",
        header=["Milliseconds: median, 95 %, most", "one person", f"{len(people)} people"],
        rows=rows,
        how=[
            f"{len(people)} simulated people in {_PROJECTS} projects of {_IMAGES:,} images, for "
            f"{seconds:.0f} s, after one person alone: each has a window as a browser has it (a "
            "WebSocket for the page, HTTP for actions, pictures and the project's revision), "
            "labels an image about every second, and turns the page after every ten. Afterwards "
            f"the databases are compared with the {len(labels):,} labels that were given. The "
            "people are simulated on the same machine.",
        ],
        targets=[
            Target("One person: a label, median", median(alone.labels), _ALONE_MS, "ms", False, 0),
            Target("Twenty people: a label, 95 %", _share(labels, 95), _LABEL_MS, "ms", False, 0),
            Target("Twenty people: a page turn, 95 %", _share(turns, 95), _TURN_MS, "ms", False, 0),
            Target(
                "Twenty people: labels lost, doubled or misplaced", float(wrong), 0, "", False, 0
            ),
            Target("Memory of the dashboard at most", max(memory), _MEGABYTES, "MB", False, 0),
            Target(
                "Memory after the first minute, more",
                memory[-1] - settled,
                _GROWTH_MB,
                "MB",
                False,
                0,
            ),
        ],
    )


def _row(text: str, one: list[float], many: list[float]) -> list[str]:
    return [text, *(_spread(times) for times in (one, many))]


def _spread(times: list[float]) -> str:
    if not times:
        return "–"
    return f"{median(times):,.0f}, {_share(times, 95):,.0f}, {max(times):,.0f}"


def _share(times: list[float], percent: int) -> float:
    """Return the time that so many percent do not exceed."""
    ordered = sorted(times) or [0.0]
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
