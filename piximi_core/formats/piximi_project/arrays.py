"""The arrays of a zarr hierarchy (version 2), read block by block and checked before."""

from __future__ import annotations

import itertools
import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.formats.piximi_project.numbers import Restored
from piximi_core.formats.piximi_project.tree import Damaged, Tree

__all__ = ["ArrayHeader", "read_header", "read_small", "restore_pixels"]

_BLOCK = 2**20
_MOST_CHUNKS = 1_000_000
_DTYPE = re.compile(r"[<>|]?([uib]1|[ui][248]|f[248])")
_MOST_SMALL = 2**28


@dataclass(frozen=True)
class ArrayHeader:
    """What ``.zarray`` says, as far as it can be read here.

    Attributes
    ----------
    compressor
        None, "zlib", "gzip" or "blosc".
    """

    path: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: np.dtype[Any]
    order: str
    compressor: str | None
    separator: str

    @property
    def is_plain(self) -> bool:
        """Whether it is one chunk of bare numbers in their natural order, as Piximi writes it."""
        return self.chunks == self.shape and self.order == "C" and self.compressor is None

    def chunk_path(self, index: tuple[int, ...]) -> str:
        """Return where a chunk lies."""
        return f"{self.path}/{self.separator.join(map(str, index)) or '0'}"


def read_header(tree: Tree, path: str) -> ArrayHeader:
    """Read an array's description.

    Raises
    ------
    Damaged
        It is missing, damaged, or packed in a way that is not read.
    """
    found = tree.json(f"{path}/.zarray")
    if found is None:
        raise Damaged("the description of its array is missing or damaged")
    shape, chunks = _sizes(found.get("shape")), _sizes(found.get("chunks"))
    if len(shape) != len(chunks) or not all(chunks) or found.get("filters"):
        raise Damaged("its array is packed in a way that is not read")
    said = found.get("dtype")
    if not (isinstance(said, str) and _DTYPE.fullmatch(said)):
        raise Damaged("its array holds no numbers")
    packing = found.get("compressor")
    compressor = packing.get("id") if isinstance(packing, dict) else None
    if packing is not None and compressor not in ("zlib", "gzip", "blosc"):
        raise Damaged("its array is packed in a way that is not read")
    separator = found.get("dimension_separator", ".")
    return ArrayHeader(
        path,
        shape,
        # A chunk beyond the array is allowed, and may be padded.
        chunks,
        np.dtype(said),
        "F" if found.get("order") == "F" else "C",
        compressor,
        separator if separator in (".", "/") else ".",
    )


def _sizes(found: Any) -> tuple[int, ...]:
    if not isinstance(found, list) or len(found) > 8:
        raise Damaged("the shape of its array is missing")
    if not all(type(size) is int and 0 <= size < 2**40 for size in found):
        raise Damaged("the shape of its array holds no whole numbers")
    return tuple(found)


def read_small(tree: Tree, path: str) -> NDArray[Any]:
    """Read a whole array of numbers that are few, such as colours.

    Raises
    ------
    Damaged
        It cannot be read, or a part is missing.
    """
    header = read_header(tree, path)
    if math.prod(header.shape) * header.dtype.itemsize > _MOST_SMALL:
        raise Damaged("its array is too large")
    values = np.zeros(header.shape, header.dtype.newbyteorder("="))
    for place, block in _chunks(tree, header):
        if block is None:
            raise Damaged("a part of its array is missing")
        values[place] = block
    return values


def restore_pixels(tree: Tree, header: ArrayHeader, depth: int) -> tuple[Restored, bool]:
    """Read an image's floats as the whole numbers they came from, a block at a time.

    Returns
    -------
    tuple
        The numbers, and whether all parts were there; what is missing is 0.

    Raises
    ------
    Damaged
        A part cannot be read.
    """
    size = math.prod(header.shape)
    restored = Restored(size, depth)
    if header.is_plain:
        path = header.chunk_path((0,) * len(header.shape))
        if path not in tree:
            return restored, False
        if tree.sizes[path] != size * header.dtype.itemsize:
            raise Damaged("its array has another size than its shape says")
        with tree.stream(path) as stream:
            while block := stream.read(_BLOCK * header.dtype.itemsize):
                restored.take(_numbers(block, header.dtype))
        return restored, True
    whole = np.zeros(header.shape, np.float32)
    complete = True
    for place, part in _chunks(tree, header):
        if part is None:
            complete = False
        else:
            whole[place] = part
    restored.take(whole)
    return restored, complete


def _numbers(content: bytes, dtype: np.dtype[Any]) -> NDArray[Any]:
    try:
        return np.frombuffer(content, dtype)
    except ValueError as error:
        raise Damaged("its array is cut short") from error


def _chunks(
    tree: Tree, header: ArrayHeader
) -> Iterator[tuple[tuple[slice, ...], NDArray[Any] | None]]:
    """Yield the place and the numbers of each chunk; None for one that is not there."""
    counts = [-(-s // c) for s, c in zip(header.shape, header.chunks, strict=True)]
    if math.prod(counts) > _MOST_CHUNKS:
        raise Damaged("its array lies in too many parts")
    expected = math.prod(header.chunks) * header.dtype.itemsize
    for index in itertools.product(*map(range, counts)):
        place = tuple(
            slice(i * c, min((i + 1) * c, s))
            for i, c, s in zip(index, header.chunks, header.shape, strict=True)
        )
        path = header.chunk_path(index)
        if path not in tree:
            yield place, None
            continue
        if expected > max(2**31, 2 * math.prod(header.shape) * header.dtype.itemsize):
            raise Damaged("a part of its array is larger than the array")
        content = _unpacked(tree.read(path, expected + 2**16), header.compressor, expected)
        if len(content) != expected:
            raise Damaged("a part of its array has another size than it should")
        block = _numbers(content, header.dtype).reshape(header.chunks, order=header.order)  # type: ignore[call-overload]
        yield place, block[tuple(slice(0, p.stop - p.start) for p in place)]


def _unpacked(content: bytes, compressor: str | None, expected: int) -> bytes:
    """Unpack a chunk, never to more than it should hold."""
    if compressor is None:
        return content
    try:
        if compressor == "blosc":
            # The header tells how much it unpacks to, before memory is taken.
            if int.from_bytes(content[4:8], "little") != expected:
                raise Damaged("a part of its array has another size than it should")
            import imagecodecs

            return bytes(imagecodecs.blosc_decode(content))
        window = zlib.MAX_WBITS | (16 if compressor == "gzip" else 0)
        return zlib.decompressobj(window).decompress(content, expected + 1)
    except (zlib.error, RuntimeError, ValueError) as error:
        raise Damaged("a part of its array is damaged") from error
