"""Reading TIFFs, ours and tifffile's own, file by file in turn: whole pages into memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import tifffile

from benchmarks.processes import answer, task
from piximi_core.images import read_picture

_ROUNDS = 15


def seconds_of(read: Callable[[Path], object], path: Path) -> float:
    """Return how long one file takes."""
    begun = time.perf_counter()
    read(path)
    return time.perf_counter() - begun


def main() -> None:
    """Read every file of a folder with both; each is the first as often as the other."""
    paths = sorted(Path(task()["folder"]).glob("*.tif"))
    readers: dict[str, Callable[[Path], object]] = {"ours": read_picture, "plain": tifffile.imread}
    for read in readers.values():
        read(paths[0])
    found: dict[str, list[float]] = {name: [] for name in readers}
    for number in range(_ROUNDS):
        order = list(readers)[:: 1 if number % 2 else -1]
        for path in paths:
            for name in order:
                found[name].append(seconds_of(readers[name], path))
    size = sum(path.stat().st_size for path in paths) / len(paths)
    middle = {name: statistics.median(seconds) for name, seconds in found.items()}
    answer({"megabytes": size / 1e6, **middle})


if __name__ == "__main__":
    main()
