"""DICOM whose numbers stand high in their cells, and DICOM that leaves elements out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, JPEGLSLossless, RLELossless

from piximi_core.errors import BadInput
from piximi_core.images import deidentify_dicom, describe, read_picture
from tests.images.readers.dicom_files import encapsulated, ramp, write_dicom

COMBINATIONS = [
    (allocated, stored, high)
    for allocated in (8, 16, 32)
    for stored in (1, 5, 8, 12, 16, 31)
    for high in range(stored - 1, allocated)
    if stored <= allocated and high in {stored - 1, stored, allocated - 2, allocated - 1}
]


def cells(numbers: Any, allocated: int, stored: int, high: int) -> Any:
    """Numbers laid into cells by hand, with noise in every bit that is not theirs."""
    rng = np.random.default_rng(3)
    shift = high + 1 - stored
    mask = ((1 << stored) - 1) << shift
    noise = rng.integers(0, 1 << allocated, numbers.shape, np.uint64)
    laid = ((numbers.astype(np.int64) << shift) & mask).astype(np.uint64)
    return ((noise & np.uint64(~mask & ((1 << allocated) - 1))) | laid).astype(f"u{allocated // 8}")


@pytest.mark.parametrize(("allocated", "stored", "high"), COMBINATIONS)
@pytest.mark.parametrize("signed", [False, True])
def test_numbers_are_read_wherever_they_stand_in_their_cells(
    tmp_path: Path, allocated: int, stored: int, high: int, signed: bool
) -> None:
    low = -(1 << (stored - 1)) if signed else 0
    numbers = np.linspace(low, low + (1 << stored) - 1, 35).round().astype(np.int64).reshape(5, 7)
    laid = cells(numbers, allocated, stored, high)
    # pydicom packs up to 16 bits.
    packed = [RLELossless] if allocated <= 16 else []
    for syntax in (ExplicitVRLittleEndian, ExplicitVRBigEndian, *packed):
        path = write_dicom(tmp_path / f"{syntax}.dcm", laid, syntax)
        dataset = pydicom.dcmread(path)
        dataset.BitsStored, dataset.HighBit = stored, high
        dataset.PixelRepresentation = int(signed)
        dataset.save_as(path)
        picture = read_picture(path)
        np.testing.assert_array_equal(picture.pixels[0, :, :, 0], numbers)
        assert picture.bit_depth == describe(path).bit_depth


def test_numbers_that_stand_high_are_rescaled_inverted_and_copied_too(tmp_path: Path) -> None:
    numbers = np.arange(35).reshape(5, 7) * 100
    laid = cells(numbers, 16, 12, 15)
    fields: dict[str, Any] = {"BitsStored": 12, "HighBit": 15}
    units = write_dicom(tmp_path / "u.dcm", laid, RescaleSlope=2, RescaleIntercept=-9, **fields)
    np.testing.assert_array_equal(read_picture(units).pixels[0, :, :, 0], 2 * numbers - 9)
    inverted = write_dicom(
        tmp_path / "i.dcm", laid, PhotometricInterpretation="MONOCHROME1", **fields
    )
    np.testing.assert_array_equal(read_picture(inverted).pixels[0, :, :, 0], 4095 - numbers)
    colors = np.stack([numbers, numbers + 1, numbers + 2], axis=2)
    color = write_dicom(
        tmp_path / "c.dcm", cells(colors, 16, 12, 15), SamplesPerPixel=3, PlanarConfiguration=0,
        PhotometricInterpretation="RGB", **fields,
    )  # fmt: skip
    np.testing.assert_array_equal(read_picture(color).pixels[0], colors)
    deidentify_dicom(units, tmp_path / "copy.dcm", name="u.dcm")
    copy = read_picture(tmp_path / "copy.dcm")
    np.testing.assert_array_equal(copy.pixels[0, :, :, 0], 2 * numbers - 9)


@pytest.mark.parametrize("shift", [0, 4])
def test_packed_frames_have_a_depth_of_their_own(tmp_path: Path, shift: int) -> None:
    import imagecodecs

    numbers = (np.arange(35, dtype=np.uint16).reshape(5, 7) * 117) & 0xFFF
    frame = imagecodecs.jpegls_encode(numbers << shift)
    path = encapsulated(
        tmp_path / "p.dcm", [frame], JPEGLSLossless, numbers, BitsStored=12, HighBit=15
    )
    np.testing.assert_array_equal(read_picture(path).pixels[0, :, :, 0], numbers)


@pytest.mark.parametrize(
    ("allocated", "stored", "high"),
    [(16, 12, 7), (16, 12, 16), (8, 12, 11), (16, 0, 15), (12, 12, 11)],
)
def test_bits_that_cannot_be_are_named(
    tmp_path: Path, allocated: int, stored: int, high: int
) -> None:
    path = write_dicom(
        tmp_path / "x.dcm", ramp("uint16", 4, 6), BitsAllocated=allocated, BitsStored=stored,
        HighBit=high,
    )  # fmt: skip
    with pytest.raises(BadInput, match="HighBit"):
        read_picture(path)


def without(path: Path, *keywords: str, empty: bool = False) -> Path:
    dataset = pydicom.dcmread(path)
    for keyword in keywords:
        if empty:
            dataset[keyword].value = None
        else:
            delattr(dataset, keyword)
    pydicom.dcmwrite(path, dataset)
    return path


MISSING = [
    ("SamplesPerPixel",),
    ("PhotometricInterpretation",),
    ("BitsAllocated",),
    ("BitsStored",),
    ("HighBit",),
    ("PixelRepresentation",),
    ("SamplesPerPixel", "PhotometricInterpretation", "PixelRepresentation"),
    ("BitsAllocated", "BitsStored", "HighBit"),
]


@pytest.mark.parametrize("keywords", MISSING)
@pytest.mark.parametrize("kind", ["uint8", "uint16", "uint32"])
@pytest.mark.parametrize("empty", [False, True])
def test_elements_that_are_missing_have_their_usual_values(
    tmp_path: Path, keywords: tuple[str, ...], kind: str, empty: bool
) -> None:
    pixels = ramp(kind, 5, 7)
    path = without(write_dicom(tmp_path / "m.dcm", pixels), *keywords, empty=empty)
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[0, :, :, 0], pixels)
    (note,) = picture.notes
    assert all(keyword in note for keyword in keywords)
    assert describe(path).notes == picture.notes
    deidentify_dicom(path, tmp_path / "copy.dcm", name="m.dcm")
    np.testing.assert_array_equal(read_picture(tmp_path / "copy.dcm").pixels, picture.pixels)


@pytest.mark.parametrize(
    "keywords", [("PlanarConfiguration",), ("PhotometricInterpretation",), ("SamplesPerPixel",)]
)
def test_missing_elements_of_a_colour_picture(tmp_path: Path, keywords: tuple[str, ...]) -> None:
    pixels = ramp("uint8", 5, 7, 3)
    path = write_dicom(
        tmp_path / "c.dcm", pixels, SamplesPerPixel=3, PhotometricInterpretation="RGB",
        PlanarConfiguration=0,
    )  # fmt: skip
    np.testing.assert_array_equal(read_picture(without(path, *keywords)).pixels[0], pixels)


def test_floats_need_no_sign(tmp_path: Path) -> None:
    pixels = np.linspace(-2, 3, 35, dtype=np.float32).reshape(5, 7)
    path = write_dicom(tmp_path / "f.dcm", ramp("uint32", 5, 7))
    dataset = pydicom.dcmread(path)
    for keyword in ("PixelData", "BitsStored", "HighBit", "PixelRepresentation", "BitsAllocated"):
        delattr(dataset, keyword)
    dataset.FloatPixelData = pixels.tobytes()
    pydicom.dcmwrite(path, dataset)
    np.testing.assert_array_equal(read_picture(path).pixels[0, :, :, 0], pixels)


def test_elements_without_a_usual_value_are_named(tmp_path: Path) -> None:
    for keyword in ("Rows", "Columns"):
        path = without(write_dicom(tmp_path / f"{keyword}.dcm", ramp("uint8", 5, 7)), keyword)
        with pytest.raises(BadInput, match=f"lacks the element {keyword}"):
            read_picture(path)
    path = write_dicom(
        tmp_path / "p.dcm", ramp("uint8", 5, 7), PhotometricInterpretation="PALETTE COLOR"
    )
    with pytest.raises(BadInput, match="RedPaletteColorLookupTableDescriptor"):
        read_picture(path)
    path = write_dicom(tmp_path / "g.dcm", ramp("uint8", 5, 7), PhotometricInterpretation="GREY")
    with pytest.raises(BadInput, match="'GREY' as its PhotometricInterpretation"):
        read_picture(path)
    short = write_dicom(tmp_path / "s.dcm", ramp("uint8", 5, 7))
    dataset = pydicom.dcmread(short)
    dataset.PixelData = dataset.PixelData[:20]
    pydicom.dcmwrite(short, dataset)
    with pytest.raises(BadInput, match="BitsAllocated"):
        read_picture(without(short, "BitsAllocated"))


@pytest.mark.parametrize(("slope", "shift"), [("0", "0"), ("0.0", "7"), ("x", "7"), ("nan", "7")])
def test_a_slope_that_cannot_be_is_one(tmp_path: Path, slope: str, shift: str) -> None:
    pixels = ramp("uint16", 5, 7) // 2
    path = write_dicom(tmp_path / "r.dcm", pixels, RescaleSlope=1, RescaleIntercept=shift)
    raw = path.read_bytes()
    at = raw.index(b"\x28\x00\x53\x10DS") + 6
    length = int.from_bytes(raw[at : at + 2], "little")
    text = slope.encode() + b" " * (len(slope) % 2)
    path.write_bytes(raw[:at] + len(text).to_bytes(2, "little") + text + raw[at + 2 + length :])
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[0, :, :, 0], pixels.astype(int) + int(shift))
    assert any("slope" in note for note in picture.notes)


def test_the_cases(shared_data: Path) -> None:
    cases = shared_data / "cases"
    truth = np.load(cases / "dicom-high-bit" / "truth.npy")
    picture = read_picture(cases / "dicom-high-bit" / "hb15.dcm")
    np.testing.assert_array_equal(picture.pixels[0, :, :, 0], truth)
    # What pydicom itself makes of the file once the one element is put in.
    for name, keyword, value in [
        ("nophoto", "PhotometricInterpretation", "MONOCHROME2"),
        ("nopr", "PixelRepresentation", 0),
        ("nospp", "SamplesPerPixel", 1),
        ("rescale0", "RescaleSlope", 1),
    ]:
        path = cases / "dicom-missing-element" / f"{name}.dcm"
        dataset = pydicom.dcmread(path)
        setattr(dataset, keyword, value)
        np.testing.assert_array_equal(read_picture(path).pixels[0, :, :, 0], dataset.pixel_array)
