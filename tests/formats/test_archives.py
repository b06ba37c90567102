"""Zips from strangers: what comes out, and that nothing else happens."""

from __future__ import annotations

import resource
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piximi_core.errors import BadInput, NoSpace
from piximi_core.formats.zips.archives import ArchiveLimits, extract_zip


def make_zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def out_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir(exist_ok=True)
    return folder


def test_members_keep_their_names_and_bytes_but_lie_under_generated_names(tmp_path: Path) -> None:
    content = {"red/1.png": b"one", "white/ü 😀 'x'.png": b"two", "white\\3.png": b"three"}
    source = make_zip(tmp_path / "cells.zip", content)
    members = extract_zip(source, out_folder(tmp_path))
    assert [member.name for member in members] == ["red/1.png", "white/ü 😀 'x'.png", "white/3.png"]
    assert [member.path.read_bytes() for member in members] == [b"one", b"two", b"three"]
    assert sorted(path.name for path in out_folder(tmp_path).iterdir()) == [
        "000000",
        "000001",
        "000002",
    ]


def test_what_programs_left_behind_is_skipped(tmp_path: Path) -> None:
    names = ["__MACOSX/a/._1.png", ".DS_Store", "a/.hidden/x.png", "a/._1.png", "a/1.png"]
    source = make_zip(tmp_path / "mac.zip", dict.fromkeys(names, b"x"))
    with zipfile.ZipFile(source, "a") as archive:
        archive.mkdir("empty")
    assert [member.name for member in extract_zip(source, out_folder(tmp_path))] == ["a/1.png"]


@pytest.mark.parametrize(
    "name", ["../x.png", "a/../../x.png", "/etc/x.png", "..\\x.png", "C:\\x.png", "a/..", "\\x"]
)
def test_paths_that_lead_outside_are_refused_whole(tmp_path: Path, name: str) -> None:
    source = make_zip(tmp_path / "slip.zip", {"good.png": b"x", name: b"y"})
    with pytest.raises(BadInput, match=r"'slip\.zip' holds .* outside") as caught:
        extract_zip(source, out_folder(tmp_path))
    assert "\n" not in str(caught.value)
    assert not list(out_folder(tmp_path).iterdir())


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("link.png")
    info.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(BadInput, match="link or a device"):
        extract_zip(tmp_path / "links.zip", out_folder(tmp_path))


def test_a_password_is_named_as_the_obstacle(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "locked.zip", {"a.png": b"x"}, zipfile.ZIP_STORED)
    raw = bytearray(source.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    source.write_bytes(raw)
    with pytest.raises(BadInput, match="password"):
        extract_zip(source, out_folder(tmp_path))


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "bomb.zip", {"zeros.bmp": bytes(40 * 2**20)})
    with pytest.raises(BadInput, match="zip bomb"):
        extract_zip(source, out_folder(tmp_path))
    assert not list(out_folder(tmp_path).iterdir())


def test_a_blank_picture_is_no_bomb(tmp_path: Path) -> None:
    blank = bytes(2048 * 2048 * 2)
    source = make_zip(tmp_path / "blank.zip", {"blank.tif": blank})
    (member,) = extract_zip(source, out_folder(tmp_path))
    assert member.path.read_bytes() == blank


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """Many entries of the directory point to one member, the quine-free way to petabytes."""
    source = make_zip(tmp_path / "shared.zip", {"a.png": bytes(range(256)) * 40}, 0)
    raw = source.read_bytes()
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    entry = raw[start:end]
    directory = entry * 50
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 50, 50, len(directory), start, 0)
    source.write_bytes(raw[:start] + directory + tail)
    with pytest.raises(BadInput, match=r"bomb|damaged"):
        extract_zip(source, out_folder(tmp_path))


def test_caps_on_count_and_sizes(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "many.zip", {f"{n}.png": b"12345" for n in range(10)})
    for limits, words in (
        (ArchiveLimits(members=9), "10 entries"),
        (ArchiveLimits(total_bytes=49), "split it"),
        (ArchiveLimits(member_bytes=4), "'0.png'"),
    ):
        with pytest.raises(BadInput, match=words):
            extract_zip(source, out_folder(tmp_path), limits=limits)
    exact = ArchiveLimits(members=10, total_bytes=50, member_bytes=5)
    assert len(extract_zip(source, out_folder(tmp_path), limits=exact)) == 10


def test_a_member_that_unpacks_to_more_than_it_says_is_refused(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "liar.zip", {"a.png": b"x" * 5000})
    raw = bytearray(source.read_bytes())
    for place in (22, raw.index(b"PK\x01\x02") + 24):
        raw[place : place + 4] = (100).to_bytes(4, "little")
    source.write_bytes(raw)
    with pytest.raises(BadInput, match=r"'liar\.zip'"):
        extract_zip(source, out_folder(tmp_path))
    assert not list(out_folder(tmp_path).iterdir())


def test_a_changed_byte_is_noticed_and_nothing_is_left(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "hurt.zip", {"a.png": b"first", "b.png": b"payload" * 20}, 0)
    raw = bytearray(source.read_bytes())
    raw[raw.index(b"payload")] ^= 1
    source.write_bytes(raw)
    with pytest.raises(BadInput, match=r"damaged at 'b\.png'"):
        extract_zip(source, out_folder(tmp_path))
    assert not list(out_folder(tmp_path).iterdir())


def test_a_full_disk_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    source = make_zip(tmp_path / "big.zip", {"a.png": b"x", "b.png": bytes(3 * 2**20)})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
    try:
        with pytest.raises(NoSpace, match=r"no room to unpack 'big\.zip'"):
            extract_zip(source, out_folder(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(out_folder(tmp_path).iterdir())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip" * 50])
def test_what_is_no_zip_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"'given\.zip' is damaged or not a zip"):
        extract_zip(path, out_folder(tmp_path), name="gi\nven.zip")


names = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=300
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(names, max_size=4, unique=True))
def test_any_name_either_comes_back_inside_or_is_refused(tmp_path: Path, given: list[str]) -> None:
    folder = out_folder(tmp_path)
    for old in folder.iterdir():
        old.unlink()
    source = make_zip(tmp_path / "any.zip", dict.fromkeys(given, b"x"), zipfile.ZIP_STORED)
    before = set(tmp_path.iterdir())
    try:
        members = extract_zip(source, folder)
    except BadInput:
        members = []
    for member in members:
        parts = member.name.split("/")
        assert not member.name.startswith("/")
        assert ".." not in parts
        assert member.path.parent == folder
    assert set(tmp_path.iterdir()) == before
    assert len(list(folder.iterdir())) == len(members)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255), cut=st.booleans())
def test_damage_anywhere_gives_one_sentence(
    tmp_path: Path, place: float, value: int, cut: bool
) -> None:
    source = make_zip(tmp_path / "d.zip", {"a/1.png": b"abc" * 30, "b/2.png": b"xyz" * 9})
    raw = bytearray(source.read_bytes())
    at = int(place * len(raw))
    raw[at] = value
    source.write_bytes(raw[:at] if cut else raw)
    folder = out_folder(tmp_path)
    for old in folder.iterdir():
        old.unlink()
    try:
        members = extract_zip(source, folder)
    except BadInput:
        members = []
    assert len(list(folder.iterdir())) == len(members)
