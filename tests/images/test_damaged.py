"""Some hundreds of damaged files: always a picture or one sentence, never anything else."""

from __future__ import annotations

import io
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
import tifffile
import zarr
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    JPEGLSLossless,
)

from piximi_core.errors import BadInput
from piximi_core.images import Picture, describe, pack_zarr, read_picture, thumbnail

SEED = 20260101
PER_FILE = 24
MAX_BYTES = 64 * 2**20


def generated() -> Iterator[tuple[str, bytes]]:
    """Yield one small good file of every sort."""
    rng = np.random.default_rng(SEED)
    rgb = rng.integers(0, 255, (24, 20, 3), np.uint8)
    for form in ("PNG", "JPEG", "BMP", "GIF", "WEBP"):
        buffer = io.BytesIO()
        Image.fromarray(rgb).save(buffer, form)
        yield form, buffer.getvalue()
    for form in ("GIF", "WEBP", "PNG"):
        buffer = io.BytesIO()
        frames = [Image.fromarray(rgb // n) for n in (1, 2, 3)]
        frames[0].save(buffer, form, save_all=True, append_images=frames[1:])
        yield f"moving {form}", buffer.getvalue()
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
    buffer = io.BytesIO()
    palette = rng.integers(0, 65536, (3, 256)).astype(np.uint16)
    tifffile.imwrite(buffer, rgb[..., 0], photometric="palette", colormap=palette)
    yield "palette", buffer.getvalue()
    yield "dicom", small_dicom(stack[0])
    yield "packed dicom", small_dicom(stack[0], JPEGLSLossless)
    yield "deflated dicom", small_dicom(stack[0], DeflatedExplicitVRLittleEndian)
    for name, save in {"npy": np.save, "npz": np.savez_compressed}.items():
        buffer = io.BytesIO()
        save(buffer, rgb)
        yield name, buffer.getvalue()
    for version in (2, 3):
        yield f"zarr {version}", small_zarr(stack, version)


def small_zarr(stack: np.ndarray, version: int) -> bytes:
    with tempfile.TemporaryDirectory() as room:
        axes = [{"name": letter, "type": "space"} for letter in "zyx"]
        image = {"axes": axes, "datasets": [{"path": "0"}]}
        folder = Path(room) / "a.zarr"
        group = zarr.create_group(folder, zarr_format=version, attributes={"multiscales": [image]})  # type: ignore[arg-type]
        group.create_array("0", data=stack)
        pack_zarr(folder, Path(room) / "a.zip")
        return (Path(room) / "a.zip").read_bytes()


def small_dicom(pixels: np.ndarray, syntax: str = ExplicitVRLittleEndian) -> bytes:
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
    dataset.file_meta.TransferSyntaxUID = syntax
    if syntax == JPEGLSLossless:
        dataset.PixelData = encapsulate([imagecodecs.jpegls_encode(pixels)])
        dataset["PixelData"].is_undefined_length = True
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
            describe(path, max_bytes=MAX_BYTES)
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


@pytest.mark.slow
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
