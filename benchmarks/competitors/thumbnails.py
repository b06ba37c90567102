"""Thumbnails of files that nobody has opened yet, by our reader or by Pillow alone."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.processes import answer, task
from piximi_core.images import read_picture, thumbnail

_SIDE = 256


def ours(path: Path) -> bytes:
    """Read, measure, draw and encode as an import does."""
    return thumbnail(read_picture(path), _SIDE)


def pillow(path: Path) -> bytes:
    """Open, shrink and encode; 16 bits are stretched to their range, else they would be white."""
    with Image.open(path) as image:
        if image.mode.startswith("I;16"):
            values = np.asarray(image).astype(np.float32)
            low, high = values.min(), values.max()
            stretched = (values - low) * (255 / max(1.0, float(high - low)))
            small = Image.fromarray(stretched.astype(np.uint8))
        else:
            image.load()
            small = image
        small.thumbnail((_SIDE, _SIDE))
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def main() -> None:
    """Make a thumbnail of every file of a folder."""
    wanted = task()
    paths = sorted(path for path in Path(wanted["folder"]).iterdir() if path.is_file())
    make: Callable[[Path], bytes] = {"ours": ours, "pillow": pillow}[wanted["who"]]
    make(paths[0])
    begun = time.perf_counter()
    for path in paths:
        make(path)
    answer({"seconds": time.perf_counter() - begun, "files": len(paths)})


if __name__ == "__main__":
    main()
