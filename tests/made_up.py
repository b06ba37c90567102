"""Rows of images that no files stand behind."""

from __future__ import annotations

import hashlib

from piximi_core.project.adding import NewImage

__all__ = ["made_up_image"]


def made_up_image(name: str, *, sha256: str | None = None, category: str | None = None) -> NewImage:
    """Return the row of an image of its own: each name has another content unless told."""
    content = sha256 or hashlib.sha256(name.encode()).hexdigest()
    return NewImage(
        name=name,
        sha256=content,
        file_sha256=content,
        extension="png",
        planes=1,
        height=32,
        width=48,
        channels=3,
        bit_depth=8,
        dtype="uint8",
        pixel_size={"x": 0.1 + 0.2, "y": 1 / 3, "z": None, "unit": "µm"},
        category=category,
    )
