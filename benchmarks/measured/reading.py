"""Reading TIFFs against tifffile, and first thumbnails against Pillow."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from benchmarks.pictures import write_pictures
from benchmarks.processes import measure
from benchmarks.results import Section, Target, interleaved, median, ratios, spread

__all__ = ["run"]

OURS, PILLOW = "ours", "Pillow"
_LEAST, _MOST = 0.8, 2.0
_TIFFS = 8
_THUMBNAILS, _SIDE = 100, 512
# What they are called, the shape on the disk, what tifffile is told.
_SORTS: tuple[tuple[str, tuple[int, ...], dict[str, Any]], ...] = (
    ("one plane of 2048x2048", (2048, 2048), {}),
    ("20 planes of 512x512, ImageJ", (20, 512, 512), {"imagej": True, "metadata": {"axes": "ZYX"}}),
    (
        "3 channels of 1024x1024, OME",
        (3, 1024, 1024),
        {"ome": True, "metadata": {"axes": "CYX"}},
    ),
)


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure both."""
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room:
        rows, targets = _tiffs(Path(room), repeats, say)
        more_rows, more_targets = _thumbnails(Path(room), repeats, say)
    return Section(
        title="Reading images",
        header=["", OURS, "peer", "ratio"],
        rows=[*rows, *more_rows],
        how=[
            f"Uncompressed 16-bit TIFFs, {_TIFFS} of each sort: ours gives planes, channels, depth "
            "and pixel size and checks the file first; the peer is `tifffile.imread`. Both read "
            "every file 15 times in one process, in turn; the ratio is the speed of ours / peer.",
            f"The first thumbnails of {_THUMBNAILS} files of {_SIDE}x{_SIDE}, at most 256 pixels, "
            "JPEG: ours reads the file, measures the range of each channel and draws it; the peer "
            "opens, shrinks and saves with Pillow, and stretches 16-bit images to their range. One "
            "thread each, fresh processes; the ratio is the time of ours / peer. All files are in "
            "the system's cache.",
        ],
        targets=[*targets, *more_targets],
    )


def _tiffs(
    room: Path, repeats: int, say: Callable[[str], None]
) -> tuple[list[list[str]], list[Target]]:
    rows, targets = [], []
    random = np.random.default_rng(5)
    for number, (name, shape, options) in enumerate(_SORTS):
        folder = room / f"tiff-{number}"
        folder.mkdir()
        for file in range(_TIFFS):
            pixels = random.integers(0, 4000, shape).astype(np.uint16)
            path = folder / f"{file}.tif"
            tifffile.imwrite(path, pixels, photometric="minisblack", **options)
        found = interleaved(
            {name: partial(measure, "reading", {"folder": str(folder)})}, repeats, say
        )[name]
        speed = ratios([one["plain"] for one in found], [one["ours"] for one in found])
        ours, plain = ([one["megabytes"] / one[who] for one in found] for who in ("ours", "plain"))
        rows.append(
            [
                f"16-bit TIFF, {name}",
                f"{median(ours):,.0f} MB/s",
                f"{median(plain):,.0f} MB/s",
                spread(speed),
            ]
        )
        promise = f"Reading a 16-bit TIFF, {name}: speed of ours / tifffile"
        targets.append(Target(promise, median(speed), _LEAST))
    return rows, targets


def _thumbnails(
    room: Path, repeats: int, say: Callable[[str], None]
) -> tuple[list[list[str]], list[Target]]:
    rows, targets = [], []
    for sort, folder in _picture_folders(room).items():
        name = f"{_THUMBNAILS} thumbnails of {sort}"
        seconds = interleaved(
            {who: partial(_thumbnail_seconds, folder, who) for who in (OURS, PILLOW)}, repeats, say
        )
        slower = ratios(seconds[OURS], seconds[PILLOW])
        milliseconds = [f"{median(seconds[who]) * 1000:,.0f} ms" for who in (OURS, PILLOW)]
        rows.append([name, *milliseconds, spread(slower)])
        promise = f"First {name}: time of ours / Pillow"
        targets.append(Target(promise, median(slower), _MOST, at_least=False))
    return rows, targets


def _thumbnail_seconds(folder: Path, who: str) -> float:
    return float(measure("thumbnails", {"folder": str(folder), "who": who.lower()})["seconds"])


def _picture_folders(room: Path) -> dict[str, Path]:
    """Write the files that thumbnails are made of."""
    folders = {
        "grey PNGs": room / "grey",
        "RGB PNGs": room / "rgb",
        "16-bit TIFFs": room / "deep",
    }
    grey = write_pictures(folders["grey PNGs"], _THUMBNAILS, _SIDE, 1)
    write_pictures(folders["RGB PNGs"], _THUMBNAILS, _SIDE, 3)
    folders["16-bit TIFFs"].mkdir()
    random = np.random.default_rng(6)
    for path in grey:
        pixels = random.normal(800, 60, (_SIDE, _SIDE)).clip(0, 4095).astype(np.uint16)
        tifffile.imwrite(folders["16-bit TIFFs"] / f"{path.stem}.tif", pixels)
    return folders
