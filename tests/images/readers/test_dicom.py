"""DICOM in real units, against numbers written by hand and pydicom's raw values."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from piximi_core.errors import BadInput
from piximi_core.images import (
    display_ranges,
    extension_for,
    read_picture,
)
from tests.images.agreement import read_as_described
from tests.images.readers.dicom_files import ramp, write_dicom

PLAIN = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]


@pytest.mark.parametrize(
    ("kind", "syntax"),
    [
        *itertools.product(["uint8", "uint16", "int16", "uint32", "int32"], PLAIN),
        # The standard has no run lengths of more than 16 bits.
        *itertools.product(["uint8", "uint16", "int16"], [RLELossless]),
    ],
)
def test_non_square_pictures_of_every_type_and_encoding(
    tmp_path: Path, kind: str, syntax: str
) -> None:
    pixels = ramp(kind, 5, 8)
    picture = read_as_described(write_dicom(tmp_path / "a", pixels, syntax))
    np.testing.assert_array_equal(picture.pixels, pixels[np.newaxis, ..., np.newaxis])
    assert picture.pixels.dtype == np.dtype(kind)
    assert picture.pixels.dtype.isnative
    assert picture.bit_depth == 8 * pixels.dtype.itemsize


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_the_window_is_how_it_is_shown(tmp_path: Path, photometric: str) -> None:
    """A window of width w around c draws w grey levels, c - 0.5 in their middle (PS3.3 C.11.2)."""
    stored = np.array([[0, 1000, 4095]], np.uint16)
    path = write_dicom(
        tmp_path / "w.dcm", stored, RescaleSlope=1, RescaleIntercept=-1024, BitsStored=12,
        HighBit=11, WindowCenter=[40, 300], WindowWidth=[401, 1000],
        PhotometricInterpretation=photometric,
    )  # fmt: skip
    picture = read_as_described(path)
    low, high = -160.5, 239.5
    if photometric == "MONOCHROME1":
        # 0…4095 runs backwards, so a unit u comes in as 4095 - 2 * 1024 - u.
        low, high = 2047 - high, 2047 - low
    assert picture.window == ((low, high),)
    assert display_ranges(picture) == ((low, high),)


def test_padding_keeps_its_number_but_does_not_darken_the_rest(tmp_path: Path) -> None:
    stored = np.array([[-2000, 0, 1500]], np.int16)
    path = write_dicom(
        tmp_path / "p.dcm", stored, RescaleSlope=1, RescaleIntercept=-1024, PixelPaddingValue=-2000
    )
    dataset = pydicom.dcmread(path)
    dataset["PixelPaddingValue"].VR = "SS"
    dataset.save_as(path)
    picture = read_as_described(path)
    assert picture.pixels.ravel().tolist() == [-3024, -1024, 476]
    assert picture.window == ((-1024, 476),)


def test_pixels_that_are_not_square_are_said(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "p.dcm", ramp("uint8", 4, 6), PixelAspectRatio=[2, 1])
    picture = read_as_described(path)
    assert picture.pixel_size is None
    assert picture.notes == ("pixels are not square (2 high to 1 wide)",)


def test_the_numbers_of_a_series_have_one_type(tmp_path: Path) -> None:
    """What a slice holds must not decide, or an empty one would not match its neighbours."""
    kinds = set()
    for number, top in enumerate((1, 65535)):
        stored = np.array([[0, top]], np.uint16)
        path = write_dicom(tmp_path / f"{number}", stored, RescaleSlope=2, RescaleIntercept=0)
        kinds.add(read_as_described(path).pixels.dtype)
    assert kinds == {np.dtype(np.int32)}


def test_frames_become_planes(tmp_path: Path) -> None:
    pixels = ramp("uint16", 3, 4, 6)
    picture = read_as_described(write_dicom(tmp_path / "m.dcm", pixels))
    np.testing.assert_array_equal(picture.pixels[..., 0], pixels)


def test_colour(tmp_path: Path) -> None:
    pixels = ramp("uint8", 4, 6, 3)
    path = write_dicom(
        tmp_path / "c.dcm", pixels, SamplesPerPixel=3, PhotometricInterpretation="RGB",
        PlanarConfiguration=0,
    )  # fmt: skip
    np.testing.assert_array_equal(read_picture(path).pixels[0], pixels)


def test_ct_is_in_hounsfield_units(tmp_path: Path) -> None:
    stored = np.array([[0, 1024, 3071]], np.uint16)
    path = write_dicom(tmp_path / "ct.dcm", stored, RescaleSlope=1, RescaleIntercept=-1024)
    picture = read_as_described(path)
    assert picture.pixels.ravel().tolist() == [-1024, 0, 2047]
    assert (picture.pixels.dtype, picture.bit_depth) == (np.int16, 16)


def test_fractional_slopes_give_floats(tmp_path: Path) -> None:
    stored = np.array([[0, 10, 65535]], np.uint16)
    path = write_dicom(tmp_path / "pet.dcm", stored, RescaleSlope="0.5", RescaleIntercept="1")
    picture = read_as_described(path)
    assert picture.pixels.ravel().tolist() == [1, 6, 32768.5]
    assert picture.is_float


def test_real_units_beyond_16_bits_become_int32(tmp_path: Path) -> None:
    stored = np.array([[0, 65535]], np.uint16)
    path = write_dicom(tmp_path / "w.dcm", stored, RescaleSlope=2, RescaleIntercept=-1)
    picture = read_as_described(path)
    assert picture.pixels.ravel().tolist() == [-1, 131069]
    assert picture.pixels.dtype == np.int32


def test_slopes_of_single_frames(tmp_path: Path) -> None:
    groups = []
    for slope in (1, 3):
        inner, outer = Dataset(), Dataset()
        inner.RescaleSlope, inner.RescaleIntercept = slope, 10
        outer.PixelValueTransformationSequence = [inner]
        groups.append(outer)
    stored = np.full((2, 2, 3), 5, np.uint16)
    path = write_dicom(tmp_path / "e.dcm", stored, PerFrameFunctionalGroupsSequence=groups)
    assert read_as_described(path).pixels[:, 0, 0, 0].tolist() == [15, 25]


@pytest.mark.parametrize(("kind", "stored"), [("uint8", 8), ("uint16", 12), ("int16", 16)])
def test_monochrome1_is_inverted(tmp_path: Path, kind: str, stored: int) -> None:
    low = -(2 ** (stored - 1)) if kind == "int16" else 0
    high = low + 2**stored - 1
    pixels = np.array([[low, low + 1, high]], kind)
    path = write_dicom(
        tmp_path / "x.dcm", pixels, PhotometricInterpretation="MONOCHROME1", BitsStored=stored,
        HighBit=stored - 1,
    )  # fmt: skip
    picture = read_as_described(path)
    assert picture.pixels.ravel().tolist() == [high, high - 1, low]
    assert any("MONOCHROME1" in note for note in picture.notes)


def test_signed_values_of_fewer_bits(tmp_path: Path) -> None:
    stored = np.array([[0x0FFF, 0x0800, 0x07FF]], np.uint16)
    path = write_dicom(tmp_path / "s.dcm", stored, PixelRepresentation=1, BitsStored=12, HighBit=11)
    assert read_as_described(path).pixels.ravel().tolist() == [-1, -2048, 2047]


def test_pixel_size_has_the_row_spacing_first(tmp_path: Path) -> None:
    path = write_dicom(
        tmp_path / "p.dcm", ramp("uint8", 4, 6), PixelSpacing=[0.5, 0.25], SliceThickness=2
    )
    size = read_as_described(path).pixel_size
    assert size is not None
    assert (size.x, size.y, size.z, size.unit) == (0.25, 0.5, 2.0, "mm")


def test_a_file_without_the_preamble(tmp_path: Path) -> None:
    pixels = ramp("uint16", 5, 8)
    path = write_dicom(tmp_path / "n", pixels, ImplicitVRLittleEndian)
    raw = path.read_bytes()
    path.write_bytes(raw[132:])
    assert extension_for(path) == "dcm"
    np.testing.assert_array_equal(read_picture(path).pixels[0, ..., 0], pixels)


def test_a_one_bit_segmentation_becomes_0_and_255(tmp_path: Path) -> None:
    path = write_dicom(
        tmp_path / "b.dcm", ramp("uint8", 1, 8), BitsAllocated=1, BitsStored=1, HighBit=0
    )
    dataset = pydicom.dcmread(path)
    dataset.PixelData = bytes([0b00000101, 0])
    dataset.save_as(path)
    assert read_as_described(path).pixels.ravel().tolist() == [255, 0, 255, 0, 0, 0, 0, 0]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "a.dcm", ramp("uint16", 5, 8))
    dataset = pydicom.dcmread(path)
    del dataset.PixelData
    dataset.save_as(tmp_path / "none.dcm")
    with pytest.raises(BadInput, match="without pixels"):
        read_picture(tmp_path / "none.dcm")
    del dataset.Rows
    dataset.save_as(tmp_path / "report.dcm")
    with pytest.raises(BadInput, match="without an image"):
        read_picture(tmp_path / "report.dcm")
    huge = write_dicom(tmp_path / "h.dcm", ramp("uint8", 4, 6), NumberOfFrames=2_000_000_000)
    with pytest.raises(BadInput, match="memory"):
        read_picture(huge)
    raw = path.read_bytes()
    path.write_bytes(raw[:-20])
    with pytest.raises(BadInput, match="damaged"):
        read_picture(path)


def test_a_one_bit_monochrome1_is_inverted_as_its_note_says(tmp_path: Path) -> None:
    """PS3.3 C.7.6.3.1.2: of MONOCHROME1 the smallest value is shown as white."""
    path = write_dicom(
        tmp_path / "b.dcm", ramp("uint8", 1, 8), BitsAllocated=1, BitsStored=1, HighBit=0,
        PhotometricInterpretation="MONOCHROME1",
    )  # fmt: skip
    dataset = pydicom.dcmread(path)
    dataset.PixelData = bytes([0b00000101, 0])
    dataset.save_as(path)
    stored = pydicom.dcmread(path).pixel_array
    picture = read_as_described(path)
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], np.where(stored == 0, 255, 0))
    assert picture.pixels.dtype == np.uint8
    assert any("MONOCHROME1" in note for note in picture.notes)
