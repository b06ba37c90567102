"""The example project: scikit-learn's 1,797 scanned digits, ready to label, train and export."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import PiximiError
from piximi_core.images import Picture, thumbnail
from piximi_core.project.adding import NewImage, add_images
from piximi_core.project.categories import ensure_categories
from piximi_core.project.files import replace_atomically
from piximi_core.project.store import IMAGE_KIND, Store, current_user

__all__ = ["DIGITS_SETTINGS", "UNLABELLED_SHARE", "add_digits"]

UNLABELLED_SHARE = 5
"""Every fifth digit stays without a label, so that there is something left to predict."""

DIGITS_SETTINGS = ModelSettings(name="Digits", input_shape=(20, 20, 1), epochs=15, seed=1)
"""What the example's finished run was trained with."""


def add_digits(store: Store, *, limit: int | None = None) -> int:
    """Add the digits to a project as 8-bit grey PNG files; return how many.

    The scans are 8x8 with values 0...16, stretched here to 0...255 (by 255/16, rounded).

    Raises
    ------
    PiximiError
        scikit-learn's data cannot be read.
    """
    try:
        from sklearn.datasets import load_digits

        scans = load_digits()
    except (ImportError, OSError) as error:
        raise PiximiError(f"The example digits cannot be read ({error}); install again.") from error
    found = []
    for number, (scan, digit) in enumerate(zip(scans.images, scans.target, strict=True)):
        if limit is not None and number >= limit:
            break
        pixels = np.rint(scan * (255 / 16)).astype(np.uint8)
        category = None if number % UNLABELLED_SHARE == 0 else str(digit)
        found.append(_store(store, pixels, f"digit-{number:04d}.png", category))
    with store.step("Add example digits") as db:
        ensure_categories(db, IMAGE_KIND, [str(digit) for digit in range(10)])
        return add_images(db, found, who=current_user())


def _store(store: Store, pixels: NDArray[np.uint8], name: str, category: str | None) -> NewImage:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    content = stream.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    target = store.files.original(sha256, "png")
    if not target.exists():
        with replace_atomically(target, durable=False) as part:
            part.write_bytes(content)
    picture = Picture(pixels[np.newaxis, :, :, np.newaxis], 8)
    with replace_atomically(store.files.thumbnail(sha256), durable=False) as part:
        part.write_bytes(thumbnail(picture))
    height, width = pixels.shape
    return NewImage(
        name=name,
        sha256=sha256,
        file_sha256=sha256,
        extension="png",
        planes=1,
        height=height,
        width=width,
        channels=1,
        bit_depth=8,
        dtype="uint8",
        category=category,
    )
