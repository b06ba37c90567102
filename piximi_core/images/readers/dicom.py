"""DICOM through pydicom, in real units."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from piximi_core.messages import Message

from ..description import Opened, describe_layout
from ..layout import Layout
from ..naming import safe_name
from ..picture import Picture, PixelArray
from ..request import ReadRequest
from .dicom_elements import PIXELS, complete, lacks, read_header, stored_shift
from .dicom_values import DicomPlan, dicom_pixel_size

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["load_dataset", "open_dicom"]

_DEFLATED = "1.2.840.10008.1.2.1.99"
_CHUNK = 2**20


@contextmanager
def open_dicom(path: Path, request: ReadRequest) -> Iterator[Opened]:
    """Open a DICOM image.

    Real units, after rescale slope and intercept: int16 for CT, the stored type where there is
    nothing to rescale, float32 for fractional slopes. MONOCHROME1 (white is low) is inverted.
    Frames become planes.

    Parameters
    ----------
    path
        The file, with or without the 128-byte preamble.
    request
        Name for errors, and the cap on the decoded size.
    """
    header, keyword, notes = _load_header(path, request)
    plan = DicomPlan(header, is_float=keyword not in (None, "PixelData"))
    layout = Layout("ZYX", (plan.frames, int(header.Rows), int(header.Columns)))
    layout = layout.with_samples(plan.samples)
    size = dicom_pixel_size(header)
    description = describe_layout("DICOM", layout, plan.dtype, size, (*notes, *plan.notes))

    def decode() -> Picture:
        dataset = load_dataset(path, request)
        if not any(word in dataset for word in PIXELS.values()):
            raise request.problem(Message("is DICOM without pixels; leave it out."))
        stack = plan.apply(_stored(dataset, request), dataset)
        return description.picture(np.ascontiguousarray(stack), window=plan.window_of(stack))

    yield Opened(description, decode)


def load_dataset(path: Path, request: ReadRequest) -> Dataset:
    """Read a DICOM file after checking what its header promises.

    Returns
    -------
    pydicom.dataset.Dataset
        With ``file_meta.TransferSyntaxUID`` set, and with the usual values of elements that the
        file leaves out.

    Raises
    ------
    BadInput
        No image inside, more than the cap, or a form that cannot be checked before unpacking.
    """
    import pydicom
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    header, _keyword, notes = _load_header(path, request)
    dataset = pydicom.dcmread(path, force=True)
    if notes:
        for element in header:
            if element.tag not in dataset or dataset[element.tag].is_empty:
                dataset.add(element)
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit, little = dataset.original_encoding
        if implicit:
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        else:
            dataset.file_meta.TransferSyntaxUID = (
                ExplicitVRLittleEndian if little else ExplicitVRBigEndian
            )
    return dataset


def _load_header(path: Path, request: ReadRequest) -> tuple[Dataset, str | None, list[str]]:
    """Read everything before the pixels and refuse what promises too much.

    Returns
    -------
    Dataset, str or None, list of str
        The header, completed; the element that holds the pixels; what was filled in.
    """
    from pydicom import config
    from pydicom.filereader import read_file_meta_info

    # Odd values in fields we never look at are no reason to refuse a picture or to log them.
    config.settings.reading_validation_mode = config.IGNORE
    # What goes wrong is told in the error; its log lines would quote the file.
    logging.getLogger("pydicom").disabled = True
    with path.open("rb") as file:
        has_preamble = file.read(132)[128:] == b"DICM"
    if has_preamble:
        meta = read_file_meta_info(path)
        _check_syntax(meta, request)
        if meta.get("TransferSyntaxUID") == _DEFLATED:
            _check_inflated(path, 144 + int(meta.FileMetaInformationGroupLength), request)
    header, keyword, length = read_header(path)
    rows, columns = header.get("Rows"), header.get("Columns")
    if rows is None or columns is None:
        if keyword is not None:
            raise lacks("Rows" if rows is None else "Columns", request)
        raise request.problem(
            Message("is DICOM without an image (a report or a directory); leave it out.")
        )
    notes = complete(header, keyword, length, request)
    shape = (
        int(header.get("NumberOfFrames") or 1),
        int(rows),
        int(columns),
        int(header.SamplesPerPixel),
    )
    request.check_size(shape, max(4, int(header.BitsAllocated) // 8))
    return header, keyword, notes


def _check_syntax(meta: Dataset, request: ReadRequest) -> None:
    """Refuse a way of packing the pixels for which there is no decoder."""
    from pydicom.pixels import get_decoder

    from .dicom_codecs import register

    register()
    syntax = meta.get("TransferSyntaxUID")
    try:
        is_read = syntax is None or get_decoder(syntax).is_available
    except NotImplementedError:
        is_read = False
    if not is_read:
        raise request.problem(
            Message(
                "is packed as '{syntax}', which is not read; save it uncompressed.",
                syntax=safe_name(syntax.name),
            )
        )


def _check_inflated(path: Path, start: int, request: ReadRequest) -> None:
    """Refuse a deflated file that would swell beyond the cap, since pydicom unpacks it whole."""
    unpacker, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    with path.open("rb") as file:
        file.seek(start)
        while piece := unpacker.unconsumed_tail or file.read(_CHUNK):
            total += len(unpacker.decompress(piece, _CHUNK))
            request.check_size((total + 1,), 1)


def _stored(dataset: Dataset, request: ReadRequest) -> PixelArray:
    """Return ``[Z, H, W, samples]`` as stored, in native byte order."""
    shift, bits = stored_shift(dataset), int(dataset.get("BitsStored") or 0)
    if shift:
        # pydicom takes the lowest bits, wherever the numbers stand: it is to leave the cells whole.
        dataset.BitsStored = dataset.BitsAllocated
    try:
        pixels: PixelArray = dataset.pixel_array
    except RuntimeError as error:  # NotImplementedError is one too
        syntax = safe_name(dataset.file_meta.TransferSyntaxUID.name)
        raise request.problem(
            Message(
                "cannot be unpacked ('{syntax}'): it is damaged; copy or export it again.",
                syntax=syntax,
            )
        ) from error
    samples = int(dataset.get("SamplesPerPixel") or 1)
    frames = int(dataset.get("NumberOfFrames") or 1)
    pixels = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    if shift:
        dataset.BitsStored = bits
        # JPEG and its kin have a depth of their own, which mostly is that of the numbers.
        if not (_has_own_depth(dataset) and _fit(pixels, bits)):
            pixels = _brought_down(pixels, shift, bits)
    return pixels.reshape(frames, int(dataset.Rows), int(dataset.Columns), samples)


def _has_own_depth(dataset: Dataset) -> bool:
    from pydicom.uid import RLELossless

    syntax = dataset.file_meta.TransferSyntaxUID
    return bool(syntax.is_encapsulated) and syntax != RLELossless


def _fit(pixels: PixelArray, bits: int) -> bool:
    """Whether all numbers are of so many bits."""
    low = -(1 << (bits - 1)) if pixels.dtype.kind == "i" else 0
    return bool(low <= pixels.min() and pixels.max() < low + (1 << bits))


def _brought_down(pixels: PixelArray, shift: int, bits: int) -> PixelArray:
    """Return the numbers of some bits that stand higher in their cells; what is around is cut.

    Other bits held overlays once. The sign follows the highest bit of a signed number.
    """
    above = 8 * pixels.dtype.itemsize - bits - shift
    return (pixels << above) >> (above + shift)
