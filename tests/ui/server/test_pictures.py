"""Pictures: only for whoever holds the token, made once, whole or not at all."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import threading
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import numpy as np
import psutil
import pytest
import tifffile
from PIL import Image
from starlette.applications import Starlette

from piximi_core.images import Look
from piximi_core.project.contents.categories import create_category
from piximi_core.project.database.store import create_store
from piximi_core.project.files import ProjectFiles
from piximi_ui.server import pictures, sessions
from piximi_ui.server.pictures import making, originals
from tests.ui.server.asgi import Answer, fetch, get


def add_original(project: Path, content: bytes, suffix: str) -> str:
    """Store a file as the project does, and return its SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = project / "images" / sha256[:2] / f"{sha256}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return sha256


def png(width: int = 40, height: int = 20, seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    pixels[0, 0], pixels[0, 1] = 0, 255  # the full range, so that nothing is stretched
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def opened(answer: Answer) -> Image.Image:
    assert answer.status == 200
    kind = answer.headers["content-type"].removeprefix("image/").upper()
    image = Image.open(BytesIO(answer.body), formats=[kind])
    image.load()
    return image


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    return tmp_path


def test_a_cached_thumbnail_is_served_as_it_is(project: Path) -> None:
    sha256 = "ab" + "0" * 62
    cached = ProjectFiles(project).thumbnail(sha256)
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"any bytes")
    token = pictures.issue_token("s", project)
    [answer] = get(pictures.routes(), pictures.thumb_address(token, sha256))
    assert (answer.status, answer.body) == (200, b"any bytes")
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"], "no shared proxy keeps a session's picture"


def test_a_missing_thumbnail_is_made_once_and_kept(project: Path) -> None:
    sha256 = add_original(project, png(600, 300), "png")
    address = pictures.thumb_address(pictures.issue_token("s", project), sha256)
    answers = get(pictures.routes(), *[address] * 8)
    assert opened(answers[0]).size == (256, 128)
    assert len({answer.body for answer in answers}) == 1
    kept = ProjectFiles(project).thumbnail(sha256)
    assert list(kept.parent.iterdir()) == [kept], "no half-written files"
    next((project / "images").rglob("*.png")).unlink()
    [later] = get(pictures.routes(), address)
    assert later.body == answers[0].body


def test_a_plane_is_shown_in_full_size(project: Path) -> None:
    content = png()
    sha256 = add_original(project, content, "png")
    token = pictures.issue_token("s", project)
    [answer] = get(pictures.routes(), pictures.plane_address(token, sha256, 0))
    expected = np.asarray(Image.open(BytesIO(content)))
    shown = np.asarray(opened(answer).convert("RGB"))
    assert shown.shape == expected.shape
    assert np.abs(shown.astype(int) - expected).max() <= 1


def test_planes_are_told_apart_and_counted(project: Path) -> None:
    stack = np.zeros((3, 16, 16), np.uint8)
    stack[1], stack[2, :, 8:] = 255, 255
    stack[:, 0, 0], stack[:, 0, 1] = 0, 255
    out = BytesIO()
    tifffile.imwrite(out, stack, imagej=True, metadata={"axes": "ZYX"})
    sha256 = add_original(project, out.getvalue(), "tif")
    token = pictures.issue_token("s", project)
    addresses = [pictures.plane_address(token, sha256, n) for n in range(4)]
    *answers, beyond = get(pictures.routes(), *addresses)
    bright = [np.asarray(opened(answer).convert("L")).mean() for answer in answers]
    assert bright[0] < bright[2] < bright[1]
    assert beyond.status == 404


def test_undeclared_stacks_use_the_projects_channel_count(project: Path) -> None:
    out = BytesIO()
    tifffile.imwrite(out, np.zeros((4, 16, 16), np.uint8), photometric="minisblack")
    sha256 = add_original(project, out.getvalue(), "tif")
    token = pictures.issue_token("s", project, channels=2)
    addresses = [pictures.plane_address(token, sha256, n) for n in range(3)]
    assert [a.status for a in get(pictures.routes(), *addresses)] == [200, 200, 404]


@pytest.mark.parametrize("content", [b"", b"no picture", png()[:60]])
def test_a_broken_original_gives_a_placeholder_that_is_not_kept(
    project: Path, content: bytes
) -> None:
    sha256 = add_original(project, content, "png")
    token = pictures.issue_token("s", project)
    [answer] = get(pictures.routes(), pictures.thumb_address(token, sha256))
    assert max(opened(answer).size) <= 64
    assert "immutable" not in answer.headers["cache-control"]
    assert not list((project / "cache").rglob("*.*"))


def test_tokens_belong_to_one_session_and_project(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "images").mkdir(parents=True)
    sha256 = add_original(project, png(), "png")
    mine = pictures.issue_token("s1", project)
    assert pictures.issue_token("s1", project) == mine
    theirs = pictures.issue_token("s1", other)
    guest = pictures.issue_token("s2", project)
    assert len({mine, theirs, guest}) == 3
    assert min(len(token) for token in (mine, theirs, guest)) >= 32

    def status(token: str) -> int:
        return get(pictures.routes(), pictures.thumb_address(token, sha256))[0].status

    assert [status(token) for token in (mine, theirs, guest, "guessed")] == [200, 404, 200, 404]
    sessions.end("s1")
    assert [status(mine), status(guest)] == [404, 200]
    assert pictures.issue_token("s1", project) != mine


