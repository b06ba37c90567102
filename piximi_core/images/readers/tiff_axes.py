"""From a TIFF's axes, in whatever order, to ``[Z, H, W, C]``."""

from __future__ import annotations

import math

import numpy as np

from ..picture import ChannelsUnknown, PixelArray
from ..request import ReadRequest

__all__ = ["to_stack"]

_DECLARED = "ZCYXS"


def to_stack(data: PixelArray, axes: str, request: ReadRequest, notes: list[str]) -> PixelArray:
    """Return ``[Z, H, W, C]``, contiguous.

    Parameters
    ----------
    data
        One axis per letter of ``axes``.
    axes
        tifffile's letters: Z, C, Y, X, S (colour samples), T, and I or Q for pages that say
        nothing about themselves.
    request
        Gives the channel count for such pages.
    notes
        Gets a phrase where pages were taken for planes.

    Raises
    ------
    ChannelsUnknown, BadInput
        As in `read_tiff`.
    """
    if axes.count("Y") != 1 or axes.count("X") != 1:
        raise request.problem("is not a picture with height and width; export it as an image.")
    kept = [place for place, letter in enumerate(axes) if data.shape[place] > 1 or letter in "YX"]
    data = data.reshape([data.shape[place] for place in kept])
    axes = "".join(axes[place] for place in kept)
    undeclared = [letter for letter in axes if letter not in _DECLARED]
    if len(set(axes)) != len(axes) or undeclared:
        return _from_frames(data, axes, request, notes)
    order = [axes.index(letter) for letter in "ZYXCS" if letter in axes]
    sizes = [data.shape[axes.index(letter)] if letter in axes else 1 for letter in "ZYXCS"]
    planes, height, width, channels, samples = sizes
    ordered = data.transpose(order).reshape(planes, height, width, channels * samples)
    return np.ascontiguousarray(ordered)


def _from_frames(data: PixelArray, axes: str, request: ReadRequest, notes: list[str]) -> PixelArray:
    """Split pages without declared axes into planes and channels, channel-fastest."""
    leading = [place for place, letter in enumerate(axes) if letter not in "YXS"]
    frames = math.prod(data.shape[place] for place in leading)
    trailing = [axes.index(letter) for letter in "YXS" if letter in axes]
    data = data.transpose(leading + trailing)
    height, width = data.shape[len(leading) : len(leading) + 2]
    if "S" in axes and "T" not in axes:
        notes.append(f"{frames} colour pages taken as planes")
        return np.ascontiguousarray(data.reshape(frames, height, width, -1))
    if request.channels is None:
        raise ChannelsUnknown(_question(request, axes, data, leading, frames), frames)
    if "S" in axes:
        return np.ascontiguousarray(data.reshape(frames, height, width, -1))
    if frames % request.channels:
        raise request.problem(
            f"has {frames} frames, which cannot be split into {request.channels} channels; "
            "give a number that divides them."
        )
    split = data.reshape(-1, request.channels, height, width)
    return np.ascontiguousarray(np.moveaxis(split, 1, 3))


def _question(
    request: ReadRequest, axes: str, data: PixelArray, leading: list[int], frames: int
) -> str:
    if "T" in axes:
        # transpose(leading + …) put the leading axes first, in the file's order.
        times = data.shape[[axes[place] for place in leading].index("T")]
        return (
            f"'{request.name}' holds {times} time points, which have no place here; give "
            f"--channels N to take its {frames} frames as planes of N channels."
        )
    return (
        f"'{request.name}' is a stack of {frames} frames that does not say how many channels it "
        "has; give --channels N."
    )
