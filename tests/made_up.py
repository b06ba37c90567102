"""Rows of images that no files stand behind, and projects of older programs."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from piximi_core.project.contents.adding import NewImage

__all__ = ["made_up_image", "make_older"]

# What each version added to the one before it.
_ADDED = {
    2: ("saved_filters",),
    3: ("answers",),
    4: ("groupings", "pixel_hashes"),
    5: ("sources",),
    6: ("applied_actions",),
    7: ("object_notes", "image_notes", "complete_regions", "proposals"),
}


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


def make_older(database: Path, version: int) -> None:
    """Take out of a closed project what came after a version, as if that program had made it."""
    with closing(sqlite3.connect(database)) as db, db:
        for newer in range(version + 1, max(_ADDED) + 1):
            for table in _ADDED[newer]:
                db.execute(f"DROP TABLE IF EXISTS {table}")
        db.execute(f"PRAGMA user_version = {version}")
