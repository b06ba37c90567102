"""DICOM in real units, against numbers written by hand and pydicom's raw values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from piximi_core.errors import BadInput
from piximi_core.images import deidentify_dicom, extension_for, read_picture


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


@pytest.mark.parametrize("kind", ["uint8", "uint16", "int16", "uint32", "int32"])
@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless]
)
def test_non_square_pictures_of_every_type_and_encoding(
    tmp_path: Path, kind: str, syntax: str
) -> None:
    if syntax == RLELossless and kind.endswith("32"):
        pytest.skip("the standard has no 32-bit RLE")
    pixels = ramp(kind, 5, 8)
    picture = read_picture(write_dicom(tmp_path / "a", pixels, syntax))
    np.testing.assert_array_equal(picture.pixels, pixels[np.newaxis, ..., np.newaxis])
    assert picture.pixels.dtype == np.dtype(kind)
    assert picture.pixels.dtype.isnative
    assert picture.bit_depth == 8 * pixels.dtype.itemsize


def test_frames_become_planes(tmp_path: Path) -> None:
    pixels = ramp("uint16", 3, 4, 6)
    picture = read_picture(write_dicom(tmp_path / "m.dcm", pixels))
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
    picture = read_picture(path)
    assert picture.pixels.ravel().tolist() == [-1024, 0, 2047]
    assert (picture.pixels.dtype, picture.bit_depth) == (np.int16, 16)


def test_fractional_slopes_give_floats(tmp_path: Path) -> None:
    stored = np.array([[0, 10, 65535]], np.uint16)
    path = write_dicom(tmp_path / "pet.dcm", stored, RescaleSlope="0.5", RescaleIntercept="1")
    picture = read_picture(path)
    assert picture.pixels.ravel().tolist() == [1, 6, 32768.5]
    assert picture.is_float


def test_real_units_beyond_16_bits_become_int32(tmp_path: Path) -> None:
    stored = np.array([[0, 65535]], np.uint16)
    path = write_dicom(tmp_path / "w.dcm", stored, RescaleSlope=2, RescaleIntercept=-1)
    picture = read_picture(path)
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
    assert read_picture(path).pixels[:, 0, 0, 0].tolist() == [15, 25]


@pytest.mark.parametrize(("kind", "stored"), [("uint8", 8), ("uint16", 12), ("int16", 16)])
def test_monochrome1_is_inverted(tmp_path: Path, kind: str, stored: int) -> None:
    low = -(2 ** (stored - 1)) if kind == "int16" else 0
    high = low + 2**stored - 1
    pixels = np.array([[low, low + 1, high]], kind)
    path = write_dicom(
        tmp_path / "x.dcm", pixels, PhotometricInterpretation="MONOCHROME1", BitsStored=stored,
        HighBit=stored - 1,
    )  # fmt: skip
    picture = read_picture(path)
    assert picture.pixels.ravel().tolist() == [high, high - 1, low]
    assert any("MONOCHROME1" in note for note in picture.notes)


def test_signed_values_of_fewer_bits(tmp_path: Path) -> None:
    stored = np.array([[0x0FFF, 0x0800, 0x07FF]], np.uint16)
    path = write_dicom(tmp_path / "s.dcm", stored, PixelRepresentation=1, BitsStored=12, HighBit=11)
    assert read_picture(path).pixels.ravel().tolist() == [-1, -2048, 2047]


def test_pixel_size_has_the_row_spacing_first(tmp_path: Path) -> None:
    path = write_dicom(
        tmp_path / "p.dcm", ramp("uint8", 4, 6), PixelSpacing=[0.5, 0.25], SliceThickness=2
    )
    size = read_picture(path).pixel_size
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
    assert read_picture(path).pixels.ravel().tolist() == [255, 0, 255, 0, 0, 0, 0, 0]


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


def test_the_real_ct_of_piximi(shared_data: Path) -> None:
    path = shared_data / "piximi/images/CT1_UNC.explicit_little_endian.dcm"
    raw = np.frombuffer(pydicom.dcmread(path).PixelData, "<i2").reshape(512, 512)
    picture = read_picture(path)
    np.testing.assert_array_equal(picture.pixels[0, ..., 0], raw - 1024)
    assert picture.pixels.dtype == np.int16
    assert picture.pixel_size is not None
    assert picture.pixel_size.x == pytest.approx(0.661468)


PERSONAL = {
    "PatientName": "Doe^Jane",
    "PatientID": "SECRET-1",
    "PatientBirthDate": "19700102",
    "PatientAddress": "Secret street",
    "InstitutionName": "Secret hospital",
    "StudyDate": "20200102",
    "AcquisitionDateTime": "20200102030405",
    "OperatorsName": "Secret^Operator",
    "DeviceSerialNumber": "SECRET-2",
    "StationName": "SECRET-3",
    "StudyDescription": "Secret study",
    "ImageComments": "Secret comment",
    "StudyInstanceUID": "1.2.3.777",
    "SeriesInstanceUID": "1.2.3.778",
}


def personal_file(path: Path) -> Path:
    inner = Dataset()
    inner.PatientName = "Secret^Nested"
    inner.add_new((0x0011, 0x0010), "LO", "SECRET VENDOR")
    inner.add_new((0x0011, 0x1001), "LO", "Secret nested private")
    inner.RescaleSlope, inner.RescaleIntercept = 1, -1024
    group = Dataset()
    group.PixelValueTransformationSequence = [inner]
    group.PatientID = "SECRET-4"
    return write_dicom(
        path, ramp("uint16", 5, 8), SharedFunctionalGroupsSequence=[group], **PERSONAL
    )


def test_a_stored_copy_names_no_one(tmp_path: Path) -> None:
    source = personal_file(tmp_path / "in.dcm")
    with source.open("r+b") as file:
        file.write(b"Secret preamble")
    before = source.read_bytes()
    deidentify_dicom(source, tmp_path / "out.dcm")
    raw = (tmp_path / "out.dcm").read_bytes()
    assert source.read_bytes() == before
    for word in (b"ecret", b"SECRET", b"Doe", b"19700102", b"2020", b"1.2.3.777", b"1.2.3.4"):
        assert word not in raw
    copy = pydicom.dcmread(tmp_path / "out.dcm")
    assert isinstance(copy, FileDataset)
    assert copy.PatientIdentityRemoved == "YES"
    assert copy.file_meta.MediaStorageSOPInstanceUID == copy.SOPInstanceUID
    assert not [element for element in copy.iterall() if element.tag.is_private]
    np.testing.assert_array_equal(
        read_picture(tmp_path / "out.dcm").pixels, read_picture(source).pixels
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.dcm", "out.dcm"]


def test_the_same_file_gives_the_same_copy(tmp_path: Path) -> None:
    source = personal_file(tmp_path / "in.dcm")
    for name in ("a", "b"):
        deidentify_dicom(source, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless])
def test_copies_of_other_encodings_hold_the_same_pixels(tmp_path: Path, syntax: str) -> None:
    source = write_dicom(tmp_path / "in.dcm", ramp("int16", 5, 8), syntax, **PERSONAL)
    deidentify_dicom(source, tmp_path / "out.dcm")
    np.testing.assert_array_equal(
        read_picture(tmp_path / "out.dcm").pixels, read_picture(source).pixels
    )
    assert b"ecret" not in (tmp_path / "out.dcm").read_bytes()


def test_a_copy_of_rubbish_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "in.dcm"
    source.write_bytes(bytes(128) + b"DICM" + b"\x05" * 50)
    with pytest.raises(BadInput, match=r"'in\.dcm'"):
        deidentify_dicom(source, tmp_path / "out.dcm")
    assert [path.name for path in tmp_path.iterdir()] == ["in.dcm"]


def test_the_copy_of_the_real_ct(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "piximi/images/CT1_UNC.explicit_little_endian.dcm"
    deidentify_dicom(source, tmp_path / "out.dcm")
    raw = (tmp_path / "out.dcm").read_bytes()
    for word in (b"JFK", b"CompressedSamples", b"GEMS", b"1997", b"2004", b"CT01", b"1.5962"):
        assert word not in raw[:-524288]
    np.testing.assert_array_equal(
        read_picture(tmp_path / "out.dcm").pixels, read_picture(source).pixels
    )
