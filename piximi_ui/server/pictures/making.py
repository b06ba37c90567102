"""Makes the pictures that are served: from originals, through caches on disk and in memory.

Originals are decoded by processes with limits (`piximi_core.services.decoding.fair_decoders`),
never here. What was looked at last stays here, decoded: moving a slider decodes nothing again.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from starlette.types import Receive

from piximi_core.annotation import blank_background, cut_box, decode_mask
from piximi_core.annotation.regions import Box
from piximi_core.errors import BadInput, PiximiError
from piximi_core.images import Look, render
from piximi_core.images.large.pyramid import halved
from piximi_core.project.contents.objects import read_runs
from piximi_core.project.contents.things import Thing
from piximi_core.project.files import ProjectFiles, replace_atomically
from piximi_core.services.decoding.fair_decoders import Decoded
from piximi_core.services.decoding.large import OVERVIEW_SIDE
from piximi_core.services.decoding.showing import LONGEST_SIDE, reduced
from piximi_ui.server.pictures.originals import (
    Original,
    Planes,
    close_decoders,
    recent,
    warm_decoders,
)

__all__ = [
    "LONGEST_SIDE",
    "OBJECT_FORMS",
    "OVERVIEW_SIDE",
    "PREVIEW_SIDE",
    "LookUnfit",
    "ObjectForm",
    "Original",
    "close_decoders",
    "draw_ahead",
    "encode_levels",
    "encode_object",
    "encode_plane",
    "encode_thumbnail",
    "from_cache_or",
    "in_thread",
    "plane_path",
    "serve_from",
    "unless_gone",
    "warm_decoders",
]

PREVIEW_SIDE = 1024
THUMBNAIL_SIDE = 256
LOSSLESS_PIXELS = 250_000

_LOOKS_KEPT = 6  # of one picture on the disk
_PIXELS_AT_ONCE = 1_000_000  # rendered in one go: floats take twelve times a pixel's room


Result = TypeVar("Result")

ObjectForm = Literal["thumb", "thumb-alone", "whole", "whole-alone"]
"""How large an object is drawn, and whether alone, without what is around it in its box."""
OBJECT_FORMS: tuple[str, ...] = get_args(ObjectForm)


class LookUnfit(BadInput):
    """A look for another number of channels than the picture has."""


async def _find_planes(original: Original, plane: int) -> Planes:
    found = recent.look_up(original, plane)
    if found is None:
        found = _planes(await original.decode("planes", plane=plane), plane)
        if len(found.pixels):
            recent.keep(original, found)
    if plane >= found.planes:
        raise IndexError(plane)
    return found


def _planes(decoded: Decoded, plane: int) -> Planes:
    facts, pixels = decoded.facts, decoded.pixels
    ranges = tuple((float(low), float(high)) for low, high in facts["ranges"])
    none = np.zeros((0, 0, 0, len(ranges)), np.uint8)  # of a plane that there is not
    return Planes(
        none if pixels is None else pixels,
        facts.get("first", plane),
        facts["planes"],
        facts.get("step", 1),
        ranges,
        tuple(facts["colors"]),
    )


async def encode_thumbnail(original: Original, look: Look | None = None) -> bytes:
    """Return a small JPEG, as the file asks or as a person wished to see it."""
    facts = (await original.decode("thumb", look=str(look) if look else None)).facts
    if look is not None:
        _require_fit(look, facts["channels"])
    return base64.b64decode(facts["thumbnail"])


async def encode_plane(
    original: Original, plane: int, look: Look | None = None, longest: int = OVERVIEW_SIDE
) -> bytes:
    """Return one plane, lossless if it is small.

    Raises
    ------
    IndexError
        There is no such plane.
    LookUnfit
        The look is for another number of channels.
    """
    found = await _find_planes(original, plane)
    if look is not None:
        _require_fit(look, len(found.ranges))
    pixels = found.pixels[plane - found.first]
    if longest < OVERVIEW_SIDE:
        # While a slider moves, every n-th pixel says enough and comes at once.
        step = -(-max(pixels.shape[:2]) // longest)
        pixels = pixels[::step, ::step]

    def draw() -> bytes:
        return _encode(_drawn(_within(pixels, longest), found, look))

    return await in_thread("drawing", draw)


def _within(pixels: NDArray[Any], longest: int) -> NDArray[Any]:
    """Halve ``[H, W, C]`` until it is no longer than that."""
    while max(pixels.shape[:2]) > longest:
        pixels = halved(pixels)
    return pixels


async def encode_part(
    original: Original, plane: int, box: Box, look: Look | None, step: int = 1
) -> bytes:
    """Return a part of a plane, ``step`` times ``step`` pixels as one, as `encode_plane` does."""
    found = recent.look_up(original, plane, whole=True)
    if found is None or not 0 <= plane - found.first < len(found.pixels):
        decoded = await original.decode("planes", plane=plane, box=list(box), step=step)
        found = _planes(decoded, plane)
        part = found.pixels
    else:
        part = reduced(cut_box(found.pixels[plane - found.first], box)[np.newaxis], step)
    if part.size == 0:
        raise IndexError(plane, box)
    if look is not None:
        _require_fit(look, len(found.ranges))
    return await in_thread("drawing", lambda: _encode(_drawn(part[0], found, look)))


async def encode_object(
    thing: Thing, original: Original, form: ObjectForm, look: Look | None
) -> bytes:
    """Return an object's box in the colours and ranges of its whole image, lossless if small.

    Raises
    ------
    LookUnfit
        The look is for another number of channels.
    """
    assert thing.box is not None
    found = recent.look_up(original, thing.active_plane, whole=True)
    if found is None or not len(found.pixels):
        found = await _find_object(thing, original)
        plane = found.pixels[0]
    else:
        plane = cut_box(found.pixels[thing.active_plane - found.first], thing.box)
    if look is not None:
        _require_fit(look, len(found.ranges))

    def draw() -> bytes:
        drawn = _drawn(plane, found, look)
        if form.endswith("alone"):
            mask = decode_mask(read_runs(thing.mask), thing.height, thing.width)
            mask = mask[:: found.step, :: found.step][: drawn.shape[0], : drawn.shape[1]]
            drawn = blank_background(drawn[: mask.shape[0], : mask.shape[1]], mask)
        return _encode(drawn, THUMBNAIL_SIDE if form.startswith("thumb") else LONGEST_SIDE)

    return await in_thread("thumbs", draw)


async def _find_object(thing: Thing, original: Original) -> Planes:
    """Return an object's box alone, all its pixels; of the last plane if its own is gone."""
    plane = thing.active_plane
    box = list(thing.box or ())
    decoded = await original.decode("planes", plane=plane, box=box)
    if decoded.pixels is None:
        plane = decoded.facts["planes"] - 1
        decoded = await original.decode("planes", plane=plane, box=box)
    return _planes(decoded, plane)


