"""Adding files to a project, against plain decode, hash and thumbnail of the same files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.pictures import write_pictures
from benchmarks.processes import measure
from benchmarks.results import Section, Target, interleaved, median, ratios, spread

__all__ = ["run"]

OURS, PLAIN, THREADS = "ours", "plain, one thread", "plain, 4 threads"
_FILES, _SIDE = 1000, 512
_MOST = 1.5
_SORTS = {"grey": 1, "RGB": 3}


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure grey and RGB files."""
    rows, targets = [], []
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room:
        for sort, channels in _SORTS.items():
            name = f"{_FILES:,} {sort} PNGs of {_SIDE}x{_SIDE}"
            say(f"  writing {name}")
            folder = Path(room) / sort / "files"
            paths = write_pictures(folder, _FILES, _SIDE, channels)
            kilobytes = sum(path.stat().st_size for path in paths) / len(paths) / 1000
            seconds = _seconds(folder, repeats, say)
            rows.append(
                [
                    f"{name}, {kilobytes:.0f} kB each",
                    *(f"{median(found):.2f} s" for found in seconds.values()),
                    *(spread(ratios(seconds[OURS], seconds[peer])) for peer in (PLAIN, THREADS)),
                ]
            )
            targets.append(
                Target(
                    f"Adding {name}: time of ours / {PLAIN}",
                    median(ratios(seconds[OURS], seconds[PLAIN])),
                    _MOST,
                    at_least=False,
                )
            )
    return Section(
        title="Adding images",
        header=["", OURS, PLAIN, THREADS, f"{OURS} / {PLAIN}", f"{OURS} / {THREADS}"],
        rows=rows,
        how=[
            "Ours is the job “add” run and applied in one process: every file is recognised by its "
            "content, read, hashed, copied into the project and flushed to the disk, given a "
            "thumbnail, and entered with its history; four threads. The plain peer reads each "
            "file once, decodes it with Pillow, hashes it (SHA-256) and saves a JPEG of at most "
            "256 pixels. Fresh process and fresh project each time; the files are in the system's "
            "cache for all."
        ],
        targets=targets,
    )


def _seconds(folder: Path, repeats: int, say: Callable[[str], None]) -> dict[str, list[float]]:
    def timed(competitor: str, **more: Any) -> float:
        found = measure(competitor, {"folder": str(folder), **more})
        if found["files"] != _FILES:
            raise RuntimeError(f"{competitor} took {found['files']} of {_FILES} files.")
        return float(found["seconds"])

    return interleaved(
        {
            OURS: partial(timed, "piximi_adding"),
            PLAIN: partial(timed, "plain_adding", threads=1),
            THREADS: partial(timed, "plain_adding", threads=4),
        },
        repeats,
        say,
    )
