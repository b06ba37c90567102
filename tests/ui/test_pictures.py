"""Pictures: only for whoever holds the token, made once, whole or not at all."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.project.categories import create_category
from piximi_core.project.files import ProjectFiles
from piximi_core.project.store import create_store
from piximi_ui import pictures
from tests.ui.asgi import Answer, get


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
    pictures.revoke_session("s1")
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
    bad += [f"/pictures/{token}/plane/{sha256}/{n}.webp" for n in ("-1", "x", "1e3", "٣", "9" * 40)]
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
