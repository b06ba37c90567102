"""Masks as Piximi keeps them: lengths of alternating runs, the first of them background."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput

__all__ = ["check_runs", "decode_mask", "encode_mask"]


def encode_mask(mask: NDArray[np.bool_]) -> list[int]:
    """Return the run lengths of a mask, row after row.

    Parameters
    ----------
    mask
        bool ``[H, W]``: the object's box, True where the object is.

    Examples
    --------
    >>> encode_mask(np.array([[0, 1, 1], [1, 0, 0]], dtype=bool))
    [1, 3, 2]
    """
    flat = np.asarray(mask, dtype=bool).ravel()
    ends = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs: list[int] = np.diff(ends, prepend=0, append=flat.size).tolist()
    return [0, *runs] if flat.size and flat[0] else runs


def decode_mask(runs: Sequence[int], height: int, width: int) -> NDArray[np.bool_]:
    """Return the mask of a box as bool ``[H, W]``; the inverse of `encode_mask`.

    Raises
    ------
    BadInput
        The runs are negative, or do not fill the box exactly.
    """
    check_runs(runs, height, width)
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, np.asarray(runs, dtype=np.int64)).reshape(height, width)


def check_runs(runs: Sequence[int], height: int, width: int) -> None:
    """Raise `BadInput` unless the runs fill a box of this size exactly."""
    if any(run < 0 for run in runs):
        raise BadInput(
            "A mask of {width} x {height} pixels has a run of negative length; "
            "export it again from the program that made it.",
            width=width,
            height=height,
        )
    if sum(runs) != height * width:
        raise BadInput(
            "A mask's runs cover {covered:,} pixels, but its box has {pixels:,} "
            "({width} x {height}); export it again from the program that made it.",
            covered=sum(runs),
            pixels=height * width,
            width=width,
            height=height,
        )
