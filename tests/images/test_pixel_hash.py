"""Equal numbers have one hash, whatever file, byte order or packing they came in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

from piximi_core.images import pixel_hash, read_picture


def test_one_hash_in_every_file(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (9, 7, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png", compress_level=1)
    Image.fromarray(pixels).save(tmp_path / "b.png", compress_level=9)
    Image.fromarray(pixels).save(tmp_path / "c.bmp")
    tifffile.imwrite(tmp_path / "d.tif", pixels, compression="zlib", photometric="rgb")
    tifffile.imwrite(tmp_path / "e.tif", pixels, byteorder=">", photometric="rgb")
    names = sorted(path.name for path in tmp_path.iterdir())
    hashes = {pixel_hash(read_picture(tmp_path / name, name=name).pixels) for name in names}
    text = b"(1, 9, 7, 3)|u1" + pixels.tobytes()
    assert hashes == {hashlib.sha256(text).hexdigest()}


def test_big_and_little_endian_numbers_are_equal(tmp_path: Path) -> None:
    pixels = np.arange(20, dtype=np.uint16).reshape(1, 4, 5, 1)
    assert pixel_hash(pixels) == pixel_hash(pixels.astype(">u2"))
    assert pixel_hash(pixels) == pixel_hash(np.asfortranarray(pixels))


def test_other_numbers_shapes_and_types_differ() -> None:
    pixels = np.zeros((1, 4, 6, 1), np.uint8)
    other = pixels.copy()
    other[0, 3, 5, 0] = 1
    several = [
        pixels,
        other,
        pixels.reshape(1, 6, 4, 1),
        pixels.reshape(2, 2, 6, 1),
        pixels.astype(np.uint16),
        pixels.astype(np.int8),
    ]
    assert len({pixel_hash(one) for one in several}) == len(several)  # type: ignore[arg-type]
