"""Small round spots: where the Laplacian of a Gaussian answers most, as discs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.proposing.working import Working, band

__all__ = ["find_spots"]

Numbers = NDArray[np.float32]

# Spots may be as much smaller or larger than was asked for.
_SIZES = (0.75, 1.0, 1.33)
# A spot answers so many deviations of the noise, and this share of what the strongest answer.
_NOISE, _SHARE = 7.0, 0.15
_STRONGEST = 99.0  # percent: one grain of dust is no measure


def find_spots(look: Working) -> NDArray[np.int32]:
    """Return the number of the disc that each pixel of the plane lies in, int32 ``[H, W]``.

    0 is the ground. Where two discs meet, the stronger keeps its pixels.
    """
    from scipy.ndimage import maximum_filter

    labels = np.zeros((look.height, look.width), dtype=np.int32)
    strongest, sizes = _answers(look)
    size = max(3, round(look.diameter * 0.75)) | 1
    is_peak = (strongest == maximum_filter(strongest, size=size, mode="nearest")) & (strongest > 0)
    rows, columns = np.nonzero(is_peak)
    answers = strongest[rows, columns]
    if not len(answers):
        return labels
    least = max(_NOISE * _noise(look), _SHARE * float(np.percentile(answers, _STRONGEST)))
    kept = np.flatnonzero(answers > least)
    kept = kept[np.argsort(-answers[kept], kind="stable")]
    for number, at in enumerate(kept.tolist(), start=1):
        row, column = int(rows[at]), int(columns[at])
        _paint(labels, number, row, column, float(sizes[row, column]) / 2, look.step)
    return labels


def _noise(look: Working) -> float:
    """Return by how much the answers of the smallest spots deviate where there is noise alone."""
    # Of neighbours, whose difference is hardly ever that of a spot to the ground. The norm of the
    # Laplacian of a Gaussian, times its variance, is 1 / (sqrt(2 pi) sigma).
    apart = np.abs(np.diff(look.tone[:, ::2], axis=0))
    grain = 1.4826 / 2**0.5 * float(np.median(apart)) if apart.size else 0.0
    sigma = look.diameter * _SIZES[0] / 8**0.5
    return float(grain / ((2 * np.pi) ** 0.5 * sigma))


def _answers(look: Working) -> tuple[Numbers, Numbers]:
    """Return how much each block is the middle of a spot, and of which diameter, in blocks."""
    strongest = band(look.tone, look.diameter * _SIZES[0])
    sizes = np.full_like(strongest, look.diameter * _SIZES[0])
    for factor in _SIZES[1:]:
        answer = band(look.tone, look.diameter * factor)
        is_more = answer > strongest
        strongest[is_more] = answer[is_more]
        sizes[is_more] = look.diameter * factor
    return strongest, sizes


def _paint(
    labels: NDArray[np.int32], number: int, row: int, column: int, radius: float, step: int
) -> None:
    """Give a disc the pixels of it that are free; all but the numbers of pixels are in blocks."""
    x, y, reach = (column + 0.5) * step, (row + 0.5) * step, radius * step
    left, top = max(0, int(x - reach)), max(0, int(y - reach))
    part = labels[top : int(y + reach) + 1, left : int(x + reach) + 1]
    down = (np.arange(part.shape[0]) + top + 0.5 - y)[:, np.newaxis]
    across = np.arange(part.shape[1]) + left + 0.5 - x
    part[(down**2 + across**2 <= reach**2) & (part == 0)] = number
