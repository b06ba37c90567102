"""DICOM files without the person: only what describes the pixels is kept.

The basic profile of DICOM PS3.15 lists what to remove, and every edition adds to that list. Here
the list is of what stays, and none of it is on the profile's list but identifiers, which are
replaced: whatever is unknown, private or new is gone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from piximi_core.disk import is_full, replace_whole
from piximi_core.errors import BadInput, NoSpace, PiximiError

from .naming import safe_name

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["deidentify_dicom"]

_KEPT_NAMES = """
    SOPClassUID Modality ImageType
    SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns
    BitsAllocated BitsStored HighBit PixelRepresentation PixelAspectRatio
    SmallestImagePixelValue LargestImagePixelValue PixelPaddingValue PixelPaddingRangeLimit
    LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod
    PixelSpacing ImagerPixelSpacing NominalScannedPixelSpacing SliceThickness
    SpacingBetweenSlices ImagePositionPatient ImageOrientationPatient SliceLocation
    RescaleIntercept RescaleSlope RescaleType WindowCenter WindowWidth VOILUTFunction
    ModalityLUTSequence VOILUTSequence LUTDescriptor LUTData ModalityLUTType PresentationLUTShape
    RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
    BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData
    GreenPaletteColorLookupTableData BluePaletteColorLookupTableData
    SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData
    SegmentedBluePaletteColorLookupTableData
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence PixelMeasuresSequence
    PixelValueTransformationSequence FrameVOILUTSequence PlanePositionSequence
    PlaneOrientationSequence
    InstanceNumber SeriesNumber ExtendedOffsetTable ExtendedOffsetTableLengths
    PixelData FloatPixelData DoubleFloatPixelData
"""
_KEPT = frozenset(_KEPT_NAMES.split())

_REPLACED_UIDS = frozenset(
    {"SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"}
)

# Required by the standard to be there, allowed to be empty.
_EMPTIED = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "StudyID",
)


def deidentify_dicom(src: Path, dst: Path, *, name: str | None = None) -> None:
    """Write a copy of a DICOM file that names no person, place, device or day.

    Only attributes that describe the pixels stay; identifiers are replaced by ones derived from
    them, so the same file always gives the same copy. The pixels are not touched: text drawn
    into the picture itself stays.

    Parameters
    ----------
    src, dst
        The original, and where the copy goes; written beside it first and then moved.
    name
        What to call the file in errors; its own name by default.

    Raises
    ------
    BadInput
        The file is not DICOM or is damaged.
    NoSpace
        The copy could not be written.
    """
    shown = safe_name(name if name is not None else src.name)
    from .readers.dicom import load_dataset
    from .request import ReadRequest, allowed_bytes

    try:
        dataset = load_dataset(src, ReadRequest(shown, None, allowed_bytes()))
        _strip(dataset)
        _complete(dataset)
        with replace_whole(dst) as part:
            _save(dataset, part)
    except PiximiError:
        raise
    except OSError as error:
        if is_full(error):
            raise NoSpace(
                "There is no room for the copy of '{shown}'; free some space and add it again.",
                shown=shown,
            ) from error
        reason = error.strerror or "it is damaged"
        raise BadInput(
            "'{shown}' could not be copied: {reason}.", shown=shown, reason=reason
        ) from error
    except Exception as error:
        # pydicom raises anything on damaged bytes.
        raise BadInput(
            "'{shown}' is damaged DICOM; copy or export it again.", shown=shown
        ) from error


def _strip(dataset: Dataset) -> None:
    """Remove everything not on the list, in nested sequences too, and replace the UIDs."""
    from pydicom.uid import generate_uid

    for element in list(dataset):
        keyword = element.keyword
        if keyword in _REPLACED_UIDS and not element.tag.is_private:
            element.value = generate_uid(entropy_srcs=["piximi", str(element.value)])
        elif keyword not in _KEPT or element.tag.is_private:
            del dataset[element.tag]
        elif element.VR == "SQ":
            for item in element.value:
                _strip(item)


def _complete(dataset: Dataset) -> None:
    """Add the empty attributes and the statement that the identity was removed."""
    for keyword in _EMPTIED:
        setattr(dataset, keyword, "")
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Only pixel description kept, identifiers replaced"


def _save(dataset: Dataset, target: Path) -> None:
    """Write with a fresh file header, since the original one names the machine that wrote it."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ImplicitVRLittleEndian

    meta = FileMetaDataset()
    old = getattr(dataset, "file_meta", None)
    meta.TransferSyntaxUID = getattr(old, "TransferSyntaxUID", ImplicitVRLittleEndian)
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7")
    if "SOPInstanceUID" not in dataset:
        from pydicom.uid import generate_uid

        dataset.SOPInstanceUID = generate_uid(entropy_srcs=["piximi", "no instance"])
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.ImplementationClassUID = "1.2.826.0.1.3680043.8.498.1"
    if isinstance(dataset, FileDataset):
        dataset.preamble = b"\x00" * 128
    dataset.file_meta = meta
    with target.open("wb") as file:
        dataset.save_as(file, enforce_file_format=True)
