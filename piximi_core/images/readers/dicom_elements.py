"""The elements that say how a DICOM file's pixels lie in it: read, filled in, or refused by name.

Older files leave some out, although the standard asks for all of them; writers and readers of the
time agreed on what is meant (DICOM PS3.3, C.7.6.3).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from piximi_core.messages import Message

from ..naming import safe_name
from ..request import ReadRequest

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["PIXELS", "complete", "lacks", "read_header", "stored_shift"]

PIXELS = {0x7FE00010: "PixelData", 0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData"}
"""The elements that may hold the pixels, by their tags."""

_FLOAT_BITS = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}
_PALETTE = tuple(f"{color}PaletteColorLookupTable" for color in ("Red", "Green", "Blue"))
_CELLS = (1, 8, 16, 32, 64)


def read_header(path: Path) -> tuple[Dataset, str | None, int]:
    """Return everything before the pixels, the element that holds them, and its length in bytes.

    The element is None where there are no pixels; the length is -1 for packed frames.
    """
    from pydicom.filereader import read_partial

    found: list[tuple[str, int]] = []

    def stop(tag: Any, _vr: str | None, length: int) -> bool:
        if int(tag) not in PIXELS:
            return False
        found.append((PIXELS[int(tag)], -1 if length == 0xFFFFFFFF else length))
        return True

    with path.open("rb") as file:
        header = read_partial(file, stop, force=True)
    keyword, length = found[0] if found else (None, 0)
    return header, keyword, length


def complete(dataset: Dataset, keyword: str | None, length: int, request: ReadRequest) -> list[str]:
    """Give a dataset the elements that its pixels cannot be read without.

    Parameters
    ----------
    keyword, length
        The element that holds the pixels, and how many bytes; see `read_header`.

    Returns
    -------
    list of str
        What was filled in, one phrase for all of it; empty if nothing was missing.

    Raises
    ------
    BadInput
        An element is missing for which no value is usual, or contradicts the others.
    """
    filled = []
    for name, value in _usual(dataset, keyword, length, request):
        if _is_missing(dataset, name):
            setattr(dataset, name, value)
            filled.append(f"{name} {value}")
    _check(dataset, keyword, request)
    return (
        [Message("missing elements read as usual: {filled}", filled=", ".join(filled))]
        if filled
        else []
    )


def _is_missing(dataset: Dataset, name: str) -> bool:
    return dataset.get(name) in (None, "")


def _usual(
    dataset: Dataset, keyword: str | None, length: int, request: ReadRequest
) -> list[tuple[str, Any]]:
    """Return the usual value of each element, in the light of those that are there."""
    photometric = str(dataset.get("PhotometricInterpretation") or "")
    is_color = photometric.startswith(("RGB", "YBR"))
    samples = int(dataset.get("SamplesPerPixel") or (3 if is_color else 1))
    usual: list[tuple[str, Any]] = [
        ("SamplesPerPixel", samples),
        ("PhotometricInterpretation", "RGB" if samples == 3 else "MONOCHROME2"),
    ]
    if _is_missing(dataset, "BitsAllocated"):
        usual.append(("BitsAllocated", _cell(dataset, keyword, length, samples, request)))
        allocated = usual[-1][1]
    else:
        allocated = int(dataset.BitsAllocated)
    if samples > 1:
        usual.append(("PlanarConfiguration", 0))
    if keyword not in _FLOAT_BITS:
        stored = int(dataset.get("BitsStored") or allocated)
        usual += [("BitsStored", stored), ("HighBit", stored - 1), ("PixelRepresentation", 0)]
    return usual


def _cell(
    dataset: Dataset, keyword: str | None, length: int, samples: int, request: ReadRequest
) -> int:
    """Return how many bits each number takes, where the file does not say."""
    if keyword in _FLOAT_BITS:
        return _FLOAT_BITS[keyword]
    numbers = int(dataset.get("NumberOfFrames") or 1) * samples
    numbers *= int(dataset.Rows) * int(dataset.Columns)
    # A byte may have been added to make their count even.
    for bits in (64, 32, 16, 8):
        if length in (numbers * bits // 8, numbers * bits // 8 + 1):
            return bits
    raise lacks("BitsAllocated", request)


def lacks(name: str, request: ReadRequest) -> Exception:
    """Return the error for an element without which nothing can be read."""
    return request.problem(
        Message(
            "is DICOM that lacks the element {name}, without which its pixels cannot be read; "
            "export it again.",
            name=name,
        )
    )


def _check(dataset: Dataset, keyword: str | None, request: ReadRequest) -> None:
    """Refuse what cannot be meant, before anything is made of it."""
    photometric = str(dataset.PhotometricInterpretation)
    if photometric == "PALETTE COLOR":
        for table in _PALETTE:
            if f"{table}Descriptor" not in dataset:
                raise lacks(f"{table}Descriptor", request)
            if f"{table}Data" not in dataset and f"Segmented{table}Data" not in dataset:
                raise lacks(f"{table}Data", request)
    allocated = int(dataset.BitsAllocated)
    if keyword in _FLOAT_BITS:
        return
    stored, high = int(dataset.BitsStored), int(dataset.HighBit)
    fits = allocated in _CELLS and 1 <= stored <= allocated and stored - 1 <= high < allocated
    if not fits:
        raise request.problem(
            Message(
                "says that its numbers have {stored} bits, up to bit {high} of {allocated} (the "
                "elements BitsStored, HighBit and BitsAllocated), which cannot be; export it "
                "again.",
                stored=stored,
                high=high,
                allocated=allocated,
            )
        )
    if not _is_known(photometric):
        raise request.problem(
            Message(
                "gives '{photometric}' as its PhotometricInterpretation, which is not "
                "known; export it again.",
                photometric=safe_name(photometric),
            )
        )


def _is_known(photometric: str) -> bool:
    from pydicom.pixels.common import PhotometricInterpretation

    return photometric in {one.value for one in PhotometricInterpretation}


def stored_shift(dataset: Dataset) -> int:
    """Return by how many bits the numbers stand above the lowest bit of their cells."""
    if _is_missing(dataset, "HighBit") or _is_missing(dataset, "BitsStored"):
        return 0
    return int(dataset.HighBit) + 1 - int(dataset.BitsStored)
