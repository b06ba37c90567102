"""Zarr and OME-Zarr, folders and zips of them, version 2 and 3."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.messages import Message

from ..description import Opened, describe_layout
from ..large.parts import Parts
from ..large.zarr_parts import can_be_read_in_parts, zarr_parts
from ..layout import layout_of, to_stack
from ..picture import Picture, PixelArray
from ..request import ReadRequest
from ..values import Values
from .zarr_metadata import Tree, ZarrImage, find_image
from .zarr_tree import FolderTree, ZipTree, zip_root

__all__ = ["open_zarr"]


@contextmanager
def open_zarr(path: Path, request: ReadRequest) -> Iterator[Opened]:
    """Open a Zarr array or the full level of an OME-Zarr image.

    Parameters
    ----------
    path
        A folder, or a zip that holds one. Links inside are not followed.
    request
        Name for errors, what was answered, the cap on the decoded size.

    Raises
    ------
    BadInput
        No image inside, a link, or a way of packing that is not read.
    """
    with ExitStack() as closing:
        if path.is_dir():
            _refuse_links(path, request)
            yield _opened(FolderTree(path), path, "", closing, request)
            return
        archive = closing.enter_context(zipfile.ZipFile(path))
        root = zip_root(archive.namelist()) or ""
        yield _opened(ZipTree(archive, root), path, root, closing, request)


def _refuse_links(top: Path, request: ReadRequest) -> None:
    """Refuse a folder with a link in it: it could lead anywhere on the server."""
    for folder, names, files in os.walk(top, followlinks=False):
        if any(Path(folder, name).is_symlink() for name in (*names, *files)):
            raise request.problem(
                Message("holds links to other places; copy it with their content.")
            )


def _opened(tree: Tree, path: Path, root: str, closing: ExitStack, request: ReadRequest) -> Opened:
    image = find_image(tree, request)
    layout = layout_of(image.axes, image.shape, request)
    itemsize = max(4, image.dtype.itemsize)
    in_parts = can_be_read_in_parts(image)
    limits = request.allowing_parts() if in_parts else request
    limits.check_size(layout.picked(request.time or 1), itemsize)
    request.check_size(image.chunks, itemsize)
    values = Values(image.dtype)
    values.make_plain(request)
    description = describe_layout(
        "OME-Zarr" if image.is_ome else "Zarr",
        layout,
        values.dtype,
        image.pixel_size,
        (*values.notes, *image.notes),
    )

    def decode() -> Picture:
        data = values.apply(_numbers(path, root, image, request))
        stack = to_stack(data, layout, request)
        return description.picture(stack, channel_colors=image.colors, window=image.window)

    def parts() -> Parts:
        store = _store(path)
        closing.callback(store.close)
        return zarr_parts(store, root, image, values)

    return Opened(description, decode, parts if in_parts else None)


def _store(path: Path) -> Any:
    from zarr.storage import LocalStore, ZipStore

    return LocalStore(path, read_only=True) if path.is_dir() else ZipStore(path, read_only=True)


def _numbers(path: Path, root: str, image: ZarrImage, request: ReadRequest) -> PixelArray:
    """Unpack the array, of the asked time point alone."""
    import zarr

    chosen: list[Any] = [slice(None)] * len(image.shape)
    if isinstance(request.time, int) and "T" in image.axes:
        place = image.axes.index("T")
        if image.shape[place] > 1:
            chosen[place] = request.time - 1
    where = (root + image.path).strip("/")
    store = _store(path)
    try:
        array = zarr.open_array(store, path=where, mode="r", zarr_format=image.version)
        if array.shape != image.shape:
            raise ValueError("metadata that changed while they were read")
        return np.asarray(array[tuple(chosen)])
    finally:
        store.close()
