"""DICOM files written for the tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import CTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian, RLELossless

__all__ = ["encapsulated", "ramp", "write_dicom"]


def write_dicom(
    path: Path, pixels: Any, syntax: str = ExplicitVRLittleEndian, **fields: Any
) -> Path:
    """Write ``[H, W]``, ``[frames, H, W]`` or, with SamplesPerPixel=3, ``[H, W, 3]``."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = "1.2.3.4"
    samples = fields.get("SamplesPerPixel", 1)
    has_frames = pixels.ndim - (samples == 3) == 3
    if has_frames:
        dataset.NumberOfFrames = pixels.shape[0]
    dataset.Rows, dataset.Columns = pixels.shape[has_frames : 2 + has_frames]
    bits = 8 * pixels.dtype.itemsize
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    for keyword, value in fields.items():
        setattr(dataset, keyword, value)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    dataset["PixelData"].VR = "OW" if bits > 8 else "OB"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = (
        ExplicitVRLittleEndian if syntax == RLELossless else syntax
    )
    if syntax == RLELossless:
        dataset.compress(RLELossless)
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path


def ramp(kind: str, *shape: int) -> Any:
    limits = np.iinfo(kind)
    return np.linspace(limits.min, limits.max, int(np.prod(shape))).astype(kind).reshape(shape)


def encapsulated(
    path: Path, frames: Sequence[bytes | bytearray], syntax: str, like: Any, **fields: Any
) -> Path:
    """Write frames packed by someone else, as pydicom lays them into a file."""
    write_dicom(path, like, **fields)
    dataset = pydicom.dcmread(path)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.save_as(path)
    return path
