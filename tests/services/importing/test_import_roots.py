"""Folders of the server: only the configured ones, whatever links say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from piximi_core.errors import BadInput
from piximi_core.services.importing.import_roots import (
    ROOTS_VARIABLE,
    import_roots,
    look_into,
    require_inside,
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "images"
    (folder / "b").mkdir(parents=True)
    (folder / "A").mkdir()
    (folder / ".hidden").mkdir()
    (folder / "b" / "1.png").write_bytes(b"x")
    (folder / "2.png").write_bytes(b"x")
    (tmp_path / "secret").mkdir()
    (folder / "way-out").symlink_to(tmp_path / "secret")
    monkeypatch.setenv(ROOTS_VARIABLE, f"{folder}{os.pathsep}{tmp_path / 'missing'}{os.pathsep}")
    return folder


def test_without_configuration_nothing_is_offered(monkeypatch):
    monkeypatch.delenv(ROOTS_VARIABLE, raising=False)
    assert import_roots() == []
    with pytest.raises(BadInput, match="not in a folder"):
        require_inside(Path.home())


def test_roots_that_do_not_exist_are_left_out(root):
    assert import_roots() == [root.resolve()]


def test_a_folder_shows_its_folders_and_counts_files_below(root):
    view = look_into(root)
    assert [folder.name for folder in view.folders] == ["A", "b"]
    assert view.files == 2


@pytest.mark.parametrize("way", ["way-out", "..", "../secret", "b/../../secret"])
def test_no_way_leads_out(root, way):
    with pytest.raises(BadInput, match="not in a folder"):
        look_into(root / way)


def test_a_folder_that_begins_like_a_root_is_not_inside(root):
    beside = root.with_name(root.name + "-private")
    beside.mkdir()
    with pytest.raises(BadInput, match="not in a folder"):
        require_inside(beside)


def test_a_folder_that_is_gone_is_said_so(root):
    with pytest.raises(BadInput, match="any more"):
        look_into(root / "gone")
