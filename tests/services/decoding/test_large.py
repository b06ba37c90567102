"""Large pictures: boxes from the file, all else from levels, nothing as a whole."""

from __future__ import annotations

import os
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import psutil
import pytest
import tifffile

from piximi_core.errors import BadInput, PiximiError, Stopped
from piximi_core.images import Look, measure_levels, open_parts, pack_zarr, read_picture
from piximi_core.images.large.pyramid import open_pyramid
from piximi_core.services.decoding import decoder, large, pyramids, showing
from piximi_core.services.decoding.pyramids import PyramidMaker, pyramid_folder
from tests.images.large.pictures import halves, noise
from tests.images.large.test_parts import write_ome

PATIENCE = 60
SHA = "ab" + 62 * "0"


@pytest.fixture
def small_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process, unlike its children, take small pictures for large ones."""
    monkeypatch.setattr(large, "LARGE_BYTES", 100_000)
    monkeypatch.setattr(large, "LONGEST_SIDE", 600)
    monkeypatch.setattr(large, "OVERVIEW_SIDE", 600)
    monkeypatch.setattr(large, "_SMALL_FILE", 0)
    monkeypatch.setattr(large, "_last", large._Last())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "images" / SHA[:2] / f"{SHA}.tif"
    path.parent.mkdir(parents=True)
    return path


def planes(path: Path, **task: Any) -> tuple[dict[str, Any], Any]:
    copy = path.with_name("copy.npy")
    copy.unlink(missing_ok=True)
    task = {"path": str(path), "name": "large.tif", "channels": None, "copy": str(copy), **task}
    facts = showing.planes(task)
    return facts, np.load(copy) if copy.exists() else None


def make(path: Path, folder: Path) -> None:
    task = {"path": str(path), "name": "large.tif", "channels": None, "copy": str(folder)}
    assert large.pyramid(task) == {}


@pytest.mark.usefixtures("small_is_large")
@pytest.mark.parametrize("how", [{"tile": (64, 64)}, {"compression": "zlib", "rowsperstrip": 7}])
def test_what_is_shown_comes_from_the_pyramid(path: Path, how: dict[str, Any]) -> None:
    tifffile.imwrite(path, noise(2, 1400, 2500), photometric="minisblack", imagej=False, **how)
    whole = read_picture(path, channels=2).pixels
    folder = path.with_name("pyramid")
    asked = {"pyramid": str(folder), "channels": 2}
    assert planes(path, plane=0, **asked) == ({"needs_pyramid": True}, None)
    assert planes(path, plane=0, box=[0, 0, 9, 9], **asked) == ({"needs_pyramid": True}, None)
    assert showing.levels({"path": str(path), "name": "x", **asked}) == {"needs_pyramid": True}
    _facts, alone = planes(path, plane=0, box=[2000, 1390, 2510, 1410], alone=True, **asked)
    np.testing.assert_array_equal(alone[0], whole[0, 1390:, 2000:])
    task = {"path": str(path), "name": "large.tif", "copy": str(folder), **asked}
    assert large.pyramid(task) == {}
    half = halves(whole)
    quarter = halves(half)
    facts, seen = planes(path, plane=0, **asked)
    assert (facts["step"], facts["planes"], seen.shape) == (8, 1, (1, 175, 313, 2))
    np.testing.assert_array_equal(seen, halves(quarter))
    _facts, part = planes(path, plane=0, box=[512, 1024, 1536, 1400], step=4, **asked)
    np.testing.assert_array_equal(part, quarter[:, 256:, 128:384])
    _facts, part = planes(path, plane=0, box=[3, 5, 40, 50], step=1, **asked)
    np.testing.assert_array_equal(part, whole[:, 5:50, 3:40])
    found = read_picture(path, channels=2)
    expected = measure_levels(found).to_json()
    levels = showing.levels({"path": str(path), "name": "x", **asked})["levels"]
    assert levels["channels"][1]["counts"] == list(expected["channels"][1]["counts"])
    assert planes(path, plane=1, **asked)[0]["beyond"]


@pytest.mark.usefixtures("small_is_large")
def test_a_large_box_of_an_object_is_seen_in_less_detail(path: Path) -> None:
    tifffile.imwrite(path, noise(1400, 2500), tile=(64, 64))
    make(path, path.with_name("pyramid"))
    asked = {"pyramid": str(path.with_name("pyramid"))}
    facts, seen = planes(path, plane=0, box=[0, 0, 2500, 1400], **asked)
    assert facts["step"] == 16
    assert seen.nbytes <= large.LARGE_BYTES
    _facts, alone = planes(path, plane=0, box=[0, 0, 2500, 1400], alone=True, **asked)
    assert alone.shape == (1, 1400, 2500, 1), "what a stroke is drawn on is never thinned out"


@pytest.mark.usefixtures("small_is_large")
def test_looking_in_vain_for_a_pyramid_leaves_no_file_open(path: Path) -> None:
    tifffile.imwrite(path, noise(1400, 2500), tile=(64, 64))
    folder = path.with_name("pyramid")
    make(path, folder)
    last = max(int(one.stem) for one in folder.glob("*.tiles"))
    (folder / f"{last}.tiles").unlink()
    counts = []
    for _ in range(3):
        assert planes(path, plane=0, pyramid=str(folder))[0] == {"needs_pyramid": True}
        counts.append(psutil.Process().num_fds())
    assert counts[0] == counts[1] == counts[2]


@pytest.mark.usefixtures("small_is_large")
def test_the_levels_of_a_zarr_are_used_as_they_are(tmp_path: Path) -> None:
    full = noise(2, 2, 1100, 1200)
    folder = write_ome(tmp_path, [full, full[..., ::2, ::2], full[..., ::4, ::4]])
    path = tmp_path / "large.zarr.zip"
    pack_zarr(folder, path)
    facts, seen = planes(path, plane=1)
    assert facts["step"] == 2
    np.testing.assert_array_equal(seen[0], np.moveaxis(full[:, 1, ::2, ::2], 0, 2))
    _facts, part = planes(path, plane=1, box=[512, 512, 1024, 1024], step=4)
    np.testing.assert_array_equal(part[0], np.moveaxis(full[:, 1, 512:1024:4, 512:1024:4], 0, 2))
    levels = showing.levels({"path": str(path), "name": "x", "channels": None})["levels"]
    assert levels["every"] == 2
    assert "thumbnail" in showing.thumb({"path": str(path), "name": "x", "channels": None})


@pytest.mark.usefixtures("small_is_large")
def test_a_thumbnail_needs_no_pyramid_but_in_another_look(path: Path) -> None:
    tifffile.imwrite(path, noise(1400, 2500), tile=(64, 64))
    task = {"path": str(path), "name": "large.tif", "channels": None}
    assert showing.thumb(task)["channels"] == 1
    look = str(Look.parse("ff0000:0:100"))
    assert showing.thumb({**task, "look": look}) == {"needs_pyramid": True}
    assert showing.thumb({**task, "look": f"{look},{look}"}) == {"channels": 1}
    make(path, path.with_name("pyramid"))
    task["pyramid"] = str(path.with_name("pyramid"))
    assert "thumbnail" in showing.thumb({**task, "look": look})


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_an_import_in_parts_says_the_same(
    path: Path, dtype: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    tifffile.imwrite(path, noise(3, 1400, 700, dtype=dtype), imagej=True, metadata={"axes": "CYX"})
    task = {
        "path": str(path),
        "name": "large.tif",
        "copy": str(path.with_name("copy")),
        "project_channels": None,
        "reading": {"float_range": (-100.0, 100.0)},
    }
    whole = decoder.take(task)
    request.getfixturevalue("small_is_large")
    monkeypatch.setattr(decoder, "read_picture", None)
    in_parts = decoder.take(task)
    assert in_parts.pop("thumbnail")
    assert whole.pop("thumbnail")
    whole.pop("stack", None)
    assert in_parts == whole
    assert decoder.take({**task, "project_channels": 2}) == {"other_channels": 3}


@pytest.fixture
def big(path: Path) -> Path:
    """A file that is large for every process."""
    pixels = np.tile(noise(800, 1024), (6, 8))[:4500]
    tifffile.imwrite(path, pixels, tile=(512, 512), compression="zlib")
    return path


def test_a_pyramid_is_made_once_and_put_into_its_place(big: Path) -> None:
    project = big.parents[2]
    maker = PyramidMaker()
    first, second = maker.make(project, big, None), maker.make(project, big, None)
    assert maker.share(project, big, None) is not None
    assert first is second
    first.result(PATIENCE)
    until(lambda: maker.share(project, big, None) is None)
    folder = pyramid_folder(project, big, None)
    assert sorted(one.name for one in folder.parent.iterdir()) == [folder.name]
    assert lies_there(big, folder)
    maker.close()
    with pytest.raises(Stopped):
        maker.make(project, big, None).result(PATIENCE)


def lies_there(path: Path, folder: Path) -> bool:
    """Whether a pyramid of a file lies in a folder."""
    identity = large.identity_of(path, None)
    with open_parts(path) as (_, parts):
        assert parts is not None
        with open_pyramid(folder, identity, parts) as found:
            return found is not None


def until(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_killed_process_leaves_no_pyramid_and_the_next_one_makes_it(
    big: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyramids, "_FAILURE_SECONDS", 0.0)
    project, maker = big.parents[2], PyramidMaker()
    folder = pyramid_folder(project, big, None)
    for share in (0.0, 0.3):
        making = maker.make(project, big, None)
        until(lambda at=share: maker._child and (maker.share(project, big, None) or 0) >= at)
        maker._child.process.kill()
        with pytest.raises(PiximiError, match=SHA[:20]):
            making.result(PATIENCE)
        until(lambda: maker.share(project, big, None) is None)
        assert list(folder.parent.iterdir()) == []
    maker.make(project, big, None).result(PATIENCE)
    assert folder.is_dir()
    maker.close()


def test_what_was_left_by_a_killed_dashboard_is_swept_away(big: Path) -> None:
    project = big.parents[2]
    folder = pyramid_folder(project, big, None)
    left, fresh = (folder.with_name(f".making-{name}") for name in ("left", "fresh"))
    for each in (left, fresh):
        each.mkdir(parents=True)
        (each / "1.tiles").write_bytes(b"x")
    os.utime(left, (1, 1))
    maker = PyramidMaker()
    maker.make(project, big, None).result(PATIENCE)
    maker.close()
    assert not left.exists()
    assert fresh.exists(), "somebody may be at work on it"


def test_pyramids_take_no_more_than_their_share(big: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = big.parents[2]
    folder = pyramid_folder(project, big, None)
    others = [folder.parent.parent / "cd" / f"other-{number}" for number in range(3)]
    for number, other in enumerate(others):
        other.mkdir(parents=True)
        (other / "1.tiles").write_bytes(bytes(20_000_000))
        os.utime(other, (number + 1, number + 1))
    monkeypatch.setattr(pyramids, "MOST_BYTES", 60_000_000)
    maker = PyramidMaker()
    maker.make(project, big, None).result(PATIENCE)
    maker.close()
    assert [other.exists() for other in others] == [False, False, True]
    assert folder.exists()


def test_a_file_that_changed_gets_another_pyramid(big: Path) -> None:
    project, maker = big.parents[2], PyramidMaker()
    folder = pyramid_folder(project, big, None)
    maker.make(project, big, None).result(PATIENCE)
    os.utime(big, (5, 5))
    assert not lies_there(big, folder)
    until(lambda: maker.share(project, big, None) is None)
    maker.make(project, big, None).result(PATIENCE)
    assert lies_there(big, folder)
    maker.close()


def test_what_is_asked_for_again_is_made_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    go_on = Event()

    def make(_maker: PyramidMaker, order: Any) -> None:
        made.append(order.task["name"])
        assert go_on.wait(PATIENCE)

    monkeypatch.setattr(PyramidMaker, "_make", make)
    maker = PyramidMaker()

    def ask(name: str) -> Any:
        return maker.make(tmp_path, tmp_path / name, None)

    ask("begun")
    until(lambda: made)
    waiting = [ask(name) for name in ("first", "second", "third", "first", "begun")]
    go_on.set()
    for future in waiting:
        future.result(PATIENCE)
    assert made == ["begun", "first", "third", "second"]
    maker.close()


def test_nobody_waits_while_its_process_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = PyramidMaker()
    heard: list[float | None] = []
    path = tmp_path / "a.tif"

    def start(*_limits: object) -> None:
        asking = Thread(target=lambda: heard.append(maker.share(tmp_path, path, None)), daemon=True)
        asking.start()
        asking.join(3)
        heard.append(None if asking.is_alive() else 1.0)
        raise OSError("no more processes")

    monkeypatch.setattr(pyramids, "Child", start)
    with pytest.raises((OSError, PiximiError)):
        maker.make(tmp_path, path, None).result(PATIENCE)
    assert heard == [0.0, 1.0]
    maker.close()


def test_why_there_is_no_pyramid_is_said_and_not_tried_again_at_once(big: Path) -> None:
    project, maker = big.parents[2], PyramidMaker()
    with tifffile.TiffFile(big) as tif:
        place = tif.pages[0].dataoffsets[50]
    with big.open("r+b") as file:
        file.seek(place)
        file.write(b"nonsense" * 8)
    for _ in range(2):
        with pytest.raises(BadInput, match="is damaged; copy or export it again"):
            maker.make(project, big, None).result(PATIENCE)
        until(lambda: maker.share(project, big, None) is None)
    assert not pyramid_folder(project, big, None).exists()
    maker.close()
