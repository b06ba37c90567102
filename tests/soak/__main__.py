"""Kill the dashboard, a worker or a command at random moments, again and again; add damaged files.

    scripts/soak [--rounds 150] [--files 2000] [--seed N] [--folder FOLDER] [--no-browser]
                 [--only SORT]

Each round kills something, opens the project, and compares it with all that was acknowledged: what
a command said by exiting 0, a process by its report, the browser by showing nothing unsaved. The
choices come from the seed (the machine's own pace decides what exactly a kill hits). Then damaged
files are added, a hundred a round: each must come in or be refused in one sentence, without a crash
or a hang. Every round is one line of JSON in FOLDER/rounds.jsonl. Exit 0: nothing was lost.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from tests.browser.conftest import NAMES
from tests.soak.commands import CommandRounds
from tests.soak.drawn import DrawingRounds
from tests.soak.fuzzing import PER_ROUND, FuzzRounds
from tests.soak.keeping import KeepingRounds
from tests.soak.workers import WorkerRounds
from tests.soak.writing import WritingRounds

# How many of 150 rounds are of which sort; those with TensorFlow are dear.
SHARES = {
    "writer": 28,
    "keeper": 25,
    "command": 22,
    "training command": 9,
    "worker": 5,
    "training worker": 4,
    "browser": 7,
    "drawing": 50,
}

Round = Callable[[random.Random], dict[str, Any]]


def plan(rounds: int, dice: random.Random, sorts: dict[str, int]) -> list[str]:
    """Return the sort of each round, each sort in its share, in random order."""
    whole = sum(sorts.values())
    planned = [sort for sort, share in sorts.items() for _ in range(rounds * share // whole)]
    planned += dice.choices(list(sorts), list(sorts.values()), k=rounds - len(planned))
    dice.shuffle(planned)
    return planned


@contextmanager
def sorts_of_rounds(folder: Path, chromium: str | None) -> Iterator[dict[str, Round]]:
    """Give the rounds by sort, and in the end finish what they left."""
    for name in ("commands", "workers", "browser"):
        (folder / name).mkdir()
    writing = WritingRounds(folder / "written")
    commands = CommandRounds(folder / "commands")
    workers = WorkerRounds(folder / "workers")
    found: dict[str, Round] = {
        "writer": writing.round,
        "command": commands.cheap,
        "drawing": DrawingRounds(folder / "drawn").round,
        "keeper": KeepingRounds(folder / "kept").round,
        "training command": commands.heavy,
        "worker": workers.adding,
        "training worker": workers.training,
        "finish": lambda dice: commands.finish(),
    }
    if chromium is None:
        yield found
        return
    from tests.soak.browsing import BrowserRounds

    browsing = BrowserRounds(folder / "browser", chromium)
    try:
        yield {**found, "browser": browsing.round}
    finally:
        browsing.close()


def soak(
    rounds: int, seed: int, folder: Path, chromium: str | None, only: str | None = None
) -> int:
    """Do the rounds, each logged; return how many found something lost."""
    dice = random.Random(seed)
    sorts = {sort: n for sort, n in SHARES.items() if chromium or sort != "browser"}
    if only is not None:
        sorts = {only: 1}
    failed = 0
    done: Counter[str] = Counter()
    with (
        (folder / "rounds.jsonl").open("w", encoding="utf-8") as log,
        sorts_of_rounds(folder, chromium) as known,
    ):
        waiting = plan(rounds, dice, sorts)
        number = 0
        while waiting:
            number += 1
            line = _round(number, waiting.pop(), seed, known)
            failed += "lost" in line
            if line.get("killed"):
                done[str(line["killed"])] += 1
            _log(log, line)
            if not waiting and line["sort"] != "finish":
                # Some were let end: the cheapest rounds make up the number of kills.
                short = max(0, rounds - sum(done.values())) if not failed else 0
                waiting = [only or "writer"] * short or ["finish"]
    killed = ", ".join(f"{what} {count}" for what, count in done.most_common())
    _say(f"Killed {sum(done.values())} times in {number - 1} rounds ({killed}).")
    return failed


def damage(files: int, seed: int, folder: Path) -> int:
    """Add so many damaged files, each round logged; return how many rounds found something."""
    (folder / "damaged").mkdir()
    rounds = {"damage": FuzzRounds(folder / "damaged").round}
    failed = 0
    with (folder / "rounds.jsonl").open("a", encoding="utf-8") as log:
        for number in range(1, -(-files // PER_ROUND) + 1):
            line = _round(number, "damage", seed, rounds)  # type: ignore[arg-type]
            failed += "lost" in line
            _log(log, line)
    return failed


def _log(log: TextIO, line: dict[str, Any]) -> None:
    log.write(json.dumps(line, ensure_ascii=False) + "\n")
    log.flush()
    shown = {key: value for key, value in line.items() if key not in ("seed", "trace")}
    _say(json.dumps(shown, ensure_ascii=False))


def _round(number: int, sort: str, seed: int, known: dict[str, Round]) -> dict[str, Any]:
    """Do one round; return its line of the log, with ``lost`` if something was."""
    begun = time.monotonic()
    line: dict[str, Any] = {"round": number, "seed": seed, "sort": sort}
    try:
        line |= known[sort](random.Random(f"{seed} {number}"))
    except Exception as error:
        line |= {"lost": str(error), "trace": traceback.format_exc()}
        if sort != "damage":
            # What a sort believes of its project is no longer worth comparing with.
            known[sort] = _skipped
    return {**line, "seconds": round(time.monotonic() - begun, 1)}


def _skipped(dice: random.Random) -> dict[str, Any]:
    return {"skipped": "an earlier round of this sort failed"}


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the arguments, do the rounds, say how it went."""
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=150)
    parser.add_argument("--files", type=int, default=2000, help="damaged files to add")
    parser.add_argument("--seed", type=int, default=None, help="repeats the choices of a run")
    parser.add_argument("--folder", type=Path, default=None, help="new; kept (a temporary one)")
    parser.add_argument("--no-browser", action="store_true", help="leave Chromium out")
    parser.add_argument("--only", choices=SHARES, metavar="SORT", help=f"one of {list(SHARES)}")
    chosen = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if chosen.seed is None else chosen.seed
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix=f"piximi-soak-{seed}-"))
    folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chosen.no_browser:
        chromium = None
    elif chromium is None:
        _say("Chromium is not on the PATH: the rounds of the browser are left out.")
    begun = time.monotonic()
    failed = soak(chosen.rounds, seed, folder, chromium, chosen.only) if chosen.rounds else 0
    failed += damage(chosen.files, seed, folder)
    minutes = (time.monotonic() - begun) / 60
    verdict = "nothing was lost" if not failed else f"{failed} rounds found something lost"
    _say(f"Seed {seed}, {minutes:.1f} minutes: {verdict}. Log: {folder / 'rounds.jsonl'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
