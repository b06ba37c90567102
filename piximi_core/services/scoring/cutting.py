"""How objects become pictures of their own for a network: the cut, and what is around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation import blank_background, cut_as_piximi, decode_mask
from piximi_core.images import to_unit
from piximi_core.project.contents.objects import read_runs
from piximi_core.project.contents.things import Thing
from piximi_core.services.scoring.recent_pictures import Boxes

__all__ = ["Cut", "cut_object"]

Range = tuple[float, float]


@dataclass(frozen=True)
class Cut:
    """One object's outline and how it is cut out, as far as it matters for its pixels.

    Attributes
    ----------
    box
        ``(x1, y1, x2, y2)``, the end exclusive.
    as_piximi
        Whether to sample as Piximi does, a fraction of a pixel beyond the box.
    mask
        Run lengths by spaces if what is around the object is to be blanked, else empty.
    """

    box: tuple[int, int, int, int]
    as_piximi: bool = False
    mask: str = ""

    @classmethod
    def of(cls, thing: Thing, settings: Mapping[str, Any]) -> Cut | None:
        """Return how model settings want an object cut; None for an image."""
        if thing.box is None:
            return None
        blanked = settings.get("object_background") == "Blanked"
        as_piximi = settings.get("object_crop") == "Piximi"
        return cls(thing.box, as_piximi, thing.mask if blanked else "")


def cut_object(
    picture: Boxes, plane: int, cut: Cut, float_range: Range | None = None
) -> NDArray[np.float32]:
    """Return an object as ``[H, W, C]`` float32 in 0…1, scaled as its image is."""
    x1, y1, x2, y2 = cut.box
    plane = min(plane, picture.planes - 1)
    # One row and column more, because Piximi's last sample lies there.
    more = int(cut.as_piximi)
    region = picture.cut(plane, (x1, y1, x2 + more, y2 + more))
    if region.dtype.kind == "f" and float_range is None:
        float_range = picture.finite_range(plane)
    pixels = to_unit(region, picture.bit_depth, float_range)
    if cut.as_piximi:
        pixels = cut_as_piximi(pixels, (0, 0, x2 - x1, y2 - y1))
    if not cut.mask:
        return pixels
    return blank_background(pixels, decode_mask(read_runs(cut.mask), y2 - y1, x2 - x1))
