"""Makes the pictures that are served: from originals, through caches on disk and in memory."""

from __future__ import annotations

import contextlib
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piximi_core.annotation import blank_background, cut_box, decode_mask
from piximi_core.errors import BadInput, NoSpace
from piximi_core.images import (
    ChannelsUnknown,
    Look,
    Picture,
    display_colors,
    display_ranges,
    measure_levels,
    read_picture,
    render,
    thumbnail,
)
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.project.objects import read_runs
from piximi_core.project.things import Thing

__all__ = [
    "LONGEST_SIDE",
    "OBJECT_FORMS",
    "PREVIEW_SIDE",
    "LookUnfit",
    "ObjectForm",
    "Original",
    "encode_levels",
    "encode_object",
    "encode_plane",
    "encode_thumbnail",
    "from_cache_or",
]

LONGEST_SIDE = 4096  # of a rendered plane
PREVIEW_SIDE = 1024
THUMBNAIL_SIDE = 256
LOSSLESS_PIXELS = 250_000
REMEMBERED_BYTES = 256_000_000


ObjectForm = Literal["thumb", "thumb-alone", "whole", "whole-alone"]
"""How large an object is drawn, and whether alone, without what is around it in its box."""
OBJECT_FORMS: tuple[str, ...] = get_args(ObjectForm)


class LookUnfit(BadInput):
    """A look for another number of channels than the picture has."""


@dataclass(frozen=True)
class Original:
    """The stored file of one image, and the project's channel count for undeclared stacks."""

    path: Path
    channels: int | None

    @classmethod
    def find(cls, project: Path, sha256: str, channels: int | None) -> Original:
        """Find it by its content's hash; `FileNotFoundError` if there is none."""
        folder = ProjectFiles(project).original(sha256, "").parent
        found = sorted(folder.glob(f"{sha256}.*"))
        if not found:
            raise FileNotFoundError(sha256)
        return cls(found[0], channels)

    def read(self) -> Picture:
        """Decode it."""
        try:
            return read_picture(self.path)
        except ChannelsUnknown:
            return read_picture(self.path, channels=self.channels)


@dataclass(frozen=True, eq=False)
class _Decoded:
    """A decoded picture, or one plane of one that is too large to remember whole."""

    picture: Picture
    first: int
    planes: int
    look: tuple[tuple[tuple[float, float], ...], tuple[str | None, ...]]


class _Recent:
    """The pictures that were looked at last, decoded: moving a slider decodes nothing again."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[Original, int | None], _Decoded] = OrderedDict()
        # Requests for one picture wait for each other instead of decoding it several times.
        self._decoding = [Lock() for _ in range(16)]

    def find(self, original: Original, plane: int) -> _Decoded:
        with self._decoding[hash(original) % len(self._decoding)]:
            found = self._look_up(original, plane)
            return found or self._decode(original, plane)

    def _look_up(self, original: Original, plane: int) -> _Decoded | None:
        with self._lock:
            for key in ((original, None), (original, plane)):
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
        return None

    def _decode(self, original: Original, plane: int) -> _Decoded:
        picture = original.read()
        look = (display_ranges(picture), display_colors(picture))
        whole = _Decoded(picture, 0, picture.planes, look)
        if picture.pixels.nbytes <= REMEMBERED_BYTES:
            self._keep((original, None), whole)
        elif plane < picture.planes:
            pixels = picture.pixels[plane : plane + 1].copy()
            cut = Picture(pixels, picture.bit_depth)
            self._keep((original, plane), _Decoded(cut, plane, picture.planes, look))
        return whole

    def _keep(self, key: tuple[Original, int | None], decoded: _Decoded) -> None:
        with self._lock:
            self._kept[key] = decoded
            sizes = [kept.picture.pixels.nbytes for kept in self._kept.values()]
            while sum(sizes) > REMEMBERED_BYTES:
                self._kept.popitem(last=False)
                sizes.pop(0)


_recent = _Recent()


def encode_thumbnail(original: Original, look: Look | None = None) -> bytes:
    """Return a small JPEG, as the file asks or as a person wished to see it."""
    picture = original.read()
    if look is None:
        return thumbnail(picture)
    _require_fit(look, picture)
    return thumbnail(picture, ranges=look.ranges, colors=look.colors)


def encode_plane(
    original: Original, plane: int, look: Look | None = None, longest: int = LONGEST_SIDE
) -> bytes:
    """Return one plane, lossless if it is small.

    Raises
    ------
    IndexError
        There is no such plane.
    LookUnfit
        The look is for another number of channels.
    """
    decoded = _recent.find(original, plane)
    if plane >= decoded.planes:
        raise IndexError(plane)
    if look is not None:
        _require_fit(look, decoded.picture)
    ranges, colors = (look.ranges, look.colors) if look else decoded.look
    pixels = decoded.picture.pixels[plane - decoded.first]
    if longest < LONGEST_SIDE:
        # While a slider moves, every n-th pixel says enough and comes at once.
        step = -(-max(pixels.shape[:2]) // longest)
        pixels = pixels[::step, ::step]
    return _encode(render(pixels, ranges, colors))


def encode_object(thing: Thing, original: Original, form: ObjectForm, look: Look | None) -> bytes:
    """Return an object's box in the colours and ranges of its whole image, lossless if small.

    Raises
    ------
    LookUnfit
        The look is for another number of channels.
    """
    assert thing.box is not None
    decoded = _recent.find(original, thing.active_plane)
    if look is not None:
        _require_fit(look, decoded.picture)
    ranges, colors = (look.ranges, look.colors) if look else decoded.look
    plane = min(thing.active_plane, decoded.planes - 1) - decoded.first
    drawn = render(cut_box(decoded.picture.pixels[plane], thing.box), ranges, colors)
    if form.endswith("alone"):
        mask = decode_mask(read_runs(thing.mask), thing.height, thing.width)
        drawn = blank_background(drawn, mask)
    return _encode(drawn, THUMBNAIL_SIDE if form.startswith("thumb") else LONGEST_SIDE)


def encode_levels(original: Original) -> bytes:
    """Return histograms and first looks of all channels as JSON."""
    decoded = _recent.find(original, 0)
    whole = decoded.picture.planes == decoded.planes
    picture = decoded.picture if whole else original.read()
    return json.dumps(measure_levels(picture).to_json()).encode()


def from_cache_or(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return a file of the cache, made and put there first if need be."""
    with contextlib.suppress(OSError):
        return path.read_bytes()
    content = make()
    # Whole or not at all; a full disk costs the cache, never the answer.
    with contextlib.suppress(OSError, NoSpace), replace_atomically(path, durable=False) as part:
        part.write_bytes(content)
    return content


def _require_fit(look: Look, picture: Picture) -> None:
    if len(look.channels) != picture.channels:
        raise LookUnfit(f"This picture has {picture.channels} channels.")


def _encode(pixels: NDArray[np.uint8], longest: int = LONGEST_SIDE) -> bytes:
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest))
    out = BytesIO()
    if image.width * image.height <= LOSSLESS_PIXELS:
        image.save(out, "WEBP", lossless=True, method=0)
    else:
        # A twelfth of lossless WebP's time; colours are not thinned out, as cells are small.
        image.save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()
