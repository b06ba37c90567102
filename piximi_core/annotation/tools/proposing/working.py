"""The picture that objects are looked for in: as coarse as their size allows, bright on dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.tones import mean_tone

__all__ = ["Working", "band", "blurred", "clean_tone", "enlarged", "is_dark", "reduced"]

Numbers = NDArray[np.float32]

# A diameter has at least so many blocks: less would be felt in the outlines, more in the time.
_BLOCKS = 12


@dataclass(frozen=True)
class Working:
    """A plane made ready for objects of one diameter.

    Attributes
    ----------
    tone
        float32 ``[h, w]``: means of blocks, brighter in objects.
    step
        The side of a block, in pixels.
    diameter
        Of the objects, in blocks.
    height, width
        Of the plane, in pixels.
    """

    tone: Numbers
    step: int
    diameter: float
    height: int
    width: int

    @classmethod
    def of(cls, tone: Numbers, diameter: float, dark: bool) -> Working:
        """Make a plane ready whose objects are darker than what is around them, or brighter."""
        step = max(1, int(diameter // _BLOCKS))
        coarse = reduced(tone, step)
        height, width = tone.shape
        return cls(-coarse if dark else coarse, step, diameter / step, height, width)


def clean_tone(pixels: NDArray[Any]) -> Numbers | None:
    """Return the mean over the channels as float32 ``[H, W]`` from 0 to 1; None if all is equal.

    Pixels that are no number get the usual value, so that nothing is found there.
    """
    if not all(pixels.shape):
        return None
    tone = mean_tone(pixels)
    # Infinite ones of both signs make no number.
    is_number = np.isfinite(tone)
    if not is_number.any():
        return None
    known = tone[is_number]
    low, high = float(known.min()), float(known.max())
    # Halves, because the whole range may be more than the largest number.
    span = high / 2 - low / 2
    if not span > 0:
        return None
    if len(known) < tone.size:
        tone[~is_number] = np.median(known)
    tone /= 2
    tone -= low / 2
    tone /= span
    shares: Numbers = tone.astype(np.float32)
    return shares


def reduced(tone: Numbers, step: int) -> Numbers:
    """Return the means of blocks; those of the last row and column hold what is left."""
    if step <= 1:
        return tone
    height, width = tone.shape
    spare = (-height % step, -width % step)
    whole = np.pad(tone, ((0, spare[0]), (0, spare[1])), mode="edge") if any(spare) else tone
    blocks = whole.reshape(whole.shape[0] // step, step, whole.shape[1] // step, step)
    means: Numbers = blocks.mean(axis=(1, 3), dtype=np.float32)
    return means


def enlarged(values: NDArray[Any], step: int, height: int, width: int) -> NDArray[Any]:
    """Return values of blocks for each pixel ``[H, W]``: between their middles, in between."""
    if step <= 1:
        return values
    across = _between(values.T, step, width).T
    return _between(across, step, height)


def _between(values: NDArray[Any], step: int, length: int) -> NDArray[Any]:
    """Interpolate along the first axis."""
    places = (np.arange(length, dtype=np.float32) + 0.5) / step - 0.5
    places = places.clip(0, len(values) - 1)
    below = places.astype(np.intp)
    above = np.minimum(below + 1, len(values) - 1)
    share = (places - below).astype(np.float32)[:, np.newaxis]
    found: NDArray[Any] = values[below] * (1 - share) + values[above] * share
    return found


def blurred(tone: Numbers, sigma: float) -> Numbers:
    """Return a picture under a Gaussian of this standard deviation, its edges continued."""
    from scipy.ndimage import gaussian_filter

    smooth: Numbers = gaussian_filter(tone, sigma, mode="nearest", truncate=3.0)
    return smooth


def band(tone: Numbers, diameter: float) -> Numbers:
    """Return how much each place is the middle of a bright disc of a diameter, darker around.

    Minus the Laplacian of a Gaussian, scaled so that sizes can be compared (Lindeberg, "Feature
    detection with automatic scale selection", International Journal of Computer Vision, 1998): a
    disc answers most at its own diameter, the square root of 8 times the Gaussian's deviation.
    """
    from scipy.ndimage import gaussian_laplace

    sigma = diameter / 8**0.5
    answer: Numbers = gaussian_laplace(tone, sigma, mode="nearest", truncate=3.0)
    answer *= -(sigma**2)
    return answer


def is_dark(tone: Numbers, diameter: float) -> bool:
    """Whether discs of a diameter are rather darker than their surroundings than brighter."""
    coarse = reduced(tone, max(1, int(diameter // 6)))
    answer = band(coarse, diameter / max(1, int(diameter // 6))).astype(np.float64)
    # Middles of objects answer more strongly than the gaps between them.
    return bool(((answer - answer.mean()) ** 3).mean() < 0)
