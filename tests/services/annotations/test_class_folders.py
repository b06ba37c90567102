"""Folders of classes in a zip: every image and crop in a file of its own."""

from __future__ import annotations

import hashlib
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import tifffile

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import export_annotations
from piximi_core.services.annotations.export_annotations import delivered_annotations
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.sources import SourceFile
from tests.services.conftest import grey

NAMES = [
    "x/b.png",
    "y/b.png",
    "B.PNG",
    "a:b.png",
    "a_b.png",
    "a_b_1.png",
    "a",
    "a.tif",
    "a.TIFF",
    "a.tif.png",
]


def sample(path: Path, number: int) -> Path:
    """Write an image that no other is like."""
    if path.suffix == ".png":
        return grey(path, 10 * number)
    tifffile.imwrite(path, np.full((6, 8), 10 * number, np.uint8))
    return path


def test_no_image_takes_the_place_of_another(store: Store, tmp_path: Path) -> None:
    sources = []
    for number, name in enumerate(NAMES):
        ending = ".png" if name.lower().endswith(".png") else ".tif"
        sources.append(SourceFile(sample(tmp_path / f"{number}{ending}", number), name))
    run_here(store, add_images.ask(store, sources, AddOptions()))
    things = list_things(store, ThingFilter())
    assert len(things) == len(NAMES)
    job = export_annotations.ask(store, "folders")
    assert run_here(store, job).count == len(NAMES)
    with zipfile.ZipFile(delivered_annotations(job)) as archive:
        names = archive.namelist()
        contents = Counter(hashlib.sha256(archive.read(name)).hexdigest() for name in names)
    # Windows and macOS take A and a for one file.
    assert len({name.casefold() for name in names}) == len(NAMES)
    assert contents == Counter(thing.file_sha256 for thing in things)
    # Names that are free stay as they are.
    assert {
        "Unknown/x_b.png",
        "Unknown/y_b.png",
        "Unknown/a_b.png",
        "Unknown/a.TIFF",
        "Unknown/a.tif.png",
    } <= set(names)
