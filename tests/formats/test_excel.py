"""Tables open right in Excel, and plain ones stay plain."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from piximi_core.formats.tables.excel import excel_bytes, open_table

MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize(("text", "marked"), [("name,a\n", False), ("name,Größe\n", True)])
def test_the_mark_stands_where_letters_need_it(text: str, marked: bool, tmp_path: Path) -> None:
    wanted = (MARK if marked else b"") + text.encode()
    assert excel_bytes(text) == wanted
    with open_table(tmp_path / "t.csv") as file:
        csv.writer(file, lineterminator="\n").writerow(text.strip().split(","))
    assert (tmp_path / "t.csv").read_bytes() == wanted
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_a_letter_far_behind_counts_too(tmp_path: Path) -> None:
    with open_table(tmp_path / "t.csv") as file:
        file.write("x" * (1 << 20) + "é")
    assert (tmp_path / "t.csv").read_bytes().startswith(MARK + b"xx")
