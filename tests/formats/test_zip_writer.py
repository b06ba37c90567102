"""What our writer of zips writes, Python's own reader reads, also beyond the old limits."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piximi_core.errors import BadInput
from piximi_core.formats.zips import zip_writer
from piximi_core.formats.zips.zip_writer import ZipWriter

CONTENTS = {
    "a/plain.txt": b"words " * 1000,
    "a/noise.bin": os.urandom(5000),
    "a/empty": b"",
    "größe/日本.json": b"{}",
}


def write(path: Path) -> None:
    with ZipWriter(path) as archive:
        archive.folder("a/")
        for name, content in CONTENTS.items():
            archive.file(name, content)
        blocks = [b"x" * 1000, b"", os.urandom(10), b"y" * 500]
        archive.stream("a/stream", blocks, 1510)


def check(path: Path) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None
    assert archive.namelist() == ["a/", *CONTENTS, "a/stream"]
    for name, content in CONTENTS.items():
        assert archive.read(name) == content
    streamed = archive.read("a/stream")
    assert (streamed[:1000], streamed[-500:]) == (b"x" * 1000, b"y" * 500)
    return archive


def test_it_is_a_zip_as_others_read_it(tmp_path: Path) -> None:
    write(tmp_path / "a.zip")
    with check(tmp_path / "a.zip") as archive:
        by_name = {info.filename: info for info in archive.infolist()}
        assert by_name["a/"].is_dir()
        assert by_name["a/plain.txt"].compress_size < 100
        assert by_name["a/noise.bin"].compress_type == zipfile.ZIP_STORED
        assert by_name["a/plain.txt"].flag_bits & 0x8 == 0


def test_more_files_than_sixteen_bits_count(tmp_path: Path) -> None:
    with ZipWriter(tmp_path / "many.zip") as archive:
        for number in range(66_000):
            archive.folder(f"{number}/")
    with zipfile.ZipFile(tmp_path / "many.zip") as archive:
        assert len(archive.namelist()) == 66_000


@pytest.mark.slow
def test_a_file_of_more_than_four_gigabytes(tmp_path: Path) -> None:
    block, count = bytes(2**26), 65
    with ZipWriter(tmp_path / "large.zip") as archive:
        archive.stream("zeros", (block for _ in range(count)), len(block) * count)
        archive.file("after", b"small")
    with zipfile.ZipFile(tmp_path / "large.zip") as archive:
        assert archive.getinfo("zeros").file_size == len(block) * count
        assert archive.read("after") == b"small"
        with archive.open("zeros") as stream:
            assert stream.read(10) == bytes(10)


def test_a_failure_leaves_no_directory(tmp_path: Path) -> None:
    def fail() -> None:
        with ZipWriter(tmp_path / "a.zip") as archive:
            archive.file("a", b"1")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not zipfile.is_zipfile(tmp_path / "a.zip")


@given(st.lists(st.tuples(st.text("abc/é🔬", min_size=1), st.binary(max_size=300)), max_size=8))
def test_what_is_copied_is_read_as_it_was(members: list[tuple[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        with ZipWriter(path) as archive:
            for name, content in members:
                archive.copy(name, io.BytesIO(content), len(content))
        with zipfile.ZipFile(path) as found:
            assert found.testzip() is None
            assert [(i.filename, found.read(i)) for i in found.infolist()] == members
            assert {i.compress_type for i in found.infolist()} <= {zipfile.ZIP_STORED}


@pytest.mark.parametrize(("large", "many"), [(100, 2), (100, 60_000), (5_000_000, 2)])
def test_large_archives_use_the_records_of_64_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int, many: int
) -> None:
    """With lower limits the large records are written for small files, and read alike."""
    monkeypatch.setattr(zip_writer, "_LARGE", large)
    monkeypatch.setattr(zip_writer, "_MANY", many)
    contents = [b"x" * 50, b"y" * 2_500_000, b"z" * 150, b""]
    told: list[int] = []
    with ZipWriter(tmp_path / "large.zip") as archive:
        for number, content in enumerate(contents):
            archive.copy(f"{number}.bin", io.BytesIO(content), len(content), told.append)
    with zipfile.ZipFile(tmp_path / "large.zip") as found:
        assert found.testzip() is None
        assert [found.read(f"{n}.bin") for n in range(4)] == contents
        assert b"PK\x06\x06" in (tmp_path / "large.zip").read_bytes()
    assert sum(told) == sum(map(len, contents))
    assert max(told) <= 2**20


def test_a_source_that_ends_early_is_said(tmp_path: Path) -> None:
    for size in (3, 3_000_000):
        with (
            pytest.raises(BadInput, match="became shorter"),
            ZipWriter(tmp_path / "a.zip") as archive,
        ):
            archive.copy("a", io.BytesIO(b"12"), size)
        assert not zipfile.is_zipfile(tmp_path / "a.zip")
