"""Where an export goes: `--out x.zip` is a file, whatever the format holds."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from piximi_core.cli import delivering
from piximi_core.jobs.folder import Job


@pytest.mark.parametrize("names", [["model.json", "group1-shard1of1.bin"], ["one.npz"], ["a.zip"]])
def test_a_name_of_a_zip_never_becomes_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    made = [tmp_path / "made" / name for name in names]
    made[0].parent.mkdir()
    for file in made:
        file.write_bytes(file.name.encode())
    if names == ["a.zip"]:
        with zipfile.ZipFile(made[0], "w") as archive:
            archive.writestr("inner", "inner")
    monkeypatch.setattr(delivering, "delivered", lambda _job: made)
    job, target = Job(tmp_path / "job"), tmp_path / "out.ZIP"
    assert delivering.deliver(job, target) == [target]
    assert target.is_file()
    with zipfile.ZipFile(target) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    expected = {"inner": b"inner"} if names == ["a.zip"] else {n: n.encode() for n in names}
    assert inside == expected
    folder = tmp_path / "folder"
    folder.mkdir()
    assert delivering.deliver(job, folder) == [folder / name for name in names]
