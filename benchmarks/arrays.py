"""The arrays that all trainers learn from, as files that every competitor reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["N_CLASSES", "training_cases"]

N_CLASSES = 10
# Height, width and channels, how many images an epoch has, and how many of them an epoch in the
# browser has for each batch size: it is so slow that few must do.
_SETS: tuple[tuple[tuple[int, int, int], int, dict[int, int]], ...] = (
    ((28, 28, 1), 4096, {32: 256, 128: 512}),
    ((64, 64, 3), 1024, {32: 32, 128: 128}),
)


def training_cases(folder: Path) -> list[dict[str, Any]]:
    """Write the arrays and return one case for each size of images and of batches.

    Every class is a pattern of its own under noise, so that there is something to learn.

    Returns
    -------
    list of dict
        ``name``, ``x`` and ``y`` (files: float32 [N, H, W, C] in 0…1, int32 [N]), ``shape``,
        ``batch``, ``classes``, ``images`` and ``browser_images``.
    """
    random = np.random.default_rng(7)
    cases = []
    for shape, count, in_browser in _SETS:
        text = "x".join(map(str, shape))
        x, y = folder / f"x-{text}.npy", folder / f"y-{text}.npy"
        truth = random.integers(0, N_CLASSES, count, dtype=np.int32)
        patterns = random.random((N_CLASSES, *shape), dtype=np.float32)
        noise = random.random((count, *shape), dtype=np.float32)
        np.save(x, 0.5 * patterns[truth] + 0.5 * noise, allow_pickle=False)
        np.save(y, truth, allow_pickle=False)
        for batch, few in in_browser.items():
            cases.append(
                {
                    "name": f"{text}, batch {batch}",
                    "x": str(x),
                    "y": str(y),
                    "shape": shape,
                    "batch": batch,
                    "classes": N_CLASSES,
                    "images": count,
                    "browser_images": few,
                }
            )
    return cases
