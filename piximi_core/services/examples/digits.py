"""The example project: scikit-learn's 1,797 scanned digits, ready to label, train and export."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import PiximiError
from piximi_core.jobs.folder import Job
from piximi_core.messages import Message
from piximi_core.project.contents.adding import NewImage, add_images
from piximi_core.project.contents.categories import ensure_categories
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import replace_atomically
from piximi_core.project.workspace import create_project, unused_name
from piximi_core.services.training import train
from piximi_core.vocabulary import IMAGE_KIND

__all__ = [
    "DIGITS_SETTINGS",
    "EXAMPLE_NAME",
    "UNLABELLED_SHARE",
    "add_digits",
    "create_example",
    "scanned_digits",
]

EXAMPLE_NAME = "Digits"

UNLABELLED_SHARE = 5
"""Every fifth digit stays without a label, so that there is something left to predict."""

DIGITS_SETTINGS = ModelSettings(name="Digits", input_shape=(20, 20, 1), epochs=15, seed=1)
"""What the example's finished run was trained with."""

_SIDE = 8
# Making a file takes about a millisecond, nearly all of it waiting for the disk.
_WRITERS = 4


def create_example(*, who: str | None = None) -> tuple[Store, Job]:
    """Make a project of the digits and ask for its training; submit the job to have it done.

    Raises
    ------
    PiximiError
        The digits cannot be read, or the disk is full.
    """
    store = create_project(unused_name(EXAMPLE_NAME))
    add_digits(store)
    return store, train.ask(store, DIGITS_SETTINGS, who=who)


def add_digits(store: Store, *, limit: int | None = None) -> int:
    """Add the digits to a project as 8-bit grey PNG files; return how many.

    The scans are 8x8 with values 0...16, stretched here to 0...255 (by 255/16, rounded).
    Thumbnails are left to the first look at them.

    Raises
    ------
    PiximiError
        scikit-learn's data cannot be read.
    """
    scans, digits = scanned_digits(limit)
    numbers = range(len(digits))
    categories = [None if n % UNLABELLED_SHARE == 0 else str(digits[n]) for n in numbers]
    with ThreadPoolExecutor(_WRITERS) as pool:
        found = list(
            pool.map(
                lambda n: _store(store, scans[n], f"digit-{n:04d}.png", categories[n]), numbers
            )
        )
    with store.step(Message("Add example digits")) as db:
        ensure_categories(db, IMAGE_KIND, [str(digit) for digit in range(10)])
        return add_images(db, found, who=current_user())


def scanned_digits(limit: int | None = None) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the scans as [N,8,8] in 0...255, and which digits they show; see `add_digits`.

    The table is read where scikit-learn keeps it: importing the package would cost the dashboard
    seconds and 160 MB for these 57 kB.
    """
    try:
        package = importlib.util.find_spec("sklearn")
        places = list(package.submodule_search_locations or []) if package else []
        if not places:
            raise FileNotFoundError("scikit-learn is not installed")
        with gzip.open(Path(places[0]) / "datasets" / "data" / "digits.csv.gz", "rt") as lines:
            table = np.loadtxt(lines, delimiter=",", dtype=np.uint8, max_rows=limit, ndmin=2)
    except (OSError, ValueError) as error:
        raise PiximiError(
            "The example digits cannot be read ({error}); install again.", error=error
        ) from error
    scans = np.rint(table[:, :-1] * (255 / 16)).astype(np.uint8)
    return scans.reshape(-1, _SIDE, _SIDE), table[:, -1]


def _store(store: Store, pixels: NDArray[np.uint8], name: str, category: str | None) -> NewImage:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    content = stream.getvalue()
    sha256 = hashlib.sha256(content).hexdigest()
    target = store.files.original(sha256, "png")
    if not target.exists():
        # Not flushed to the disk one by one: the example can be made again.
        with replace_atomically(target, durable=False) as part:
            part.write_bytes(content)
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
