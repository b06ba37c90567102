"""The example "Cells": crops of fluorescent cells in two channels, drawn here, to be trained on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from piximi_core.images.synthetic_cells import SHAPES, crop_cells, draw_field
from piximi_core.jobs.folder import Job
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import create_project, unused_name
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.sources import SourceFile
from piximi_core.vocabulary import new_id

__all__ = [
    "CELLS_NAME",
    "CELLS_PER_SHAPE",
    "CELL_COLORS",
    "CELL_SIDE",
    "PIXEL_SIZE",
    "UNLABELLED_SHARE",
    "create_cells",
    "write_cells",
]

CELLS_NAME = "Cells"

CELLS_PER_SHAPE = 100

UNLABELLED_SHARE = 4
"""Every fourth cell stays without a label, for the person or the classifier to give one."""

PIXEL_SIZE = 0.325
"""Micrometres: a camera of 6.5 µm behind a lens of 20x."""

CELL_SIDE = 48
"""Height and width of a crop in pixels."""

_CHANNELS = {"Nucleus": "#4a6cff", "Cytoplasm": "#28e66e"}
CELL_COLORS = tuple(_CHANNELS.values())
"""In which colours the channels are shown."""


def create_cells(*, who: str | None = None) -> tuple[Store, Job]:
    """Make a project and ask for the import of its cells; submit the job to have it done.

    Raises
    ------
    PiximiError
        The disk is full.
    """
    store = create_project(unused_name(CELLS_NAME))
    job_id = new_id()
    room = store.files.jobs / job_id
    write_cells(room / "upload", room / "labels.csv")
    options = AddOptions(labels=str(room / "labels.csv"))
    source = SourceFile(room / "upload", CELLS_NAME)
    return store, add_images.ask(store, [source], options, job_id=job_id, who=who)


def write_cells(folder: Path, labels: Path, *, per_shape: int = CELLS_PER_SHAPE) -> None:
    """Write the crops as 16-bit OME-TIFF files and, for part of them, what they show.

    Parameters
    ----------
    folder
        Where the images go; made if missing.
    labels
        The CSV file of names and categories to write.
    per_shape
        How many cells of each shape.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = io.StringIO()
    lines = csv.writer(table)
    lines.writerow(["name", "category"])
    for number, (shape, pixels) in enumerate(_chosen(per_shape), start=1):
        name = f"cell-{number:04d}.ome.tif"
        _write(folder / name, pixels)
        if number % UNLABELLED_SHARE:
            lines.writerow([name, shape])
    labels.write_text(table.getvalue(), encoding="utf-8")


def _chosen(per_shape: int) -> Iterator[tuple[str, NDArray[np.uint16]]]:
    """Yield cells from one field after the other until there are enough of each shape."""
    missing = dict.fromkeys(SHAPES, per_shape)
    seed = 0
    while any(missing.values()):
        for cell, pixels in crop_cells(draw_field(seed), CELL_SIDE):
            if missing[cell.shape]:
                missing[cell.shape] -= 1
                yield cell.shape, pixels
        seed += 1


def _write(path: Path, pixels: NDArray[np.uint16]) -> None:
    """Write a file that states its channels and pixel size, and is the same on every machine."""
    colors = [_ome_color(color) for color in _CHANNELS.values()]
    tifffile.imwrite(
        path,
        pixels,
        ome=True,
        photometric="minisblack",
        software="Piximi Dashboard",
        metadata={
            "axes": "CYX",
            "Creator": "Piximi Dashboard",
            "UUID": "00000000-0000-4000-8000-000000000000",
            "PhysicalSizeX": PIXEL_SIZE,
            "PhysicalSizeY": PIXEL_SIZE,
            "PhysicalSizeXUnit": "µm",
            "PhysicalSizeYUnit": "µm",
            "Channel": {"Name": list(_CHANNELS), "Color": colors},
        },
    )


def _ome_color(color: str) -> int:
    """Return ``#rrggbb`` as OME's signed RGBA number."""
    number = int(f"{color[1:]}ff", 16)
    return number - (1 << 32) if number >= 1 << 31 else number
