"""Small real projects for jobs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.add_request import Added
from piximi_core.services.importing.sources import SourceFile


def write_classes(
    folder: Path,
    classes: Sequence[str] = ("dark", "light"),
    count: int = 12,
    shape: tuple[int, ...] = (24, 24),
    seed: int = 7,
) -> Path:
    """Write PNG files in class-named folders: noise around a level of the class's own."""
    random = np.random.default_rng(seed)
    for number, name in enumerate(classes):
        (folder / name).mkdir(parents=True, exist_ok=True)
        level = 40 + number * 150 // max(1, len(classes) - 1)
        for index in range(count):
            noise = random.integers(0, 50, shape)
            pixels = (level + noise).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{name}-{index:02d}.png")
    return folder


def write_tiff_pages(path: Path, frames: int, side: int = 8) -> Path:
    """Write a TIFF of 16-bit pages that say nothing about channels and planes."""
    pages = np.arange(frames * side * side, dtype=np.uint16).reshape(frames, side, side)
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack", metadata=None, contiguous=False)
    return path


def add(store: Store, *paths: Path, **options: Any) -> Added:
    """Import paths as the command line does, and return the outcome."""
    sources = [SourceFile(path, path.name) for path in paths]
    added: Added = run_here(store, add_images.ask(store, sources, AddOptions(**options)))
    return added


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty project."""
    return create_store(tmp_path / "project", "Test project")


@pytest.fixture
def labelled(store: Store, tmp_path: Path) -> Store:
    """Two classes of twelve grey images each."""
    add(store, write_classes(tmp_path / "images"), labels="folders")
    return store


def grey(path: Path, shade: int = 7) -> Path:
    """Write a grey PNG of one shade."""
    Image.fromarray(np.full((6, 8), shade, np.uint8)).save(path)
    return path


def colour(path: Path, shade: int = 90) -> Path:
    """Write an RGB PNG whose three channels differ."""
    pixels = np.zeros((6, 8, 3), np.uint8)
    pixels[...] = (shade, 2 * shade, 30)
    Image.fromarray(pixels).save(path)
    return path
