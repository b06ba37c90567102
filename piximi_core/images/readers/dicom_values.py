"""From a DICOM file's stored numbers to real units: planned from the header, done on the pixels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from piximi_core.messages import Message

from ..picture import PixelArray, PixelSize

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["DicomPlan", "dicom_pixel_size"]

Pair = tuple[float, float]


class DicomPlan:
    """What becomes of the stored numbers.

    Parameters
    ----------
    header
        The dataset, with or without its pixels.
    is_float
        Whether the pixels are stored as floating-point numbers.

    Attributes
    ----------
    frames, samples
        Planes, and channels: 1 or 3.
    dtype
        What comes out. A CT whose numbers leave 16 bits against all custom comes out wider.
    window
        ``(lo, hi)`` in real units that the file asks to be shown, or None.
    notes
        What is changed, one short phrase each.
    """

    def __init__(self, header: Dataset, *, is_float: bool = False) -> None:
        self.notes: list[str] = []
        self.frames = int(header.get("NumberOfFrames") or 1)
        stored = int(header.get("SamplesPerPixel") or 1)
        photometric = str(header.get("PhotometricInterpretation", "MONOCHROME2"))
        self._has_palette = stored == 1 and photometric == "PALETTE COLOR"
        self._is_inverted = stored == 1 and photometric == "MONOCHROME1"
        self._allocated = int(header.get("BitsAllocated") or 8)
        self._bits = int(header.get("BitsStored") or self._allocated)
        self._is_signed = bool(header.get("PixelRepresentation"))
        self._is_float = is_float
        self.samples = 3 if self._has_palette else stored
        self._pairs = [(1.0, 0.0)]
        has_units = stored == 1 and not (
            self._has_palette or self._is_float or self._allocated == 1
        )
        if has_units and "ModalityLUTSequence" not in header:
            self._pairs = _rescale_pairs(header, self.frames, self.notes)
        self.dtype = np.dtype(self._plan_type(header))
        self.window = self._shown(header) if has_units else None
        # Numbers that stand where the scanner saw nothing, often far from all others.
        padding = header.get("PixelPaddingValue") if has_units else None
        self._padding = padding if isinstance(padding, int) and not self._is_inverted else None
        self._say(header)

    def _say(self, header: Dataset) -> None:
        if self._allocated == 1:
            self.notes.append(Message("1-bit values widened to 0 and 255"))
        if self._has_palette:
            self.notes.append(Message("palette turned into RGB"))
        if self._is_inverted:
            self.notes.append(
                Message("inverted, because low values are stored as white (MONOCHROME1)")
            )
        aspect = header.get("PixelAspectRatio")
        if aspect and len(aspect) == 2 and aspect[0] != aspect[1]:
            self.notes.append(
                Message(
                    "pixels are not square ({height} high to {width} wide)",
                    height=aspect[0],
                    width=aspect[1],
                )
            )

    def _plan_type(self, header: Dataset) -> Any:
        """Choose the type from what the header allows, so that a whole series has the same."""
        if self._is_float:
            return np.float32
        if self._has_palette:
            table = header.get("RedPaletteColorLookupTableDescriptor") or [0, 0, 16]
            return np.uint8 if int(table[2]) <= 8 else np.uint16
        stored = f"{'i' if self._is_signed else 'u'}{max(8, self._allocated) // 8}"
        if "ModalityLUTSequence" in header:
            entry = header.ModalityLUTSequence[0].LUTDescriptor[2]
            return np.uint8 if int(entry) <= 8 else np.uint16
        if all(pair == (1.0, 0.0) for pair in self._pairs):
            return stored
        if not all(slope.is_integer() and shift.is_integer() for slope, shift in self._pairs):
            return np.float32
        # By custom the real units of 16-bit files fit 16 bits, though the header allows more.
        if self._bits <= 16 and all(abs(slope) == 1 for slope, _ in self._pairs):
            return np.int16
        lo, hi = self._stored_range()
        ends = [slope * end + shift for slope, shift in self._pairs for end in (lo, hi)]
        return _smallest(min(ends), max(ends), np.int16)

    def _stored_range(self) -> tuple[int, int]:
        low = -(2 ** (self._bits - 1)) if self._is_signed else 0
        return low, low + 2**self._bits - 1

    def apply(self, stack: PixelArray, dataset: Dataset) -> PixelArray:
        """Return ``[Z, H, W, C]`` in real units.

        Parameters
        ----------
        stack
            ``[Z, H, W, samples]`` as stored.
        dataset
            The whole file, for its tables.
        """
        from pydicom.pixels import apply_color_lut, apply_modality_lut

        if self._allocated == 1:
            drawn = 0 if self._is_inverted else 1
            return np.where(stack == drawn, np.uint8(255), np.uint8(0))
        if self._has_palette:
            colored: PixelArray = apply_color_lut(stack[..., 0], dataset)
            return colored[..., :3]
        if stack.dtype.kind == "f":
            return stack.astype(np.float32, copy=False)
        if self._is_inverted:
            lo, hi = self._stored_range()
            stack = (lo + hi - stack.astype(np.int64)).astype(stack.dtype)
        if "ModalityLUTSequence" in dataset and self.samples == 1:
            looked_up: PixelArray = apply_modality_lut(stack, dataset)
            return looked_up
        if all(pair == (1.0, 0.0) for pair in self._pairs):
            # A decoder may give 8 bits where the header sets 16 aside, never the other way round.
            return stack.astype(self.dtype, casting="safe", copy=False)
        return self._rescaled(stack)

    def window_of(self, stack: PixelArray) -> tuple[Pair, ...] | None:
        """Return the window that the file states, else the range of what the scanner saw."""
        if self.window is not None or self._padding is None or len(set(self._pairs)) > 1:
            return self.window
        slope, shift = self._pairs[0]
        seen = stack[stack != slope * self._padding + shift]
        return ((float(seen.min()), float(seen.max())),) if seen.size else None

    def _rescaled(self, stack: PixelArray) -> PixelArray:
        """Return ``slope * stored + intercept`` of every frame."""
        if self.dtype.kind == "f":
            out = np.empty(stack.shape, np.float32)
            for frame, (slope, shift) in enumerate(self._pairs):
                out[frame] = stack[frame].astype(np.float64) * slope + shift
            return out
        wide = np.empty(stack.shape, np.int64)
        for frame, (slope, shift) in enumerate(self._pairs):
            wide[frame] = stack[frame].astype(np.int64) * int(slope) + int(shift)
        return wide.astype(_smallest(int(wide.min()), int(wide.max()), self.dtype.type))

    def _shown(self, header: Dataset) -> tuple[Pair, ...] | None:
        """Return the first window of the file, for the numbers as they come out."""
        source = _first(header, "FrameVOILUTSequence") or header
        try:
            center, width = (
                float(np.atleast_1d(source.get(word))[0])
                for word in ("WindowCenter", "WindowWidth")
            )
        except (TypeError, ValueError, IndexError):
            return None
        slope, shift = self._pairs[0]
        if not (math.isfinite(center) and math.isfinite(width)) or width < 1:
            return None
        if len(set(self._pairs)) > 1 or "ModalityLUTSequence" in header:
            return None
        lo, hi = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
        if self._is_inverted:
            mirror = slope * sum(self._stored_range()) + 2 * shift
            lo, hi = mirror - hi, mirror - lo
        return ((lo, hi),)


def _smallest(low: float, high: float, first: Any) -> Any:
    """Return the first of int16, int32 and float32, from ``first`` on, that holds a range."""
    for kind in (np.int16, np.int32):
        limits = np.iinfo(kind)
        if np.dtype(kind).itemsize >= np.dtype(first).itemsize and (
            limits.min <= low and high <= limits.max
        ):
            return kind
    return np.float32


def _first(dataset: Dataset, keyword: str) -> Dataset | None:
    """Return the first item of a sequence of the frames' shared description."""
    shared = dataset.get("SharedFunctionalGroupsSequence")
    return _group(shared, 0, keyword)