async def encode_levels(original: Original) -> bytes:
    """Return histograms and first looks of all channels as JSON."""
    return json.dumps((await original.decode("levels")).facts["levels"]).encode()


_ahead: dict[Path, asyncio.Task[bytes]] = {}
_loop: list[asyncio.AbstractEventLoop] = []


def serve_from(loop: asyncio.AbstractEventLoop | None) -> None:
    """Name the loop in which pictures are served, None for none any more."""
    _loop[:] = [loop] if loop is not None else []


def plane_path(project: Path, sha256: str, plane: int) -> Path:
    """Return where a plane in the file's own look is cached."""
    return ProjectFiles(project).cache / "planes" / sha256[:2] / f"{sha256}-{plane}"


def draw_ahead(project: Path, sha256: str, channels: int | None, plane: int = 0) -> None:
    """Begin to draw a plane for which the browser, which is still loading, is about to ask.

    It is drawn in the file's own look. Nothing is waited for, and what goes wrong is said when it
    asks. For any thread.
    """
    path = plane_path(project, sha256, plane)
    try:
        original = Original.find(project, sha256, channels)
    except FileNotFoundError:
        return

    def begin() -> None:
        if path in _ahead:
            return
        making = from_cache_or(path, lambda: encode_plane(original, plane))
        task = _ahead[path] = asyncio.ensure_future(making)
        task.add_done_callback(done)

    def done(task: asyncio.Task[bytes]) -> None:
        del _ahead[path]
        if not task.cancelled():
            task.exception()  # heard, so that nobody complains that it was not

    for loop in _loop:
        with contextlib.suppress(RuntimeError):  # it has just ended
            loop.call_soon_threadsafe(begin)


async def from_cache_or(
    path: Path, make: Callable[[], Awaitable[bytes]], sort: str | None = None
) -> bytes:
    """Return a file of the cache, made and put there first if need be.

    Parameters
    ----------
    sort
        Names files of which only the last few are kept: those whose names begin with it.
    """
    found = await in_thread("reading", lambda: _read(path))
    if found is not None:
        return found
    begun = _ahead.get(path)
    if begun is not None and begun is not asyncio.current_task():
        with contextlib.suppress(PiximiError):
            return await asyncio.shield(begun)
    content = await make()
    await in_thread("reading", lambda: _put(path, content, sort))
    return content


def _read(path: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return None


def _put(path: Path, content: bytes, sort: str | None) -> None:
    # Whole or not at all; a full or read-only disk costs the cache, never the answer.
    with contextlib.suppress(OSError, PiximiError):
        with replace_atomically(path, durable=False) as part:
            part.write_bytes(content)
        if sort is not None:
            kept = sorted(path.parent.glob(f"{sort}*"), key=lambda one: one.stat().st_mtime_ns)
            for spare in kept[:-_LOOKS_KEPT]:
                spare.unlink(missing_ok=True)


async def in_thread(name: str, work: Callable[[], Result]) -> Result:
    """Do something in a few threads of its own: no sort of work waits for another."""
    return await asyncio.get_running_loop().run_in_executor(_threads(name), work)


@cache
def _threads(name: str) -> ThreadPoolExecutor:
    # Few, so that cores are left for the pages themselves.
    return ThreadPoolExecutor(
        max(2, min(4, (os.cpu_count() or 2) - 1)), thread_name_prefix=f"pictures-{name}"
    )


def _require_fit(look: Look, channels: int) -> None:
    if len(look.channels) != channels:
        raise LookUnfit("This picture has {channels} channels.", channels=channels)


def _drawn(pixels: NDArray[Any], found: Planes, look: Look | None) -> NDArray[np.uint8]:
    """Draw ``[H, W, C]`` as 8-bit RGB, some rows at a time."""
    ranges, colors = (look.ranges, look.colors) if look else (found.ranges, found.colors)
    rows = max(1, _PIXELS_AT_ONCE // max(1, pixels.shape[1]))
    if pixels.shape[0] <= rows:
        return render(pixels, ranges, colors)
    drawn = np.empty((*pixels.shape[:2], 3), np.uint8)
    for top in range(0, pixels.shape[0], rows):
        drawn[top : top + rows] = render(pixels[top : top + rows], ranges, colors)
    return drawn


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


async def unless_gone(receive: Receive, work: Awaitable[bytes]) -> bytes | None:
    """Return what comes of the work; None, and the work is given up, once nobody listens."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    doing, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return doing.result() if doing.done() else None
    finally:
        for one in (doing, leaving):
            one.cancel()
