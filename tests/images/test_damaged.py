"""Some hundreds of damaged files: always a picture or one sentence, never anything else."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
import tifffile
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from piximi_core.errors import BadInput
from piximi_core.images import Picture, read_picture, thumbnail

SEED = 20260101
PER_FILE = 24
MAX_BYTES = 64 * 2**20


def generated() -> Iterator[tuple[str, bytes]]:
    """Yield one small good file of every sort."""
    rng = np.random.default_rng(SEED)
    rgb = rng.integers(0, 255, (24, 20, 3), np.uint8)
    for form in ("PNG", "JPEG", "BMP"):
        buffer = io.BytesIO()
        Image.fromarray(rgb).save(buffer, form)
        yield form, buffer.getvalue()
    stack = rng.integers(0, 60_000, (4, 24, 20)).astype(np.uint16)
    for name, options in {
        "plain": {"metadata": None},
        "imagej": {"imagej": True, "metadata": {"axes": "CYX"}},
        "ome": {"ome": True, "metadata": {"axes": "ZYX"}, "compression": "zlib"},
        "tiled": {"tile": (16, 16), "metadata": {"axes": "ZYX"}, "compression": "lzw"},
    }.items():
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, stack, photometric="minisblack", **options)  # type: ignore[arg-type]
        yield name, buffer.getvalue()
    yield "dicom", small_dicom(stack[0])


def small_dicom(pixels: np.ndarray) -> bytes:
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = "1.2.3"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PixelRepresentation = 1, 0
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def mutated(raw: bytes, rng: np.random.Generator) -> bytes:
    """Change some bytes, mostly near the two ends where the structure lies, or cut, or repeat."""
    data = bytearray(raw)
    way = rng.integers(0, 6)
    if way == 0:
        return bytes(data[: rng.integers(0, len(data))])
    if way == 1:
        at = int(rng.integers(0, len(data)))
        return bytes(data[:at] + data[max(0, at - 50) :])
    span = min(len(data), 400)
    for _ in range(int(rng.integers(1, 12))):
        place = int(rng.integers(0, span))
        at = [place, len(data) - 1 - place, int(rng.integers(0, len(data)))][
            int(rng.integers(0, 3))
        ]
        data[at] = int(rng.choice([0, 1, 127, 128, 255, int(rng.integers(0, 256))]))
    return bytes(data)


def check(path: Path) -> None:
    """Read as a person's file would be read, with and without a channel count."""
    for channels in (None, 2):
        try:
            picture = read_picture(path, channels=channels, max_bytes=MAX_BYTES)
        except BadInput as error:
            text = str(error)
            sentence = text.startswith(f"'{path.name}' ") and text.endswith(".")
            assert sentence, text
            continue
        assert isinstance(picture, Picture)
        assert picture.pixels.ndim == 4
        assert min(picture.pixels.shape) >= 1
        assert picture.pixels.nbytes <= MAX_BYTES
        assert thumbnail(picture)


@pytest.mark.parametrize(("sort", "raw"), list(generated()), ids=[name for name, _ in generated()])
def test_mutations_of_generated_files(tmp_path: Path, sort: str, raw: bytes) -> None:
    rng = np.random.default_rng([SEED, len(raw)])
    path = tmp_path / f"damaged {sort}"
    path.write_bytes(raw)
    check(path)
    with warnings.catch_warnings():
        # Libraries warn about what they find on the way; what counts here is how it ends.
        warnings.simplefilter("ignore")
        for _ in range(PER_FILE):
            path.write_bytes(mutated(raw, rng))
            check(path)


def test_mutations_of_real_files(shared_data: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(SEED)
    path = tmp_path / "real"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in sorted((shared_data / "piximi/images").iterdir()):
            raw = source.read_bytes()
            for _ in range(5):
                path.write_bytes(mutated(raw, rng))
                check(path)