def _group(sequence: Any, index: int, keyword: str) -> Dataset | None:
    """Return what one item of a functional groups sequence says under a keyword."""
    if not sequence or index >= len(sequence):
        return None
    inner = sequence[index].get(keyword)
    return inner[0] if inner else None


def _rescale_pairs(dataset: Dataset, frames: int, notes: list[str]) -> list[Pair]:
    """Return (slope, intercept) of every frame, wherever the file keeps them."""
    keyword = "PixelValueTransformationSequence"
    shared = _first(dataset, keyword)
    if "RescaleSlope" in dataset or "RescaleIntercept" in dataset:
        stated = [_pair(dataset)] * frames
    elif shared is not None:
        stated = [_pair(shared)] * frames
    else:
        per_frame = dataset.get("PerFrameFunctionalGroupsSequence")
        groups = [_group(per_frame, frame, keyword) for frame in range(frames)]
        stated = [(1.0, 0.0) if group is None else _pair(group) for group in groups]
    usable = [(slope or 1.0, 0.0 if shift is None else shift) for slope, shift in stated]
    if usable != stated:
        # A slope of 0 would make one value of all.
        notes.append(Message("a rescale slope or intercept that cannot be was taken as 1 or 0"))
    return usable


def _pair(dataset: Dataset) -> tuple[float | None, float | None]:
    """Return slope and intercept as stated, each None where it is no number."""
    slope, intercept = dataset.get("RescaleSlope"), dataset.get("RescaleIntercept")
    return (
        1.0 if slope in (None, "") else _number(slope),
        0.0 if intercept in (None, "") else _number(intercept),
    )


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def dicom_pixel_size(dataset: Dataset) -> PixelSize | None:
    """Return the spacing in mm; DICOM gives the row spacing (y) first."""
    source = _first(dataset, "PixelMeasuresSequence") or dataset
    spacing = source.get("PixelSpacing") or dataset.get("ImagerPixelSpacing")
    spacing = spacing or dataset.get("NominalScannedPixelSpacing")
    between = source.get("SpacingBetweenSlices") or source.get("SliceThickness")
    try:
        y, x = (float(step) for step in spacing)
        z = float(between) if between else None
    except (TypeError, ValueError):
        return None
    if not (0 < x < math.inf and 0 < y < math.inf):
        return None
    return PixelSize(x, y, z if z is not None and 0 < z < math.inf else None, "mm")
