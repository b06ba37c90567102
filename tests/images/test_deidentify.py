"""Copies of DICOM files that name no one and hold the same pixels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import (
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from piximi_core.errors import BadInput
from piximi_core.images import (
    deidentify_dicom,
    read_picture,
)
from tests.images.readers.dicom_files import ramp, write_dicom

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
