"""DICOM through pydicom, in real units."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..picture import Picture, PixelArray, PixelSize
from ..request import ReadRequest

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["load_dataset", "read_dicom"]

_DEFLATED = "1.2.840.10008.1.2.1.99"


def load_dataset(path: Path, request: ReadRequest) -> Dataset:
    """Read a DICOM file after checking what its header promises.

    Returns
    -------
    pydicom.dataset.Dataset
        With ``file_meta.TransferSyntaxUID`` set.

    Raises
    ------
    BadInput
        No image inside, more than the cap, or a form that cannot be checked before unpacking.
    """
    import pydicom
    from pydicom import config
    from pydicom.filereader import read_file_meta_info
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    # Odd values in fields we never look at are no reason to refuse a picture or to log them.
    config.settings.reading_validation_mode = config.IGNORE
    with path.open("rb") as file:
        has_preamble = file.read(132)[128:] == b"DICM"
    if has_preamble:
        meta = read_file_meta_info(path)
        if meta.get("TransferSyntaxUID") == _DEFLATED:
            raise request.problem("is deflated DICOM, which is not read; save it uncompressed.")
    header = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    _check_header(header, request)
    dataset = pydicom.dcmread(path, force=True)
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        if implicit:
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        else:
            dataset.file_meta.TransferSyntaxUID = (
                ExplicitVRLittleEndian if little else ExplicitVRBigEndian
            )
    return dataset


def _check_header(header: Dataset, request: ReadRequest) -> None:
    rows, columns = header.get("Rows"), header.get("Columns")
    if rows is None or columns is None:
        raise request.problem("is DICOM without an image (a report or a directory); leave it out.")
    shape = (
        int(header.get("NumberOfFrames") or 1),
        int(rows),
        int(columns),
        int(header.get("SamplesPerPixel") or 1),
    )
    request.check_size(shape, max(4, int(header.get("BitsAllocated") or 8) // 8))


def read_dicom(path: Path, request: ReadRequest) -> Picture:
    """Read a DICOM image.

    Parameters
    ----------
    path
        The file, with or without the 128-byte preamble.
    request
        Name for errors, and the cap on the decoded size.

    Returns
    -------
    Picture
        ``[frames, rows, columns, 1 or 3]`` after rescale slope and intercept: int16 for CT,
        the stored type where there is nothing to rescale, float32 for fractional slopes.
        MONOCHROME1 (white is low) is inverted.
    """
    dataset = load_dataset(path, request)
    if not any(word in dataset for word in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise request.problem("is DICOM without pixels; leave it out.")
    try:
        pixels = dataset.pixel_array
    except (RuntimeError, NotImplementedError) as error:
        syntax = dataset.file_meta.TransferSyntaxUID.name
        raise request.problem(
            f"cannot be unpacked ('{syntax}'); it is damaged, or save it uncompressed."
        ) from error
    samples = int(dataset.get("SamplesPerPixel") or 1)
    frames = int(dataset.get("NumberOfFrames") or 1)
    pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    stack = pixels.reshape(frames, int(dataset.Rows), int(dataset.Columns), samples)
    notes: list[str] = []
    if int(dataset.BitsAllocated) == 1:
        stack = stack * np.uint8(255)
        notes.append("1-bit values widened to 0 and 255")
    elif samples == 1:
        stack = _grey(stack, dataset, notes)
    depth = 32 if stack.dtype.kind == "f" else 8 * stack.dtype.itemsize
    return Picture(np.ascontiguousarray(stack), depth, _pixel_size(dataset), tuple(notes))


def _grey(stack: PixelArray, dataset: Dataset, notes: list[str]) -> PixelArray:
    """Return one-sample data in real units, or as RGB where it carries a palette."""
    from pydicom.pixels import apply_color_lut, apply_modality_lut

    photometric = str(dataset.get("PhotometricInterpretation", "MONOCHROME2"))
    if photometric == "PALETTE COLOR":
        notes.append("palette turned into RGB")
        colored: PixelArray = apply_color_lut(stack[..., 0], dataset)
        return colored[..., :3]
    if stack.dtype.kind == "f":
        return stack.astype(np.float32, copy=False)
    if photometric == "MONOCHROME1":
        notes.append("inverted, because low values are stored as white (MONOCHROME1)")
        stack = _inverted(stack, int(dataset.get("BitsStored") or 8 * stack.dtype.itemsize))
    if "ModalityLUTSequence" in dataset:
        looked_up: PixelArray = apply_modality_lut(stack, dataset)
        return looked_up
    pairs = _rescale_pairs(dataset, stack.shape[0])
    return stack if all(pair == (1.0, 0.0) for pair in pairs) else _rescaled(stack, pairs)


def _inverted(stack: PixelArray, bits: int) -> PixelArray:
    """Return values mirrored within the stored range."""
    top = -1 if stack.dtype.kind == "i" else 2**bits - 1
    mirrored: PixelArray = (top - stack.astype(np.int64)).astype(stack.dtype)
    return mirrored


def _rescale_pairs(dataset: Dataset, frames: int) -> list[tuple[float, float]]:
    """Return (slope, intercept) of every frame, wherever the file keeps them."""
    if "RescaleSlope" in dataset or "RescaleIntercept" in dataset:
        return [_pair(dataset)] * frames
    shared = _group(dataset.get("SharedFunctionalGroupsSequence"), 0)
    if shared is not None:
        return [_pair(shared)] * frames
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence")
    groups = [_group(per_frame, frame) for frame in range(frames)]
    return [(1.0, 0.0) if group is None else _pair(group) for group in groups]


def _group(sequence: Any, index: int) -> Dataset | None:
    """Return the value transformation of one item of a functional groups sequence."""
    if not sequence or index >= len(sequence):
        return None
    inner = sequence[index].get("PixelValueTransformationSequence")
    return inner[0] if inner else None


def _pair(dataset: Dataset) -> tuple[float, float]:
    slope = dataset.get("RescaleSlope")
    intercept = dataset.get("RescaleIntercept")
    pair = (
        1.0 if slope in (None, "") else float(slope),
        0.0 if intercept in (None, "") else float(intercept),
    )
    if not all(math.isfinite(number) for number in pair) or pair[0] == 0:
        raise ValueError("a rescale slope or intercept that is no number")
    return pair


def _rescaled(stack: PixelArray, pairs: list[tuple[float, float]]) -> PixelArray:
    """Return ``slope * stored + intercept`` in the smallest fitting type."""
    if not all(slope.is_integer() and shift.is_integer() for slope, shift in pairs):
        out = np.empty(stack.shape, np.float32)
        for frame, (slope, shift) in enumerate(pairs):
            out[frame] = stack[frame].astype(np.float64) * slope + shift
        return out
    wide = np.empty(stack.shape, np.int64)
    for frame, (slope, shift) in enumerate(pairs):
        wide[frame] = stack[frame].astype(np.int64) * int(slope) + int(shift)
    # int16 before anything else, so that every slice of a CT series has the same type.
    for kind in (np.int16, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= wide.min() and wide.max() <= limits.max:
            return wide.astype(kind)
    return wide.astype(np.float32)


def _pixel_size(dataset: Dataset) -> PixelSize | None:
    """Return the spacing in mm; DICOM gives the row spacing (y) first."""
    shared = dataset.get("SharedFunctionalGroupsSequence")
    measures = shared[0].get("PixelMeasuresSequence") if shared else None
    source = measures[0] if measures else dataset
    spacing = source.get("PixelSpacing") or dataset.get("ImagerPixelSpacing")
    between = source.get("SpacingBetweenSlices") or source.get("SliceThickness")
    try:
        y, x = (float(step) for step in spacing)
        z = float(between) if between else None
    except (TypeError, ValueError):
        return None
    return PixelSize(x, y, z, "mm") if x > 0 and y > 0 else None
