"""Large pictures by HTTP: a pyramid is made when one is needed, and not for a pixel's value."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from starlette.applications import Starlette

from piximi_core.errors import BadInput
from piximi_core.services.decoding import fair_decoders, pyramids
from piximi_core.services.decoding.pyramids import pyramid_folder
from piximi_ui.server import pictures
from piximi_ui.server.pictures import making, originals
from piximi_ui.server.pictures.originals import Original, close_decoders
from tests.images.large.pictures import halves, noise
from tests.ui.server.asgi import fetch, get

SHA = "ab" + 62 * "0"


@pytest.fixture
def token(tmp_path: Path) -> Iterator[str]:
    path = tmp_path / "images" / SHA[:2] / f"{SHA}.tif"
    path.parent.mkdir(parents=True)
    tifffile.imwrite(path, pixels(), tile=(512, 512))
    yield pictures.issue_token("s", tmp_path)
    close_decoders()


def pixels() -> np.ndarray:
    return np.tile(noise(800, 1024) // 4, (6, 8))[:4500]


def opened(body: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(body)))


def test_values_are_read_without_a_pyramid_and_pictures_make_one(
    token: str, tmp_path: Path
) -> None:
    values = pictures.values_address(token, SHA, 0)
    progress = pictures.progress_address(token, SHA)
    found, before = get(pictures.routes(), f"{values}?x=8000&y=4499", progress)
    assert json.loads(found.body) == {"values": [int(pixels()[4499, 8000])]}
    assert json.loads(before.body) == {"share": None}
    folder = pyramid_folder(tmp_path, tmp_path / f"{SHA}.tif", None)
    assert not folder.exists()
    plane = pictures.plane_address(token, SHA)
    part = f"{plane}?box=512,1024,1024,1536&look=ffffff:0:65535"
    coarse = f"{plane}?box=0,0,2048,2048&step=4&look=ffffff:0:65535"
    whole, part_seen, coarse_seen = get(pictures.routes(), plane, part, coarse)
    assert folder.is_dir()
    assert opened(whole.body).shape == (1125, 2048, 3)
    expected = np.rint(pixels()[1024:1536, 512:1024] / 257)
    assert np.abs(opened(part_seen.body)[..., 0] - expected).mean() < 3
    quarter = halves(halves(pixels()[np.newaxis, ..., np.newaxis]))[0, :512, :512, 0] / 257
    assert np.abs(opened(coarse_seen.body)[..., 0] - quarter).mean() < 3
    [levels] = get(pictures.routes(), pictures.levels_address(token, SHA))
    assert json.loads(levels.body)["every"] == 7


@pytest.mark.parametrize(
    "asked", ["step=3", "step=0", "step=-2", "step=4096", "step=x", "step=", "step=1.0"]
)
def test_steps_are_powers_of_two(token: str, asked: str) -> None:
    [answer] = get(pictures.routes(), f"{pictures.plane_address(token, SHA)}?box=0,0,9,9&{asked}")
    assert answer.status == 400


def test_a_part_may_be_wider_by_its_step_and_no_more(token: str) -> None:
    plane = pictures.plane_address(token, SHA)
    wide, too_wide = get(
        pictures.routes(), f"{plane}?box=0,0,8192,9&step=2", f"{plane}?box=0,0,8193,9&step=2"
    )
    assert (wide.status, too_wide.status) == (200, 400)


def test_strangers_hear_nothing_of_progress(token: str) -> None:
    found = get(
        pictures.routes(),
        pictures.progress_address("nobody", SHA),
        pictures.progress_address(token, "cd" + 62 * "0"),
        pictures.progress_address(token, "../secret"),
    )
    assert [answer.status for answer in found] == [404, 404, 404]


def test_without_room_for_a_pyramid_the_picture_is_shown_from_memory(
    token: str, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_bytes(b"no folder")
    [whole] = get(pictures.routes(), f"{pictures.plane_address(token, SHA)}?look=ffffff:0:65535")
    assert whole.status == 200
    assert max(opened(whole.body).shape) <= 2048
    assert max(opened(whole.body).shape) > 100, "no placeholder"


def test_boxes_are_cut_from_the_file(token: str, tmp_path: Path) -> None:
    original = Original.find(tmp_path, SHA, None)
    np.testing.assert_array_equal(
        original.cut(0, (8100, 4400, 9000, 5000))[..., 0], pixels()[4400:, 8100:]
    )
    assert original.share_prepared() is None
    assert pyramids.MOST_BYTES > 10**9


def test_only_what_is_wanted_of_a_box_comes_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = noise(3, 1200, 1600)
    large, small = tmp_path / "images" / "large.tif", tmp_path / "images" / "small.tif"
    large.parent.mkdir()
    tiled = np.tile(values[:, :800, :1024], (1, 6, 8))[:, :4500]
    tifffile.imwrite(large, tiled, imagej=True, metadata={"axes": "CYX"})
    tifffile.imwrite(small, values, imagej=True, metadata={"axes": "CYX"})
    sent: list[tuple[int, ...]] = []
    ask = fair_decoders._ask

    def watched(*asked: Any) -> Any:
        found = ask(*asked)
        assert found is not None
        assert found.pixels is not None
        sent.append(found.pixels.shape)
        return found

    monkeypatch.setattr(fair_decoders, "_ask", watched)
    for path, whole in ((large, tiled), (small, values)):
        original = Original(tmp_path, path, None)
        box = (3, 100, 1023, 1000)
        part = np.moveaxis(whole[:, 100:1000, 3:1023], 0, -1)
        np.testing.assert_array_equal(original.cut(0, box, (2,), 4), part[::4, ::4, 2:])
        np.testing.assert_array_equal(original.cut(0, box, (2, 0)), part[..., [2, 0]])
        np.testing.assert_array_equal(original.cut(0, box, (7,), 3), part[::3, ::3])
        np.testing.assert_array_equal(original.cut(0, box), part)
    each = [(1, 225, 255, 1), (1, 900, 1020, 2), (1, 300, 340, 3), (1, 900, 1020, 3)]
    assert sent == 2 * each
    close_decoders()


def test_the_pyramid_that_was_looked_at_longest_ago_makes_room(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyramids, "_NOTED_SECONDS", 0.0)
    first = Original.find(tmp_path, SHA, None)
    others = [first.path.with_name(first.path.name.replace("ab", end, 1)) for end in ("cd", "ef")]
    for path in others:
        path.hardlink_to(first.path)
    second, third = (Original(first.project, path, None) for path in others)

    def look(original: Original) -> Path:
        asyncio.run(original.decode("planes", plane=0))
        return pyramid_folder(original.project, original.path, None)

    one, two = look(first), look(second)
    size = sum(file.stat().st_size for file in one.glob("*"))
    monkeypatch.setattr(pyramids, "MOST_BYTES", int(2.5 * size))
    look(first)
    three = look(third)
    assert [folder.is_dir() for folder in (one, two, three)] == [True, False, True]


def test_what_is_not_read_in_time_is_said(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "_LONGEST_WAIT", 0.0)
    original = Original.find(tmp_path, SHA, None)
    with pytest.raises(BadInput, match="still being read"):
        original.cut(0, (0, 0, 9, 9))


def test_what_was_begun_ahead_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "images" / SHA[:2] / f"{SHA}.tif"
    path.parent.mkdir(parents=True)
    tifffile.imwrite(path, noise(60, 80))
    token = pictures.issue_token("s", tmp_path)
    made: list[int] = []
    encode = making.encode_plane

    async def counted(*asked: Any, **more: Any) -> bytes:
        made.append(1)
        return await encode(*asked, **more)

    monkeypatch.setattr(making, "encode_plane", counted)

    async def ask() -> bytes:
        making.serve_from(asyncio.get_running_loop())
        making.draw_ahead(tmp_path, SHA, None)
        making.draw_ahead(tmp_path, SHA, None)
        making.draw_ahead(tmp_path, "cd" + 62 * "0", None)
        await asyncio.sleep(0)
        answer = await fetch(
            Starlette(routes=pictures.routes()), pictures.plane_address(token, SHA)
        )
        making.serve_from(None)
        return answer.body

    assert opened(asyncio.run(ask())).shape == (60, 80, 3)
    assert made == [1]
    making.draw_ahead(tmp_path, SHA, None)  # nobody serves, nothing is begun
    assert made == [1]
    close_decoders()
