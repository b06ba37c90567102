"""Lists of items on the disk: remembered while the file stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.errors import PiximiError
from piximi_core.services.scoring.items import Item, read_items, remembered_items, write_items


def item(number: int) -> Item:
    return Item(f"id-{number}", f"name {number}", "ab", "cd", "png", 0, 0, 8)


def test_a_list_is_read_once_and_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    with pytest.raises(PiximiError, match="missing"):
        remembered_items(path)
    write_items(path, [item(1)])
    found = remembered_items(path)
    assert list(found) == read_items(path) == [item(1)]
    assert remembered_items(path) is found
    write_items(path, [item(1), item(2)])
    assert list(remembered_items(path)) == [item(1), item(2)]
