"""Archiving a project, against ``zip -0`` of the same files."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.pictures import write_labelled_pictures
from benchmarks.processes import NotMeasured, measure
from benchmarks.results import Section, Target, interleaved, median, ratios, spread

__all__ = ["run"]

OURS, ZIP = "ours", "zip -0"
_LEAST = 0.7
_LONGEST_SECONDS = 900
# Many small files, where each costs, and few large ones, where their bytes do.
_PROJECTS = {"10,000 images of 64x64x3": (10_000, 64), "150 images of 1024x1024x3": (150, 1024)}


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure projects of small and of large files.

    Raises
    ------
    NotMeasured
        There is no ``zip``.
    """
    if not shutil.which("zip"):
        raise NotMeasured("zip is not on the PATH")
    rows, targets = [], []
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as text:
        room = Path(text)
        for name, (count, side) in _PROJECTS.items():
            say(f"  making a project of {name}")
            project = room / f"project-{side}"
            files = room / f"files-{side}"
            write_labelled_pictures(files, count, ("red", "white"), side, 3)
            measure("projects.images", {"files": str(files), "project": str(project)})
            shutil.rmtree(files)
            competitors = {
                OURS: partial(_ours, project, room / "ours.zip"),
                ZIP: partial(_zip, project, room / "zip.zip"),
            }
            seconds = interleaved(competitors, repeats, say)
            size = (room / "ours.zip").stat().st_size
            speed = ratios(seconds[ZIP], seconds[OURS])
            rows.append(
                [
                    f"{name}, {size / 1e6:,.0f} MB",
                    *(f"{median(found):.2f} s" for found in seconds.values()),
                    spread(speed),
                ]
            )
            targets.append(
                Target(f"Archiving {name}: speed of ours / {ZIP}", median(speed), _LEAST)
            )
    return Section(
        title="Archives",
        header=["", OURS, ZIP, "speed, ours / zip -0"],
        rows=rows,
        how=[
            "Ours is the job “archive” in a fresh process, from asking for it until the archive is "
            "complete and flushed to the disk: the database is copied through SQLite, what it "
            "refers to is listed, and everything is written into one zip. The peer packs the same "
            "files (database, originals, runs) by Info-ZIP without compression, and is flushed "
            "too. The files are in the system's cache for both."
        ],
        targets=targets,
    )


def _ours(project: Path, out: Path) -> float:
    out.unlink(missing_ok=True)
    found = measure("piximi_archiving", {"project": str(project), "out": str(out)})
    return float(found["seconds"])


def _zip(project: Path, out: Path) -> float:
    out.unlink(missing_ok=True)
    begun = time.perf_counter()
    command = ["zip", "-0", "-q", "-r", str(out), "project.sqlite", "images", "runs"]
    subprocess.run(command, cwd=project, check=True, timeout=_LONGEST_SECONDS)
    with out.open("rb") as written:
        os.fsync(written.fileno())
    return time.perf_counter() - begun
