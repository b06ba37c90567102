"""Zarr metadata of version 2 and 3, checked before the library sees them; OME-Zarr's on top."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Literal, Protocol

import numpy as np

from piximi_core.errors import BadInput
from piximi_core.messages import Message

from ..picture import PixelSize
from ..request import ReadRequest
from ..values import DType
from .bare_axes import guessed_axes
from .tiff_metadata import positive

__all__ = ["Tree", "ZarrImage", "find_image"]

# Anything else could be a codec that runs code (pickle) or that is not there.
_COMPRESSORS = frozenset({"blosc", "zlib", "gzip", "zstd", "lz4", "bz2", "lzma"})
_FILTERS = frozenset({"delta", "shuffle", "fixedscaleoffset", "crc32", "adler32"})
_CODECS = frozenset({"bytes", "transpose", "gzip", "zstd", "blosc", "crc32c"})
_LETTERS = {"time": "T", "channel": "C", "depth": "Z", "height": "Y", "width": "X"}
_UNITS = {
    "micrometer": "µm", "micrometre": "µm", "nanometer": "nm", "nanometre": "nm",
    "millimeter": "mm", "millimetre": "mm", "centimeter": "cm", "meter": "m", "metre": "m",
    "angstrom": "Å", "µm": "µm", "um": "µm", "nm": "nm", "mm": "mm",
}  # fmt: skip
_OME_0_2 = "TCZYX"
_MOST_LEVELS = 20


class Tree(Protocol):
    """Where metadata are read from."""

    def json(self, name: str) -> dict[str, Any]:
        """Return a JSON object by its path, empty where there is none."""


@dataclass(frozen=True)
class ZarrImage:
    """One array and what is said about it.

    Attributes
    ----------
    path
        Where the array lies below the root, ``""`` for the root itself.
    version
        2 or 3.
    axes, shape, chunks, dtype
        One letter and two lengths per axis; the type of the numbers.
    smaller
        The same picture in less detail, as OME-Zarr keeps it, the largest first.
    """

    path: str
    version: Literal[2, 3]
    axes: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: DType
    is_ome: bool
    pixel_size: PixelSize | None = None
    colors: tuple[str, ...] | None = None
    window: tuple[tuple[float, float], ...] | None = None
    notes: tuple[str, ...] = ()
    smaller: tuple[ZarrImage, ...] = ()


def find_image(tree: Tree, request: ReadRequest) -> ZarrImage:
    """Find the array that is the picture: the full level of an OME image, or a lone array.

    Raises
    ------
    BadInput
        There is none, there are many (a plate), or it is stored in a way we do not read.
    """
    attributes = _attributes(tree, "")
    where = ""
    if "bioformats2raw.layout" in attributes and "multiscales" not in attributes:
        where, attributes = "0/", _attributes(tree, "0/")
    if "multiscales" in attributes:
        return _ome_image(tree, where, attributes, request)
    if "plate" in attributes or "well" in attributes:
        raise request.problem(
            Message("is a plate with many images; add the folders of its single images instead.")
        )
    version, shape, chunks, dtype = _array(tree, "", request)
    document = tree.json("zarr.json")
    names = document.get("dimension_names") or attributes.get("_ARRAY_DIMENSIONS")
    axes = _letters(names, len(shape))
    notes: tuple[str, ...] = ()
    if axes is None:
        axes, notes = guessed_axes(shape, request)
    return ZarrImage("", version, axes, shape, chunks, dtype, is_ome=False, notes=notes)


def _attributes(tree: Tree, where: str) -> dict[str, Any]:
    """Return a group's or array's attributes; OME's lie in them since 0.5 under a key."""
    found = tree.json(f"{where}zarr.json").get("attributes") or tree.json(f"{where}.zattrs")
    inner = found.get("ome")
    return inner if isinstance(inner, dict) else found


