"""What killed processes left is deleted, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

from piximi_core.disk import DAY, sweep


def test_what_nobody_has_touched_for_a_day_is_deleted(tmp_path: Path) -> None:
    for name, age in (("old", 2 * DAY), ("young", 60), ("file", 2 * DAY)):
        place = tmp_path / name
        if name == "file":
            place.touch()
        else:
            place.mkdir()
            (place / "inside").touch()
        os.utime(place, (0, time.time() - age))
    sweep([*tmp_path.iterdir(), tmp_path / "gone meanwhile"])
    assert [path.name for path in tmp_path.iterdir()] == ["young"]


def test_what_a_link_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "inside").touch()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    os.utime(tmp_path / "kept", (0, time.time() - 2 * DAY))
    sweep([tmp_path / "link"])
    assert [path.name for path in tmp_path.rglob("*")] == ["kept", "inside"]
