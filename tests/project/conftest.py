"""Projects to test with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from piximi_core.project.contents.adding import NewImage, add_images
from piximi_core.project.database.store import Store, create_store
from tests.made_up import made_up_image


def new_image(number: int, category: str | None = None, name: str | None = None) -> NewImage:
    """A made-up image row; no file stands behind it."""
    return made_up_image(
        name or f"image-{number:04d}.png", sha256=f"{number:064x}", category=category
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
