"""From what a network gives, masks as rough as it sees, to the objects that may be meant."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.regions import Region, region_of
from piximi_core.annotation.tools.finding.candidates import Candidate
from piximi_core.annotation.tools.finding.clicks import as_marked
from piximi_core.annotation.tools.points import pixels_under, points_in
from piximi_core.annotation.tools.prompting.prompts import Prompt
from piximi_core.annotation.tools.windows import clip_box, mask_in

__all__ = ["candidates"]

# How many candidates are shown, and how much two may have in common to be worth showing both.
_MOST, _SAME = 3, 0.97
# How many masks a network may give: one that is sure, and three that are not.
_MOST_MASKS = 16


def candidates(
    masks: NDArray[Any], scores: NDArray[Any], height: int, width: int, prompt: Prompt
) -> list[Candidate]:
    """Return the objects that a network's answer may mean, the best first.

    Parameters
    ----------
    masks
        ``[N, H, W]``, above 0 the object; they cover the crop, in any detail. Of four the first is
        what the network is sure of when it was told much, as the family has it.
    scores
        ``[N]``: what the network thinks of each.
    height, width
        Of the crop, in pixels.
    prompt
        What was asked.

    Returns
    -------
    list of Candidate
        At most three that differ. Those of a box do not reach beyond it. Of those of points only
        the parts come back that hold a point inside, cut off from the points outside.
    """
    found: list[Candidate] = []
    shares = [_share(float(score)) for score in scores]
    for number in _order(shares, prompt)[:_MOST_MASKS]:
        region = _drawn(masks[number], height, width, prompt)
        if region is None or any(_alike(region, other.region) for other in found):
            continue
        found.append(Candidate(region, shares[number]))
        if len(found) == _MOST:
            break
    return found


def _order(scores: Sequence[float], prompt: Prompt) -> list[int]:
    """Return the masks in the order of what the network thinks of them."""
    numbers = list(range(len(scores)))
    if len(scores) == 4 and prompt.is_one_click:
        numbers = numbers[1:]
    order = sorted(numbers, key=lambda number: -scores[number])
    if len(scores) == 4 and not prompt.is_one_click:
        order = [0, *(number for number in order if number)]
    return order


def _share(score: float) -> float:
    # What is no number counts for nothing.
    return min(max(score, 0.0), 1.0) if math.isfinite(score) else 0.0


def _drawn(mask: NDArray[Any], height: int, width: int, prompt: Prompt) -> Region | None:
    x1, y1, x2, y2 = 0, 0, width, height
    if prompt.box is not None:
        left, top, right, bottom = prompt.box
        sides = (math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
        allowed = clip_box(sides, height, width)
        if allowed is None:
            return None
        x1, y1, x2, y2 = allowed
    rows, columns = np.nonzero(mask > 0)
    if not len(rows):
        return None
    # Only where it is drawn, and as far around it as the line may run between its pixels.
    across, down = width / mask.shape[1], height / mask.shape[0]
    x1 = max(x1, math.floor((int(columns.min()) - 1) * across))
    x2 = min(x2, math.ceil((int(columns.max()) + 2) * across))
    y1 = max(y1, math.floor((int(rows.min()) - 1) * down))
    y2 = min(y2, math.ceil((int(rows.max()) + 2) * down))
    if x1 >= x2 or y1 >= y2:
        return None
    fine = _enlarged(mask, (y1, y2, height), (x1, x2, width)) > 0
    inside = pixels_under(prompt.inside, height, width)
    if len(inside):
        window = (x1, y1, x2, y2)
        marked = points_in(inside, window) - (x1, y1)
        barred = points_in(pixels_under(prompt.outside, height, width), window) - (x1, y1)
        marked = marked[fine[marked[:, 1], marked[:, 0]]]
        held = as_marked(fine, marked, barred) if len(marked) else None
        if held is None:
            return None
        fine = held
    return region_of(fine, x1, y1)


def _enlarged(
    mask: NDArray[Any], rows: tuple[int, int, int], columns: tuple[int, int, int]
) -> NDArray[np.float32]:
    """Return a part of a mask in pixels of the crop, by straight lines between its own.

    Parameters
    ----------
    rows, columns
        The first and the end of those that come back, and how many the crop has.
    """
    numbers = np.nan_to_num(mask.astype(np.float32), nan=-1.0, posinf=1e6, neginf=-1e6)
    for axis, (first, end, total) in enumerate((rows, columns)):
        own = numbers.shape[axis]
        # The middle of a pixel of the crop, counted in pixels of the mask.
        at = np.clip((np.arange(first, end) + 0.5) * own / total - 0.5, 0, own - 1)
        before = np.floor(at).astype(np.int64)
        share = (at - before).astype(np.float32)
        after = np.minimum(before + 1, own - 1)
        share = share[:, np.newaxis] if axis == 0 else share
        numbers = numbers.take(before, axis) * (1 - share) + numbers.take(after, axis) * share
    return numbers


def _alike(one: Region, other: Region) -> bool:
    left, top = min(one.box[0], other.box[0]), min(one.box[1], other.box[1])
    right, bottom = max(one.box[2], other.box[2]), max(one.box[3], other.box[3])
    window = (left, top, right, bottom)
    first, second = mask_in(one, window), mask_in(other, window)
    return int((first & second).sum()) >= _SAME * int((first | second).sum())
