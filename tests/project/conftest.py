"""Projects to test with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from piximi_core.project.adding import NewImage, add_images
from piximi_core.project.store import Store, create_store


def new_image(number: int, category: str | None = None, name: str | None = None) -> NewImage:
    """A made-up image row; no file stands behind it."""
    return NewImage(
        name=name or f"image-{number:04d}.png",
        sha256=f"{number:064x}",
        file_sha256=f"{number:064x}",
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


def fill(store: Store, images: Sequence[NewImage]) -> int:
    """Add made-up images in one step."""
    with store.step("Add images") as db:
        return add_images(db, images, who="tester")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty project."""
    return create_store(tmp_path / "project", "Test project")


@pytest.fixture
def filled(store: Store) -> Store:
    """Six images: two red, two white, two without a label."""
    fill(store, [new_image(i, ("red", "white", None)[i % 3]) for i in range(6)])
    return store