def _array(
    tree: Tree, where: str, request: ReadRequest
) -> tuple[Literal[2, 3], tuple[int, ...], tuple[int, ...], DType]:
    """Return version, shape, chunks and type of an array after checking how it is stored."""
    document = tree.json(f"{where}zarr.json")
    if document.get("node_type") == "array":
        return 3, *_version_3(document, request)
    document = tree.json(f"{where}.zarray")
    if not document:
        raise request.problem(
            Message(
                "is a Zarr group without an image in it; add the folder of one array, or save it "
                "as "
                "OME-Zarr."
            )
        )
    return 2, *_version_2(document, request)


def _version_2(
    document: dict[str, Any], request: ReadRequest
) -> tuple[tuple[int, ...], tuple[int, ...], DType]:
    compressor, filters = document.get("compressor"), document.get("filters") or []
    _allow([compressor] if compressor else [], "id", _COMPRESSORS, request)
    _allow(filters, "id", _FILTERS, request)
    if not isinstance(document["dtype"], str):
        raise request.problem(
            Message("does not hold plain numbers; save an array of integers or floats.")
        )
    dtype = np.dtype(document["dtype"])
    return _lengths(document["shape"]), _lengths(document["chunks"]), dtype


def _version_3(
    document: dict[str, Any], request: ReadRequest
) -> tuple[tuple[int, ...], tuple[int, ...], DType]:
    codecs = document["codecs"]
    for sharding in (one for one in codecs if one.get("name") == "sharding_indexed"):
        inner = sharding["configuration"]
        _allow(inner["codecs"] + inner.get("index_codecs", []), "name", _CODECS, request)
    plain = [one for one in codecs if one.get("name") != "sharding_indexed"]
    _allow(plain, "name", _CODECS, request)
    if document["data_type"] not in np.sctypeDict:
        raise request.problem(
            Message("does not hold plain numbers; save an array of integers or floats.")
        )
    chunks = document["chunk_grid"]["configuration"]["chunk_shape"]
    return _lengths(document["shape"]), _lengths(chunks), np.dtype(document["data_type"])


def _allow(used: list[Any], key: str, allowed: frozenset[str], request: ReadRequest) -> None:
    for one in used:
        name = str(one.get(key))
        if name not in allowed:
            raise request.problem(
                Message(
                    "is packed with '{name}', which we do not unpack; save it with zstd, gzip or "
                    "blosc.",
                    name=name[:40],
                )
            )


def _lengths(found: Any) -> tuple[int, ...]:
    lengths = tuple(int(length) for length in found)
    if not 1 <= len(lengths) <= 16 or min(lengths) < 0:
        raise ValueError("an array without a sensible shape")
    return lengths


def _letters(names: Any, count: int) -> str | None:
    """Return one letter per axis name, Q for those without a place, None without names."""
    if not isinstance(names, list) or len(names) != count:
        return None
    words = [str(name or "").lower() for name in names]
    letters = "".join(
        word.upper() if word in ("t", "c", "z", "y", "x") else _LETTERS.get(word, "Q")
        for word in words
    )
    return letters if "Y" in letters and "X" in letters else None


def _ome_image(
    tree: Tree, where: str, attributes: dict[str, Any], request: ReadRequest
) -> ZarrImage:
    """Return the full level of the first image of an OME-Zarr group."""
    images = attributes["multiscales"]
    image = images[0]
    level = image["datasets"][0]
    path = _inside(where, level, request)
    version, shape, chunks, dtype = _array(tree, f"{path}/", request)
    stated = image.get("axes") or list(_OME_0_2[-len(shape) :])
    names = [axis.get("name") if isinstance(axis, dict) else axis for axis in stated]
    axes = _letters(names, len(shape))
    if axes is None:
        raise request.problem(
            Message("has OME metadata that do not fit its array; export it again.")
        )
    channels = shape[axes.index("C")] if "C" in axes else 1
    colors, window = _drawn(attributes.get("omero"), channels)
    notes = (
        (Message("only the first of {count} images was read", count=len(images)),)
        if len(images) > 1
        else ()
    )
    size = _size(axes, stated, image, level)
    found = ZarrImage(path, version, axes, shape, chunks, dtype, True, size, colors, window, notes)
    return replace(found, smaller=_smaller(tree, where, image["datasets"][1:], found, request))


