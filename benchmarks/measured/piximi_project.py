"""Opening and saving whole Piximi projects: float32 pixels per second, and memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.processes import measure
from benchmarks.results import Section, Target, interleaved, median, spread
from piximi_core.formats.piximi_project import (
    IMAGE,
    ChannelView,
    PiximiCategory,
    PiximiImage,
    PiximiKind,
    PiximiWriter,
)

__all__ = ["run"]

_LEAST_SPEED, _MOST_MEMORY = 50.0, 300.0
# What they are called, how many, the shape of each, its depth.
_SORTS: tuple[tuple[str, int, tuple[int, int, int, int], int], ...] = (
    ("40 RGB images of 1024x1024, 8 bit", 40, (1, 1024, 1024, 3), 8),
    ("10 stacks of 8x1024x1024, 2 channels, 16 bit", 10, (8, 1024, 1024, 2), 16),
)


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure two sorts of projects."""
    rows, targets = [], []
    with tempfile.TemporaryDirectory(prefix="piximi-bench-") as folder:
        for number, (name, count, shape, depth) in enumerate(_SORTS):
            say(f"  writing {name}")
            path = Path(folder) / f"{number}.zip"
            _write(path, count, shape, depth)
            floats = 4 * count * int(np.prod(shape)) / 1e6
            found = interleaved({name: partial(_measured, path, count)}, repeats, say)[name]
            for what, verb in (("open", "Opening"), ("save", "Saving")):
                speeds = [floats / one[f"{what}_seconds"] for one in found]
                memory = [one[f"{what}_megabytes"] for one in found]
                rows.append([f"{verb} {name}", spread(speeds, 0), spread(memory, 0)])
                promise = f"{verb} {name}: float32 pixels"
                targets.append(Target(promise, median(speeds), _LEAST_SPEED, "MB/s", digits=0))
                promise = f"{verb} {name}: memory above the start"
                targets.append(
                    Target(promise, max(memory), _MOST_MEMORY, "MB", at_least=False, digits=0)
                )
    return Section(
        title="Piximi projects",
        header=["", "float32 pixels, MB/s", "peak above the start, MB"],
        rows=rows,
        how=[
            "The jobs “open_piximi” and “save_piximi”, run in one fresh process: every image is "
            "unpacked, restored to whole numbers, stored losslessly with its thumbnail and flushed "
            "to the disk; then packed again as float32, and the zip looked at once more. Memory is "
            "the anonymous memory of the process (RssAnon), looked at every 5 ms.",
        ],
        targets=targets,
    )


def _measured(path: Path, count: int) -> dict[str, Any]:
    found = measure("piximi_projects", {"zip": str(path)})
    if (found["opened"], found["saved"]) != (count, count):
        raise RuntimeError(
            f"Of {count} images {found['opened']} and {found['saved']} came through."
        )
    return found


def _write(path: Path, count: int, shape: tuple[int, int, int, int], depth: int) -> None:
    unknown = PiximiCategory("0-unknown", "Unknown", "#AAAAAA")
    kind = PiximiKind(IMAGE, IMAGE, (unknown,))
    views = tuple(ChannelView("#ffffff", True, 0.0, 1.0) for _ in range(shape[3]))
    with PiximiWriter(path, "Benchmark", "benchmark", [kind], shape[3]) as writer:
        for number in range(count):
            name = f"image-{number:03d}.tif"
            pixels = _picture(number, shape, depth)
            image = PiximiImage(f"1-{number}", name, unknown.id, "Inference", pixels, 0, views)
            writer.add_image(image, [])
        writer.finish([f"image-{number:03d}.tif" for number in range(count)], [])


def _picture(number: int, shape: tuple[int, int, int, int], depth: int) -> NDArray[Any]:
    """Return smooth blobs with a camera's noise: real images pack neither like zeros nor not."""
    random = np.random.default_rng(number)
    planes, height, width, channels = shape
    small = random.random((planes, height // 32, width // 32, channels))
    smooth = small.repeat(32, axis=1).repeat(32, axis=2)
    top = 2**depth - 1
    noisy = smooth * top * 0.5 + random.normal(0, top * 0.01, shape) + top * 0.1
    return noisy.clip(0, top).astype(np.uint8 if depth == 8 else np.uint16)