def test_only_hashes_and_numbers_are_addresses(project: Path) -> None:
    (project / "project.sqlite").write_bytes(b"secret")
    token = pictures.issue_token("s", project)
    sha256 = add_original(project, png(), "png")
    bad = [
        f"/pictures/{token}/thumb/{name}.jpg"
        for name in ("..", "../../project", sha256.upper(), sha256[:-1], sha256 + "0", "*" * 64)
    ]
    bad += [f"/pictures/{token}/plane/{sha256}/{n}" for n in ("-1", "x", "1e3", "٣", "9" * 40)]
    bad += [f"/pictures/{token}/levels/{name}.json" for name in ("..", "0" * 64, sha256[:-1])]
    bad += [f"/pictures/{token}/thumb/{sha256}", f"/pictures/{token}/", "/pictures/"]
    assert {answer.status for answer in get(pictures.routes(), *bad)} == {404}


def test_a_cache_that_cannot_be_written_costs_no_picture(project: Path) -> None:
    (project / "cache").write_bytes(b"a file where the folder should be")
    sha256 = add_original(project, png(), "png")
    token = pictures.issue_token("s", project)
    [answer] = get(pictures.routes(), pictures.thumb_address(token, sha256))
    assert opened(answer).size == (40, 20)


def test_the_revision_is_told_to_whoever_holds_the_token(tmp_path: Path) -> None:
    store = create_store(tmp_path / "project", "Project")
    token = pictures.issue_token("s", store.folder)
    address = pictures.revision_address(token)
    [before, guest] = get(pictures.routes(), address, pictures.revision_address("guessed"))
    create_category(store, "mitosis")
    [after] = get(pictures.routes(), address)
    assert (before.status, guest.status) == (200, 404)
    assert int(after.body) == int(before.body) + 1 == store.revision()
    assert before.headers["cache-control"] == "no-store"
    store.close()
    (store.folder / "project.sqlite").unlink()
    assert get(pictures.routes(), address)[0].status == 404, "a deleted project"


def stack_of_two_channels(project: Path) -> tuple[str, np.ndarray]:
    """Store a 16-bit stack of 3 planes and 2 channels."""
    planes = np.random.default_rng(5).integers(200, 3000, (3, 2, 24, 40), dtype=np.uint16)
    out = BytesIO()
    tifffile.imwrite(out, planes, imagej=True, metadata={"axes": "ZCYX"})
    return add_original(project, out.getvalue(), "tif"), planes


def test_a_plane_is_drawn_as_its_address_says(project: Path) -> None:
    sha256, planes = stack_of_two_channels(project)
    token = pictures.issue_token("s", project)
    look = quote("ffff00:500:2500,-0000ff:0:1")
    address = pictures.plane_address(token, sha256, 2) + f"?look={look}"
    [answer] = get(pictures.routes(), address)
    share = np.clip((planes[2, 0].astype(float) - 500) / 2000, 0, 1) * 255
    by_hand = np.stack([share, share, np.zeros_like(share)], axis=-1)
    assert np.abs(np.asarray(opened(answer).convert("RGB")) - by_hand).max() <= 0.51
    assert "immutable" in answer.headers["cache-control"]
    assert not (project / "cache" / "planes").exists(), "what is only tried is not kept"


def test_while_a_slider_moves_a_smaller_picture_is_enough(project: Path) -> None:
    sha256 = add_original(project, png(2100, 900), "png")
    token = pictures.issue_token("s", project)
    address = pictures.plane_address(token, sha256)
    small, large = get(pictures.routes(), f"{address}?size=1024", address)
    assert opened(small).size == (700, 300)
    assert opened(large).size == (1050, 450), "tiles show the rest"


def test_a_thumbnail_in_another_look_is_kept_beside_the_first(project: Path) -> None:
    sha256, planes = stack_of_two_channels(project)
    token = pictures.issue_token("s", project)
    look = Look.parse("-ff0000:0:1,ffffff:0:6000")
    plain, other = (pictures.thumb_address(token, sha256, wish) for wish in (None, look))
    assert plain != other
    answers = get(pictures.routes(), plain, other)
    shown = np.asarray(opened(answers[1]).convert("L")).astype(float)
    assert abs(shown.mean() - planes[0, 1].mean() / 6000 * 255) < 2
    assert answers[0].body != answers[1].body
    assert len(list(ProjectFiles(project).thumbnail(sha256).parent.iterdir())) == 2


def test_levels_tell_what_the_channels_hold(project: Path) -> None:
    sha256, planes = stack_of_two_channels(project)
    token = pictures.issue_token("s", project)
    [answer] = get(pictures.routes(), pictures.levels_address(token, sha256))
    assert answer.headers["content-type"].startswith("application/json")
    levels = json.loads(answer.body)
    for number, channel in enumerate(levels["channels"]):
        values = planes[:, number]
        assert (channel["low"], channel["high"]) == (values.min(), values.max())
        counts, _edges = np.histogram(values, 256)
        assert channel["counts"] == counts.tolist()
    assert levels["every"] == 1


