"""Pictures that need no original: outlines over a thumbnail, and what stands for a broken one.

Outlines are made once for what there is to see: the address names the project's revision, so that
the browser asks anew after a change, and the disk keeps them by what is drawn, so that a change of
another image costs one look at the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from piximi_core.annotation.overlays import FIRST_COLOR, RIM, Outlined, draw_outlines
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.objects import ObjectMask, masks_in
from piximi_core.project.contents.things import get_things
from piximi_core.project.database.store import Store, open_store
from piximi_core.project.files import ProjectFiles
from piximi_core.vocabulary import is_unknown
from piximi_ui.server.pictures.making import from_cache_or, in_thread

__all__ = ["encode_outlines", "placeholder"]

_SIDE = 512  # twice a thumbnail's: lines of two pixels stay fine on dense screens
_PLANE = 0  # the one that a thumbnail shows
_UNLABELLED = "#e5e7eb"  # as in the viewer
_RIM = (0, 0, 0, 140)
_MOST_COLORS = 256 - FIRST_COLOR  # of a picture with a palette


async def encode_outlines(project: Path, image_id: str) -> bytes:
    """Return a PNG, clear but for the outlines; of one pixel where there are none.

    Raises
    ------
    FileNotFoundError
        There is no such image.
    """
    height, width, masks, colors = await in_thread(
        "outlines", lambda: _read(open_store(project), image_id)
    )
    if not masks:
        return _nothing()
    shown = [(mask[5:], colors.get(mask.category_id, _UNLABELLED)) for mask in masks]
    digest = hashlib.sha256(repr((height, width, shown)).encode()).hexdigest()[:24]
    sort = hashlib.sha256(image_id.encode()).hexdigest()[:24]
    path = ProjectFiles(project).cache / "outlines" / sort[:2] / f"{sort}-{digest}"

    async def make() -> bytes:
        return await in_thread("outlines", lambda: _draw(height, width, masks, colors))

    return await from_cache_or(path, make, f"{sort}-")


def _read(store: Store, image_id: str) -> tuple[int, int, Sequence[ObjectMask], Mapping[str, str]]:
    found = get_things(store, [image_id])
    if not found or found[0].box is not None:
        raise FileNotFoundError(image_id)
    [image] = found
    masks = [mask for mask in masks_in(store, image_id) if mask.plane == _PLANE]
    return image.height, image.width, masks, _colors(store, store.revision())


@lru_cache(maxsize=8)
def _colors(store: Store, revision: int) -> Mapping[str, str]:
    """Return the colours of all categories by their ids, but for those of "no category"."""
    return {
        category.id: category.color
        for kind in list_kinds(store)
        for category in list_categories(store, kind.id)
        if not is_unknown(category.id)
    }


def _draw(height: int, width: int, masks: Sequence[ObjectMask], colors: Mapping[str, str]) -> bytes:
    places: dict[str, int] = {}
    found = [
        Outlined(
            (mask.x1, mask.y1, mask.x2, mask.y2),
            mask.mask,
            places.setdefault(colors.get(mask.category_id, _UNLABELLED), len(places)),
        )
        for mask in masks
    ]
    drawn = draw_outlines(found, height, width, _SIDE)
    table = np.zeros((FIRST_COLOR + len(places), 4), np.uint8)
    table[RIM] = _RIM
    for color, place in places.items():
        table[FIRST_COLOR + place] = (*ImageColor.getrgb(color)[:3], 255)
    if len(places) > _MOST_COLORS:
        image = Image.fromarray(table[drawn])
    else:
        image = Image.fromarray(drawn.astype(np.uint8))
        image.putpalette(table[:, :3].tobytes())
        image.info["transparency"] = table[:, 3].tobytes()
    return _png(image)


@cache
def _nothing() -> bytes:
    return _png(Image.new("RGBA", (1, 1)))


@cache
def placeholder() -> bytes:
    """A small grey picture with a cross: the original cannot be read."""
    image = Image.new("RGBA", (64, 64), (128, 128, 128, 48))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((18, 18, 46, 46), radius=4, outline=(128, 128, 128, 255), width=2)
    draw.line((24, 40, 40, 24), fill=(128, 128, 128, 255), width=2)
    out = BytesIO()
    image.save(out, "WEBP", lossless=True)
    return out.getvalue()


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
