"""Bare ``tf_keras``: decode by Pillow on threads, crop_and_resize, ``model.predict`` in batches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from numpy.typing import NDArray
from PIL import Image

from benchmarks.competitors.keras_fit import model_of
from benchmarks.processes import answer, task
from piximi_core.prefetch import DECODING_THREADS

_DECODED, _BATCH = 256, 64
_WARM_UP = 64


def decode(path: Path) -> NDArray[np.float32]:
    """Read a picture as float32 [H, W, C] in 0…1."""
    with Image.open(path) as image:
        pixels = np.asarray(image, np.float32) / 255
    return pixels if pixels.ndim == 3 else pixels[..., np.newaxis]


def predict(
    model: tf_keras.Model, paths: Sequence[Path], shape: Sequence[int]
) -> NDArray[np.float32]:
    """Return the probabilities of all files."""
    answers = []
    with ThreadPoolExecutor(DECODING_THREADS) as pool:
        decoded = pool.map(decode, paths)
        for start in range(0, len(paths), _DECODED):
            part = paths[start : start + _DECODED]
            pixels = np.stack([next(decoded) for _ in part])
            boxes = np.tile(np.array([0, 0, 1, 1], np.float32), (len(part), 1))
            numbers = np.arange(len(part), dtype=np.int32)
            resized = tf.image.crop_and_resize(pixels, boxes, numbers, shape[:2])
            answers.append(model.predict(resized, batch_size=_BATCH, verbose=0))
    return np.concatenate(answers)


def main() -> None:
    """Predict once to warm up and once with the clock running."""
    wanted: dict[str, Any] = task()
    logits = model_of(wanted["shape"], 2)
    model = tf_keras.Sequential([logits, tf_keras.layers.Softmax()])
    paths = sorted((Path(wanted["files"]) / "unlabelled").iterdir())
    predict(model, paths[:_WARM_UP], wanted["shape"])
    begun = time.perf_counter()
    found = predict(model, paths, wanted["shape"])
    answer({"seconds": time.perf_counter() - begun, "images": len(found)})


if __name__ == "__main__":
    main()
