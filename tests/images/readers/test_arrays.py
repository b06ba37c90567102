"""NumPy files: what an array holds is what comes in, and nothing in it is ever run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.errors import BadInput
from piximi_core.images import ChannelsUnknown, describe, extension_for, is_image_zip, read_picture
from tests.images.agreement import read_as_described

RNG = np.random.default_rng(9)
KINDS = ["?", "u1", "i1", "<u2", ">u2", "<i2", ">i2", ">u4", "<i4", "<f2", "<f4", ">f4", "<f8"]


def values(kind: str, *shape: int) -> Any:
    return (RNG.integers(0, 2, shape) * 100 + RNG.integers(0, 20, shape)).astype(kind)


def save(path: Path, array: Any) -> Path:
    if path.suffix == ".npy":
        np.save(path, array)
    else:
        np.savez_compressed(path, image=array)
    return path


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize("by_columns", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_every_type_and_order(tmp_path: Path, kind: str, by_columns: bool, suffix: str) -> None:
    array = values(kind, 9, 12, 3)
    stored = np.asfortranarray(array) if by_columns else array
    picture = read_as_described(save(tmp_path / f"a{suffix}", stored))
    np.testing.assert_array_equal(picture.pixels[0], array * 255 if kind == "?" else array)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((9, 12), (1, 9, 12, 1)),
        ((9, 12, 2), (1, 9, 12, 2)),
        ((9, 12, 1), (1, 9, 12, 1)),
        ((5, 9, 12, 4), (5, 9, 12, 4)),
        ((5, 2, 9, 12), (5, 9, 12, 2)),
    ],
)
def test_axes_follow_the_shape(
    tmp_path: Path, shape: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    array = values("u2", *shape)
    picture = read_as_described(save(tmp_path / "a.npy", array))
    assert picture.pixels.shape == expected
    if shape == (5, 2, 9, 12):
        array = np.moveaxis(array, 1, 3)
    np.testing.assert_array_equal(picture.pixels.ravel(), array.ravel())
    assert bool(picture.notes) == (len(shape) > 2)


def test_a_stack_of_frames_is_asked_about(tmp_path: Path) -> None:
    array = values("u2", 6, 20, 12)
    path = save(tmp_path / "s.npy", array)
    told = describe(path)
    assert (told.question, told.frames, told.channels, told.planes) == ("channels", 6, None, None)
    with pytest.raises(ChannelsUnknown, match="6 frames"):
        read_picture(path)
    picture = read_as_described(path, channels=3)
    np.testing.assert_array_equal(picture.pixels[1, ..., 2], array[5])


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros(5), "has 1 axes"),
        (np.zeros((2, 2, 2, 20, 20)), "has 5 axes"),
        (np.zeros((3, 20, 20, 20)), "has 4 axes"),
        (np.zeros((0, 4)), "no pixels"),
        (np.zeros((4, 4), np.complex64), "complex"),
        (np.full((4, 4), "a"), "does not hold numbers"),
        (np.zeros((4, 4), [("a", "u1")]), "does not hold numbers"),
        (np.full((4, 4), 2**40), "beyond 32 bits"),
    ],
)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_arrays_that_are_no_picture(tmp_path: Path, array: Any, words: str, suffix: str) -> None:
    with pytest.raises(BadInput, match=rf"^'a\{suffix}' .*{words}.*\.$"):
        read_picture(save(tmp_path / f"a{suffix}", array))


class Trap:
    """Would leave a file behind if it were unpickled."""

    def __reduce__(self) -> Any:
        return (open, ("/tmp/piximi-trap", "w"))


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_nothing_is_unpickled(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    trap = np.array([[Trap()]], dtype=object)
    if suffix == ".npy":
        np.save(path, trap, allow_pickle=True)
    else:
        np.savez(path, trap)
    with pytest.raises(BadInput, match="does not hold numbers"):
        read_picture(path)


def test_the_header_is_checked_before_memory_is_taken(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": (2**20, 2**20)}
    np.lib.format.write_array_header_1_0(buffer, header)
    (tmp_path / "a.npy").write_bytes(buffer.getvalue() + b"12345")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", buffer.getvalue())
    for name in ("a.npy", "a.npz"):
        for call in (describe, read_picture):
            with pytest.raises(BadInput, match="MiB of memory"):
                call(tmp_path / name)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_cut_arrays_are_refused(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", RNG.integers(0, 255, (30, 30), np.uint8))
    raw = path.read_bytes()
    for part in (0.1, 0.5, 0.9):
        path.write_bytes(raw[: int(len(raw) * part)])
        with pytest.raises(BadInput, match=r"cut short|damaged|zip archive"):
            read_picture(path)


def test_several_arrays_in_one_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, cells=np.zeros((4, 4)), masks=np.zeros((4, 4)))
    assert extension_for(path) == "npz"
    with pytest.raises(BadInput, match=r"holds 2 arrays \(cells, masks\)"):
        read_picture(path)


def test_a_zip_of_files_is_no_image(tmp_path: Path) -> None:
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/image.npy", b"")
        archive.writestr("a/image.png", b"")
    assert not is_image_zip(path)
    with pytest.raises(BadInput, match="zip archive"):
        extension_for(path)