@pytest.mark.parametrize(
    "query",
    [
        "look=",
        "look=ffffff:0:1",
        "look=ffffff:nan:1,ffffff:0:1",
        "look=ffffff:0:inf,ffffff:0:1",
        "look=ffffff:9:1,ffffff:0:1",
        "look=" + "," * 60,
        "size=99999",
        "size=x",
    ],
)
def test_a_look_that_is_none_is_refused_in_words(project: Path, query: str) -> None:
    sha256, _planes = stack_of_two_channels(project)
    token = pictures.issue_token("s", project)
    [answer] = get(pictures.routes(), f"{pictures.plane_address(token, sha256)}?{query}")
    assert answer.status == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert len(answer.body) > 10


def test_a_right_look_does_not_replace_the_right_to_see(project: Path) -> None:
    sha256, _planes = stack_of_two_channels(project)
    good = "look=ffffff:0:1,ffffff:0:1"
    mine = pictures.issue_token("s", project)
    addresses = [
        f"{pictures.plane_address('guessed', sha256)}?{good}",
        f"{pictures.plane_address(mine, sha256, 3)}?{good}",
        pictures.levels_address("guessed", sha256),
    ]
    assert [answer.status for answer in get(pictures.routes(), *addresses)] == [404, 404, 404]


def test_a_picture_too_large_to_remember_is_still_drawn(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(originals, "REMEMBERED_BYTES", 5000)
    sha256, planes = stack_of_two_channels(project)
    token = pictures.issue_token("s", project)
    look = "?look=ffffff:0:4000,-ffffff:0:1"
    addresses = [pictures.plane_address(token, sha256, n) + look for n in (0, 1, 2, 2, 0, 3)]
    *answers, beyond = get(pictures.routes(), *addresses)
    for answer, plane in zip(answers, (0, 1, 2, 2, 0), strict=True):
        shown = np.asarray(opened(answer).convert("L")).astype(float)
        assert np.abs(shown - planes[plane, 0] / 4000 * 255).max() <= 0.51
    assert beyond.status == 404
    [levels] = get(pictures.routes(), pictures.levels_address(token, sha256))
    assert sum(json.loads(levels.body)["channels"][0]["counts"]) == planes[:, 0].size


def test_only_the_last_looks_of_a_picture_stay_on_the_disk(project: Path) -> None:
    sha256, _planes = stack_of_two_channels(project)
    token = pictures.issue_token("s", project)
    looks = [Look.parse(f"-ff0000:0:1,ffffff:0:{n}") for n in range(1000, 1020)]
    own = pictures.thumb_address(token, sha256)
    answers = get(pictures.routes(), own)
    for look in looks:
        answers += get(pictures.routes(), pictures.thumb_address(token, sha256, look))
    assert {answer.status for answer in answers} == {200}
    kept = ProjectFiles(project).thumbnail(sha256)
    others = [path for path in kept.parent.iterdir() if path != kept]
    assert kept.exists()
    assert 1 <= len(others) < 10


@pytest.mark.slow
def test_a_large_picture_is_decoded_elsewhere(project: Path) -> None:
    """A small file of 430 MB once decoded leaves this process as it was."""
    out = BytesIO()
    rows = np.zeros((12_000, 12_000, 3), np.uint8)
    rows[:6000] = 200
    tifffile.imwrite(out, rows, photometric="rgb", compression="zlib", rowsperstrip=500)
    del rows
    sha256 = add_original(project, out.getvalue(), "tif")
    token = pictures.issue_token("s", project)
    before = psutil.Process().memory_info().rss
    peak: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            peak.append(psutil.Process().memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    addresses = [pictures.thumb_address(token, sha256), pictures.plane_address(token, sha256)]
    try:
        small, whole = get(pictures.routes(), *addresses)
    finally:
        done.set()
        watching.join()
    assert opened(small).getpixel((10, 10)) == (200, 200, 200)
    assert opened(whole).getpixel((10, opened(whole).height - 10)) == (0, 0, 0)
    assert max(peak) - before < 500_000_000


def test_a_request_that_was_closed_ends_its_decoding(project: Path) -> None:
    path = project / "images" / "ee" / ("ee" + "0" * 62 + ".png")
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    token = pictures.issue_token("s", project)
    app = Starlette(routes=pictures.routes())
    children = psutil.Process().children

    async def go_away() -> int:
        busy = asyncio.Event()

        async def leave() -> None:
            while not children():
                await asyncio.sleep(0.02)
            busy.set()

        asking = asyncio.create_task(
            fetch(app, pictures.thumb_address(token, path.stem), gone=busy)
        )
        await leave()
        return (await asyncio.wait_for(asking, 30)).status

    making.close_decoders()
    assert asyncio.run(go_away()) == 499
    making.close_decoders()
