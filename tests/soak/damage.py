"""Files of every sort, and ways to damage them as a broken disk or a person of ill will does."""

from __future__ import annotations

import io
import random
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from tests.conftest import REPOSITORY
from tests.images.readers.dicom_files import ramp, write_dicom

__all__ = ["damaged", "specimens"]

_REAL = REPOSITORY.parent / "shared" / "data"
_LARGEST = 600_000  # larger real files make slow rounds and teach no more
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def specimens() -> dict[str, bytes]:
    """Return small good files by name: made here, and real ones where they are at hand."""
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory(prefix="piximi-damage-") as room:
        for name, content in _made(Path(room)):
            found[name] = content
    if _REAL.is_dir():
        real = [*(_REAL / "piximi" / "images").iterdir(), *(_REAL / "bccd").glob("*00.jpg")]
        for path in sorted(real):
            if path.stat().st_size <= _LARGEST:
                found[f"real {path.name}"] = path.read_bytes()
    return found


def _made(room: Path) -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 255, (24, 20, 3), np.uint8)
    stack = rng.integers(0, 60_000, (4, 24, 20)).astype(np.uint16)
    yield from _raster(Image.fromarray(rgb), stack[0])
    yield from _tiff(rgb, stack)
    yield "ct.dcm", write_dicom(room / "ct.dcm", ramp("uint16", 24, 20)).read_bytes()
    yield from _arrays(room, stack)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for number in range(3):
            members.writestr(f"class/{number}.png", _saved(Image.fromarray(rgb + number), "PNG"))
    yield "pictures.zip", archive.getvalue()


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def _raster(image: Image.Image, deep: np.ndarray) -> Iterator[tuple[str, bytes]]:
    for form in ("PNG", "JPEG", "BMP", "WEBP"):
        yield f"rgb.{form.lower()}", _saved(image, form)
    yield "bits.png", _saved(image.convert("1"), "PNG")
    yield "palette.png", _saved(image.convert("P"), "PNG")
    yield "alpha.png", _saved(image.convert("RGBA"), "PNG")
    yield "deep.png", _saved(Image.fromarray(deep), "PNG")
    yield "print.jpg", _saved(image.convert("CMYK"), "JPEG")
    frames = [image.convert("P"), image.transpose(Image.Transpose.ROTATE_180).convert("P")]
    yield "moving.gif", _saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


def _tiff(rgb: np.ndarray, stack: np.ndarray) -> Iterator[tuple[str, bytes]]:
    variants: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
        "pages": (stack, {"metadata": None}),
        "imagej": (stack, {"imagej": True, "metadata": {"axes": "CYX"}}),
        "ome": (stack, {"ome": True, "metadata": {"axes": "ZYX"}, "compression": "zlib"}),
        "tiles": (stack, {"tile": (16, 16), "compression": "lzw"}),
        "big": (stack, {"bigtiff": True, "byteorder": ">"}),
        "float": (stack.astype(np.float32), {"compression": "zstd", "predictor": True}),
        "signed": ((stack - 3000).astype(np.int16), {"compression": "packbits"}),
        "jpeg": (rgb, {"photometric": "rgb", "compression": "jpeg"}),
        "planar": (np.moveaxis(rgb, 2, 0), {"photometric": "rgb", "planarconfig": "separate"}),
    }
    for name, (pixels, options) in variants.items():
        stream = io.BytesIO()
        plain = {} if "photometric" in options else {"photometric": "minisblack"}
        tifffile.imwrite(stream, pixels, **plain, **options)
        yield f"{name}.tif", stream.getvalue()


def _arrays(room: Path, stack: np.ndarray) -> Iterator[tuple[str, bytes]]:
    import zarr

    for name, save in (("array.npy", np.save), ("arrays.npz", np.savez_compressed)):
        stream = io.BytesIO()
        save(stream, stack[0])
        yield name, stream.getvalue()
    array = zarr.create_array(
        room / "image.zarr", shape=stack.shape, chunks=(1, 24, 20), dtype="u2", zarr_format=2
    )
    array[:] = stack
    packed = shutil.make_archive(str(room / "zarr"), "zip", room / "image.zarr")
    yield "image.zarr.zip", Path(packed).read_bytes()


def _flip(data: bytearray, other: bytes, dice: random.Random) -> None:
    for _ in range(dice.randint(1, 12)):
        at = _place(data, dice)
        data[at] = dice.choice((0, 1, 127, 128, 255, data[at] ^ 1 << dice.randrange(8)))


def _cut(data: bytearray, other: bytes, dice: random.Random) -> None:
    del data[dice.randrange(len(data)) :]


def _splice(data: bytearray, other: bytes, dice: random.Random) -> None:
    at, start = dice.randrange(len(data)), dice.randrange(len(other))
    data[at:] = other[start : start + dice.randint(1, 4000)]


def _repeat(data: bytearray, other: bytes, dice: random.Random) -> None:
    at = dice.randrange(len(data))
    data[at:at] = data[max(0, at - dice.randint(1, 200)) : at]


def _leave_out(data: bytearray, other: bytes, dice: random.Random) -> None:
    at = dice.randrange(len(data))
    del data[at : at + dice.randint(1, 64)]


def _blow_up(data: bytearray, other: bytes, dice: random.Random) -> None:
    """Write large or odd numbers where headers keep sizes, counts and places."""
    for _ in range(dice.randint(1, 3)):
        width = dice.choice((2, 4, 8))
        value = dice.choice(_NUMBERS) % (1 << 8 * width)
        at = min(_place(data, dice), max(0, len(data) - width))
        data[at : at + width] = value.to_bytes(width, dice.choice(("little", "big")))


_WAYS: tuple[Callable[[bytearray, bytes, random.Random], None], ...] = (
    _flip,
    _flip,
    _cut,
    _splice,
    _repeat,
    _leave_out,
    _blow_up,
    _blow_up,
)


def _place(data: bytearray, dice: random.Random) -> int:
    """Return a place, mostly near the two ends, where formats keep their structure."""
    near = dice.randrange(min(len(data), 400))
    return dice.choice((near, len(data) - 1 - near, dice.randrange(len(data))))


def damaged(good: dict[str, bytes], dice: random.Random) -> tuple[str, bytes]:
    """Return one damaged file, with the name of what it was and of what befell it."""
    name = dice.choice(sorted(good))
    data, way = bytearray(good[name]), dice.choice(_WAYS)
    way(data, good[dice.choice(sorted(good))], dice)
    return f"{way.__name__.strip('_')} {name}", bytes(data)
