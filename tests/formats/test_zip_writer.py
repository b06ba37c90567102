"""What our writer of zips writes, Python's own reader reads, also beyond the old limits."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from piximi_core.formats.zip_writer import ZipWriter

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