def _inside(where: str, level: Any, request: ReadRequest) -> str:
    """Return the path of a level's array."""
    inside = PurePosixPath(str(level["path"]))
    if inside.is_absolute() or ".." in inside.parts:
        raise request.problem(Message("points to an array outside itself; export it again."))
    return f"{where}{inside.as_posix()}"


def _smaller(
    tree: Tree, where: str, levels: list[Any], full: ZarrImage, request: ReadRequest
) -> tuple[ZarrImage, ...]:
    """Return the levels that hold the same picture with fewer rows and columns, and no others.

    A picture is read whole without them, so what is wrong with them keeps nobody from it.
    """
    found: list[ZarrImage] = []
    before = full
    for level in levels[:_MOST_LEVELS]:
        try:
            path = _inside(where, level, request)
            version, shape, chunks, dtype = _array(tree, f"{path}/", request)
        except (BadInput, KeyError, TypeError, ValueError):
            continue
        if len(shape) != len(full.shape) or dtype != full.dtype:
            continue
        if _is_half_of(before, shape):
            before = ZarrImage(path, version, full.axes, shape, chunks, dtype, is_ome=True)
            found.append(before)
    return tuple(found)


def _is_half_of(before: ZarrImage, shape: tuple[int, ...]) -> bool:
    """Whether a shape differs from a level's by fewer rows and columns alone."""
    return all(
        (1 <= new < old or new == old == 1) if letter in "YX" else new == old
        for letter, old, new in zip(before.axes, before.shape, shape, strict=True)
    )


def _size(axes: str, stated: list[Any], image: Any, level: Any) -> PixelSize | None:
    """Return the pixel size from the scales of the level and of the whole image."""
    sizes = [1.0] * len(axes)
    has_scale = False
    for source in (image, level):
        for one in source.get("coordinateTransformations") or []:
            scale = one.get("scale")
            if one.get("type") == "scale" and isinstance(scale, list) and len(scale) == len(axes):
                sizes = [size * float(factor) for size, factor in zip(sizes, scale, strict=True)]
                has_scale = True
    units = {
        letter: _UNITS.get(str(axis.get("unit") if isinstance(axis, dict) else None))
        for letter, axis in zip(axes, stated, strict=True)
    }
    unit = units["X"]
    if not has_scale or unit is None:
        return None
    x, y, z = (
        positive(sizes[axes.index(letter)]) if units.get(letter) == unit else None
        for letter in "XYZ"
    )
    return PixelSize(x, y, z, unit) if x or y else None


def _drawn(
    omero: Any, channels: int
) -> tuple[tuple[str, ...] | None, tuple[tuple[float, float], ...] | None]:
    """Return colours and ranges of the channels where the file states all of them."""
    stated = omero.get("channels") if isinstance(omero, dict) else None
    if not isinstance(stated, list) or len(stated) != channels:
        return None, None
    colors, ranges = [], []
    for channel in stated:
        try:
            red_green_blue = bytes.fromhex(str(channel.get("color"))[:6])
            colors.append(f"#{red_green_blue.hex()}")
        except ValueError:
            pass
        window = channel.get("window") or {}
        try:
            low, high = float(window["start"]), float(window["end"])
        except (KeyError, TypeError, ValueError):
            continue
        if np.isfinite([low, high]).all() and low < high:
            ranges.append((low, high))
    is_colored = len(colors) == channels and all(len(color) == 7 for color in colors)
    return (
        tuple(colors) if is_colored else None,
        tuple(ranges) if len(ranges) == channels else None,
    )
