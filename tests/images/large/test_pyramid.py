"""A pyramid's levels are means of the picture, and what is not one is never taken for one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from piximi_core.errors import NoSpace, Stopped
from piximi_core.images import Picture, display_ranges, measure_levels, pixel_hash
from piximi_core.images.description import bit_depth_of
from piximi_core.images.large.parts import Parts, strips
from piximi_core.images.large.pyramid import build_pyramid, halved, needed_bytes, open_pyramid
from piximi_core.images.large.surveying import survey
from tests.images.large.pictures import halves, in_memory, noise

SHAPES = {"uint16": (2, 1100, 1333, 2), "uint8": (1, 1024, 512, 3), "float32": (1, 601, 530, 1)}


@pytest.mark.parametrize("scattered", [True, False])
@pytest.mark.parametrize("dtype", SHAPES)
def test_levels_are_means(tmp_path: Path, dtype: str, scattered: bool) -> None:
    pixels = noise(*SHAPES[dtype], dtype=dtype)
    parts = in_memory(pixels, scattered=scattered)
    build_pyramid(parts, tmp_path / "made", "one")
    size = sum(file.stat().st_size for file in (tmp_path / "made").glob("*.tiles"))
    assert size == needed_bytes(parts)
    expected = [pixels]
    while max(expected[-1].shape[1:3]) > 512 or len(expected) < 2:
        expected.append(halves(expected[-1]))
    with open_pyramid(tmp_path / "made", "one", parts) as pyramid:
        assert pyramid is not None
        assert pyramid.first == (1 if scattered else 0)
        assert len(pyramid.levels) == len(expected) - pyramid.first
        for level, whole in zip(pyramid.levels, expected[pyramid.first :], strict=True):
            assert (level.height, level.width) == whole.shape[1:3]
            for plane in range(len(pixels)):
                np.testing.assert_array_equal(level.whole(plane), whole[plane])
                box = level.cut(plane, (200, 255, 300, 520))
                np.testing.assert_array_equal(box, whole[plane, 255:520, 200:300])
        picture = Picture(pixels, bit_depth_of(pixels.dtype))
        assert pyramid.ranges == display_ranges(picture)
        assert pyramid.histograms == json.loads(json.dumps(measure_levels(picture).to_json()))


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "uint32", "int32", "float32"])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (5, 4), (8, 8)])
def test_halving(dtype: str, size: tuple[int, int]) -> None:
    pixels = noise(1, *size, 2, dtype=dtype)
    found = halved(pixels[0])
    assert found.dtype == pixels.dtype
    np.testing.assert_array_equal(found, halves(pixels)[0])


def test_extremes_are_kept() -> None:
    for dtype in ("uint8", "int16", "uint32", "int32"):
        for value in (np.iinfo(dtype).min, np.iinfo(dtype).max):
            assert (halved(np.full((4, 4, 1), value, dtype)) == value).all()
    huge = np.full((2, 2, 1), np.finfo(np.float32).max)
    assert (halved(huge) == np.finfo(np.float32).max).all()
    assert np.isnan(halved(np.array([[[np.nan], [1]], [[1], [1]]], np.float32))).all()


def test_a_survey_tells_of_every_pixel() -> None:
    pixels = noise(2, 1500, 2100, 2)
    found = survey(in_memory(pixels))
    assert found.pixel_hash == pixel_hash(pixels)
    assert found.extents == display_ranges(Picture(pixels, 16))
    assert found.overview.pixels.shape == (1, 500, 700, 2)
    blocks = pixels[0].reshape(500, 3, 700, 3, 2).astype(float).mean(axis=(1, 3))
    np.testing.assert_array_equal(found.overview.pixels[0], np.rint(blocks))


def test_a_survey_of_numbers_that_are_none() -> None:
    pixels = noise(1, 40, 1030, 2, dtype="float32")
    pixels[..., 0] = np.nan
    pixels[0, 3, 4] = np.inf
    found = survey(in_memory(pixels), float_range=(-1.0, 1.0))
    assert found.extents == display_ranges(Picture(pixels, 32))
    assert found.beyond == np.count_nonzero((pixels < -1) | (pixels > 1))


PARTS = in_memory(noise(1, 700, 900, 1))


def made(folder: Path) -> Path:
    build_pyramid(PARTS, folder, "one")
    return folder


def is_none(folder: Path, identity: str = "one", parts: Parts = PARTS) -> bool:
    with open_pyramid(folder, identity, parts) as found:
        return found is None


def test_what_is_no_pyramid_is_not_taken_for_one(tmp_path: Path) -> None:
    folder = made(tmp_path / "made")
    assert not is_none(folder)
    assert is_none(folder, "of another file")
    assert is_none(folder, "one", in_memory(noise(1, 700, 901, 1)))
    assert is_none(folder, "one", in_memory(noise(1, 700, 900, 1, dtype="int16")))
    assert is_none(tmp_path / "nowhere")
    (tmp_path / "link").symlink_to(folder)
    assert is_none(tmp_path / "link")
    facts = json.loads((folder / "pyramid.json").read_text())
    for bad in (
        {"version": 99},
        {"shape": [1, 700, 901, 1]},
        {"shape": "1"},
        {"dtype": "object"},
        {"first": 7},
        {"first": None},
        {"ranges": []},
        {"ranges": [["a", "b"]]},
        {"colors": [1, 2]},
        {"histograms": 3},
    ):
        (folder / "pyramid.json").write_text(json.dumps({**facts, **bad}))
        assert is_none(folder), bad
    for text in ("", "[]", "{", "null", "\x00", "9" * 5000):
        (folder / "pyramid.json").write_text(text)
        assert is_none(folder), text
    (folder / "pyramid.json").write_text(json.dumps(facts))
    assert not is_none(folder)


def test_a_level_that_is_a_link_or_cut_short_is_refused(tmp_path: Path) -> None:
    folder = made(tmp_path / "made")
    level = folder / "1.tiles"
    secret = tmp_path / "secret"
    shutil.copyfile(level, secret)
    level.unlink()
    assert is_none(folder)
    level.symlink_to(secret)
    assert is_none(folder), "a link may lead anywhere on the server"
    level.unlink()
    shutil.copyfile(secret, level)
    assert not is_none(folder)
    os.truncate(level, level.stat().st_size - 1)
    assert is_none(folder)


def test_what_ends_the_work_leaves_no_pyramid(tmp_path: Path) -> None:
    shares: list[float] = []

    def stop(share: float) -> None:
        shares.append(share)
        raise Stopped("Stopped.")

    with pytest.raises(Stopped):
        build_pyramid(PARTS, tmp_path / "made", "one", stop)
    assert is_none(tmp_path / "made")
    assert len(shares) == 1


def test_a_full_disk_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: usage)
    with pytest.raises(NoSpace, match="disk is full"):
        made(tmp_path / "made")
    assert not (tmp_path / "made").exists()


_KILLED = """
import sys, time
from pathlib import Path
from piximi_core.images.large.pyramid import build_pyramid
from tests.images.large.pictures import in_memory, noise

def watch(share):
    print(share, flush=True)
    time.sleep(0.05)

build_pyramid(in_memory(noise(30, 600, 600, 1)), Path(sys.argv[1]), "one", watch)
"""


@pytest.mark.parametrize("after", [1, 20, 30])
def test_a_kill_leaves_no_half_pyramid(tmp_path: Path, after: int) -> None:
    command = [sys.executable, "-c", _KILLED, str(tmp_path / "made")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(after):
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    time.sleep(0.05)
    assert (tmp_path / "made").is_dir()
    assert is_none(tmp_path / "made")


def test_what_is_read_at_once_stays_small() -> None:
    rows: list[int] = []

    def read(_plane: int, box: tuple[int, int, int, int]) -> np.ndarray:
        rows.append(box[3] - box[1])
        return np.broadcast_to(np.uint16(0), (box[3] - box[1], box[2] - box[0], 3))

    parts = Parts(1, 20_000, 20_000, 3, np.dtype("uint16"), read, rows=16)
    assert sum(len(pixels) for _plane, _top, pixels in strips(parts)) == 20_000
    assert sum(rows) == 20_000, "each row is read once"
    assert max(rows) * 20_000 * 3 * 2 <= 48_000_000
