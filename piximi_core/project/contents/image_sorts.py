"""Which sorts of images a project holds that Piximi reads otherwise, or not at all."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select

from piximi_core.project.database.schema import images
from piximi_core.project.database.store import Store

__all__ = ["ImageSort", "image_sorts"]

ImageSort = Literal["plain", "signed", "dicom", "deep", "decimal"]


def image_sorts(store: Store) -> set[ImageSort]:
    """Return the sorts of the images that a project holds.

    ===========  ==========================================================
    ``plain``    8 or 16 bit without a sign, which Piximi reads as we do
    ``signed``   8 or 16 bit with a sign
    ``deep``     whole numbers of 32 bit
    ``decimal``  decimal numbers
    ``dicom``    DICOM, whatever its numbers
    ===========  ==========================================================
    """
    with store.read() as db:
        rows = db.execute(select(images.c.extension, images.c.dtype).distinct()).all()
    return {_sort(extension, dtype) for extension, dtype in rows}


def _sort(extension: str, dtype: str) -> ImageSort:
    if extension == "dcm":
        return "dicom"
    if dtype.startswith("float"):
        return "decimal"
    if dtype.endswith("32"):
        return "deep"
    return "plain" if dtype.startswith("u") else "signed"
