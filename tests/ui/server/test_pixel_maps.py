"""Native values and maps by HTTP: what a file has, and no more than its session may see."""

from __future__ import annotations

import hashlib
import json
import uuid
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.annotation.tools import scissors
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.store import create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_ui.annotating.pixels import map_in_sight, pixels_in
from piximi_ui.base.context import picture_channels
from piximi_ui.components.annotator import Stroke
from piximi_ui.server import pictures
from piximi_ui.server.pictures.making import Original, close_decoders
from piximi_ui.server.pictures.maps import BadPart, make_map, read_asked
from tests.ui.server.asgi import get

SIDE = 48


@pytest.fixture
def pixels() -> np.ndarray:
    """Two 16-bit channels; the second has a bright square."""
    made = np.random.default_rng(0).integers(900, 1_100, (2, SIDE, SIDE)).astype(np.uint16)
    made[1, 12:36, 12:36] += 40_000
    return made


@pytest.fixture
def stored(tmp_path: Path, pixels: np.ndarray) -> tuple[Path, str]:
    out = BytesIO()
    tifffile.imwrite(out, pixels, imagej=True, metadata={"axes": "CYX"})
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    path = tmp_path / "images" / sha256[:2] / f"{sha256}.tif"
    path.parent.mkdir(parents=True)
    path.write_bytes(out.getvalue())
    return tmp_path, sha256


def test_values_are_those_of_the_file(stored: tuple[Path, str], pixels: np.ndarray) -> None:
    folder, sha256 = stored
    address = pictures.values_address(pictures.issue_token("s", folder), sha256, 0)
    found, beyond, unsaid = get(
        pictures.routes(), f"{address}?x=20&y=30", f"{address}?x=480&y=3", address
    )
    assert json.loads(found.body) == {"values": pixels[:, 30, 20].tolist()}
    assert (beyond.status, unsaid.status) == (404, 400)


def test_a_map_is_what_the_stroke_will_be_drawn_with(stored: tuple[Path, str]) -> None:
    folder, sha256 = stored
    token = pictures.issue_token("s", folder)
    box = "8,4,40,44"
    asked = f"?box={box}&channels=1"
    patches, costs = get(
        pictures.routes(),
        pictures.map_address(token, sha256, 0, "patches") + f"{asked}&size=8",
        pictures.map_address(token, sha256, 0, "costs") + asked,
    )
    query = {"box": box, "channels": "1", "size": "8"}
    original = Original.find(folder, sha256, None)
    numbers = np.asarray(Image.open(BytesIO(patches.body))).astype(int) @ [1, 256, 65_536]
    made = make_map("patches", read_asked(original, 0, query))
    assert (made.box, made.step, numbers.shape) == ((8, 4, 40, 44), 1, (40, 32))
    np.testing.assert_array_equal(numbers, made.values)
    # The square's border is cheap to follow, its middle is not.
    price = np.asarray(Image.open(BytesIO(costs.body)))[..., 0]
    whole = scissors.cost(original.cut(0, (8, 4, 40, 44))[..., 1:])
    np.testing.assert_allclose(price / 255, whole, atol=0.003)
    assert price[16, 4] < 60 < price[16, 16]
    close_decoders()


@pytest.mark.parametrize("declared", [True, False])
def test_a_stroke_finds_the_map_that_its_browser_was_given(tmp_path: Path, declared: bool) -> None:
    """Of stacks that say how many channels they have, and of those read as a person said."""
    frames = np.random.default_rng(0).integers(0, 900, (4, SIDE, SIDE)).astype(np.uint16)
    path, channels = tmp_path / "a.tif", None if declared else 2
    if declared:
        tifffile.imwrite(
            path, frames.reshape(2, 2, SIDE, SIDE), imagej=True, metadata={"axes": "ZCYX"}
        )
    else:
        tifffile.imwrite(path, frames, photometric="minisblack")
    store = create_store(tmp_path / "project", "Maps")
    options = add_images.AddOptions(channels=channels)
    run_here(store, add_images.ask(store, [SourceFile(path, "a.tif")], options))
    [thing] = get_things(store, find_ids(store, ThingFilter()))
    token = pictures.issue_token("s", store.folder, picture_channels(store))
    box = (8, 4, 40, 44)
    address = pictures.map_address(token, thing.file_sha256, 1, "patches")
    [answer] = get(pictures.routes(), f"{address}?box={','.join(map(str, box))}&size=8")
    assert answer.status == 200
    stroke = Stroke(
        type="draw",
        uid="1",
        image=thing.id,
        object=str(uuid.uuid4()),
        kind="cell",
        plane=1,
        points=((9, 9), (20, 20)),
        tool="quick",
        view=box,
        size=8,
    )
    known = make_map.cache_info()
    found = map_in_sight(store, thing, stroke, "patches")
    assert make_map.cache_info().hits == known.hits + 1
    numbers = np.asarray(Image.open(BytesIO(answer.body))).astype(int) @ [1, 256, 65_536]
    np.testing.assert_array_equal(numbers, found.values)
    np.testing.assert_array_equal(
        pixels_in(store, thing, 1, box, ()), np.moveaxis(frames[2:, 4:44, 8:40], 0, -1)
    )
    close_decoders()


