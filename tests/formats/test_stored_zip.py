"""Zips of ours against Python's reader, also beyond what 32 and 16 bits count."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piximi_core.errors import BadInput
from piximi_core.formats import stored_zip
from piximi_core.formats.stored_zip import StoredZip


@given(st.lists(st.tuples(st.text("abc/é🔬", min_size=1), st.binary(max_size=300)), max_size=8))
def test_what_is_written_is_read(members: list[tuple[str, bytes]]) -> None:
    stream = io.BytesIO()
    written = StoredZip(stream)
    for name, content in members:
        written.add(name, io.BytesIO(content), len(content))
    written.close()
    with zipfile.ZipFile(stream) as found:
        assert found.testzip() is None
        assert [(i.filename, found.read(i)) for i in found.infolist()] == members


@pytest.mark.parametrize(("large", "many"), [(100, 2), (100, 60_000), (5_000_000, 2)])
def test_large_archives_use_the_records_of_64_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int, many: int
) -> None:
    """With lower limits the large records are written for small files, and read alike."""
    monkeypatch.setattr(stored_zip, "_LARGE", large)
    monkeypatch.setattr(stored_zip, "_MANY", many)
    contents = [b"x" * 50, b"y" * 2_500_000, b"z" * 150, b""]
    told: list[int] = []
    with (tmp_path / "large.zip").open("w+b") as stream:
        written = StoredZip(stream)
        for number, content in enumerate(contents):
            written.add(f"{number}.bin", io.BytesIO(content), len(content), told.append)
        written.close()
    with zipfile.ZipFile(tmp_path / "large.zip") as found:
        assert found.testzip() is None
        assert [found.read(f"{n}.bin") for n in range(4)] == contents
        assert b"PK\x06\x06" in (tmp_path / "large.zip").read_bytes()
    assert sum(told) == 2_500_000


def test_a_source_that_ends_early_is_said() -> None:
    with pytest.raises(BadInput, match="became shorter"):
        StoredZip(io.BytesIO()).add("a", io.BytesIO(b"12"), 3)