def test_tones_are_the_values_of_the_file_in_the_range_that_is_asked_for(
    stored: tuple[Path, str], pixels: np.ndarray
) -> None:
    folder, sha256 = stored
    token = pictures.issue_token("s", folder)
    address = pictures.map_address(token, sha256, 0, "tones") + "?box=8,4,40,44"
    both, second, none, empty = get(
        pictures.routes(),
        f"{address}&range=900,41100",
        f"{address}&range=900,1100&channels=1",
        f"{address}&range=900,900",
        address,
    )
    seen = np.asarray(Image.open(BytesIO(both.body)))
    wanted = (np.moveaxis(pixels[:, 4:44, 8:40], 0, -1).astype(float) - 900) / 40_200 * 255
    np.testing.assert_allclose(seen[..., :2], wanted, atol=0.5)
    assert not seen[..., 2].any()
    alone = np.asarray(Image.open(BytesIO(second.body)))
    clipped = np.clip((pixels[1, 4:44, 8:40].astype(float) - 900) / 200, 0, 1) * 255
    np.testing.assert_allclose(alone[..., 0], clipped, atol=0.5)
    assert not alone[..., 1:].any()
    assert (none.status, empty.status) == (400, 400)
    close_decoders()


def test_a_large_part_is_seen_in_less_detail(tmp_path: Path) -> None:
    original = Original(tmp_path, tmp_path / "none.tif", None)
    assert read_asked(original, 0, {"box": "0,0,1024,20"}).step == 1
    assert read_asked(original, 0, {"box": "0,0,1025,20"}).step == 2
    assert read_asked(original, 0, {"box": "0,0,4096,4096"}).step == 4
    assert read_asked(original, 0, {"box": "0,0,1025,20", "coarse": "3"}).step == 3
    assert read_asked(original, 0, {"box": "0,0,4096,20", "coarse": "3"}).step == 4


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"box": "1,2,3"},
        {"box": "a,b,c,d"},
        {"box": "5,5,5,9"},
        {"box": "-1,0,5,5"},
        {"box": "0,0,4097,5"},
        {"box": "0,0,5,5000"},
        {"box": "0,0,5,5", "channels": "-1"},
        {"box": "0,0,5,5", "channels": "x"},
        {"box": "0,0,5,5", "size": "nan"},
        {"box": "0,0,5,5", "size": "1e9"},
        {"box": "0,0,5,5", "coarse": "0"},
        {"box": "0,0,5,5", "coarse": "1.5"},
        {"box": "0,0,5,5", "coarse": "1000000"},
        {"box": "0,0,5,5", "range": "1"},
        {"box": "0,0,5,5", "range": "low,high"},
    ],
)
def test_what_is_no_part_is_refused(stored: tuple[Path, str], query: dict[str, str]) -> None:
    folder, sha256 = stored
    with pytest.raises(BadPart):
        read_asked(Original(folder, folder / "x.tif", None), 0, query)
    address = pictures.map_address(pictures.issue_token("s", folder), sha256, 0, "patches")
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    [answer] = get(pictures.routes(), f"{address}?{asked}")
    assert answer.status == 400


def test_nothing_is_told_without_a_token_or_of_another_sort(stored: tuple[Path, str]) -> None:
    _folder, sha256 = stored
    token = pictures.issue_token("s", stored[0])
    answers = get(
        pictures.routes(),
        pictures.map_address("guessed", sha256, 0, "costs") + "?box=0,0,5,5",
        pictures.map_address(token, sha256, 0, "passwords") + "?box=0,0,5,5",
        pictures.values_address("guessed", sha256, 0) + "?x=1&y=1",
    )
    assert [answer.status for answer in answers] == [404, 404, 404]


def test_a_part_has_every_pixel_in_the_ranges_of_the_whole(
    stored: tuple[Path, str], pixels: np.ndarray
) -> None:
    folder, sha256 = stored
    address = pictures.plane_address(pictures.issue_token("s", folder), sha256, 0)
    look = "?look=ff0000:900:1100,-00ff00:0:1"
    whole, part, none = get(
        pictures.routes(),
        address + look,
        f"{address}{look}&box=8,4,40,44",
        f"{address}?box=5,5,1,1",
    )
    seen = np.asarray(Image.open(BytesIO(whole.body)))
    np.testing.assert_array_equal(np.asarray(Image.open(BytesIO(part.body))), seen[4:44, 8:40])
    red = np.clip((pixels[0, 4:44, 8:40].astype(float) - 900) / 200, 0, 1) * 255
    np.testing.assert_allclose(seen[4:44, 8:40, 0], red, atol=1)
    assert none.status == 400
    close_decoders()
