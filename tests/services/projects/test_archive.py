"""An archive holds everything and gives it back elsewhere."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from piximi_core.errors import ProjectBusy, Stopped
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, open_store
from piximi_core.project.workspace import list_projects, open_project, rename_project
from piximi_core.services.projects import archive, open_archive
from piximi_core.services.projects.open_archive import restore_archive
from piximi_core.services.projects.opening import dismiss, opening_jobs
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings
from tests.conftest import REPOSITORY
from tests.services.projects.rows import rows_of


def _hashes(folder: Path, top: str) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / top).rglob("*"))
        if path.is_file() and path.name not in ("started", "heartbeat", "progress.json", "unread")
    }


@pytest.mark.slow
def test_restored_under_another_home_it_is_equal_in_everything(
    rich: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = default_settings(rich).model_copy(update={"epochs": 1, "input_shape": (16, 16, 1)})
    run_here(rich, train.ask(rich, settings))
    out = tmp_path / "cells.zip"
    result = run_here(rich, archive.ask(rich, out))
    assert (result.images, result.runs, result.missing) == (23, 1, ())
    # The archive's own job is the one row that came after.
    expected = rows_of(rich.files.database)

    monkeypatch.delenv("PIXIMI_WORKSPACE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "another home"))
    job = open_archive.ask(out)
    run_job(job.folder)
    assert job.state() is JobState.DONE, job.result()
    [project] = list_projects()
    assert project.name == "Test project"
    folder = tmp_path / "another home" / "piximi-workspace" / project.address
    found = rows_of(folder / "project.sqlite")
    own = {(row[0]) for row in expected["applied_jobs"]} - {r[0] for r in found["applied_jobs"]}
    assert len(own) == 1
    for rows in (expected, found):
        rows["applied_jobs"] = [row for row in rows["applied_jobs"] if row[0] not in own]
        rows["recording"] = [row[:2] for row in rows["recording"]]
        del rows["sqlite_sequence"]
    assert found == expected
    for top in ("images", "runs"):
        assert _hashes(folder, top) == _hashes(rich.folder, top) != {}
    # Its history works on: the deleted image comes back with its file.
    store = open_project(project.address)
    while not str(undo(store)).startswith("Delete"):
        pass
    first = [t for t in list_things(store, ThingFilter()) if t.name == "dark-00.png"]
    assert store.files.original(first[0].file_sha256, first[0].extension).is_file()
    # A second time it gets a name and a place of its own.
    job = open_archive.ask(out)
    run_job(job.folder)
    assert sorted(p.name for p in list_projects()) == ["Test project", "Test project 2"]
    assert len(opening_jobs(folder.parent, open_archive.OPEN_ARCHIVE)) == 2
    for done in opening_jobs(folder.parent, open_archive.OPEN_ARCHIVE):
        dismiss(done)
    assert not list(folder.parent.glob(".*"))


def test_it_is_a_plain_zip_of_one_moment_while_others_write(rich: Store, tmp_path: Path) -> None:
    job = archive.ask(rich, tmp_path / "cells.zip")
    create_category(rich, "only in the log so far")
    run_here(rich, job)
    create_category(rich, "too late")
    with zipfile.ZipFile(tmp_path / "cells.zip") as packed:
        assert packed.testzip() is None
        assert {info.compress_type for info in packed.infolist()} == {zipfile.ZIP_STORED}
        told = json.loads(packed.read("archive.json"))
        assert told["files"] == len(packed.namelist()) - 1
        packed.extract("project.sqlite", tmp_path)
    names = {row[2] for row in rows_of(tmp_path / "project.sqlite")["categories"]}
    assert "only in the log so far" in names
    assert "too late" not in names
    assert not list(rich.folder.rglob("snapshot*"))


def test_while_work_is_under_way_nothing_is_archived(rich: Store, tmp_path: Path) -> None:
    Job.create(rich.files.jobs / "1-job", "export", {})
    with pytest.raises(ProjectBusy, match="work under way"):
        archive.ask(rich, tmp_path / "cells.zip")


def test_a_stopped_archive_leaves_nothing(rich: Store, tmp_path: Path) -> None:
    job = archive.ask(rich, tmp_path / "cells.zip")
    job.ask_to_stop()
    with pytest.raises(Stopped):
        run_here(rich, job)
    assert not list(tmp_path.glob("*cells*"))
    assert not list(tmp_path.glob(".*"))


def test_a_lost_original_is_told_and_does_not_keep_the_rest(rich: Store, tmp_path: Path) -> None:
    lost = list_things(rich, ThingFilter())[0]
    rich.files.original(lost.file_sha256, lost.extension).unlink()
    result = run_here(rich, archive.ask(rich, tmp_path / "cells.zip"))
    assert result.missing == (lost.file_sha256,)
    manifest = restore_archive(tmp_path / "cells.zip", tmp_path / "back")
    assert manifest.missing == (lost.file_sha256,)
    assert len(list_things(open_store(tmp_path / "back"), ThingFilter())) == 23


def test_the_commands_archive_and_restore(rich: Store, tmp_path: Path) -> None:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "piximi_core", *arguments],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )

    rename_project(rich, "Cells 🔬")
    out, back = tmp_path / "x.zip", tmp_path / "deep" / "back"
    done = command("archive", str(rich.folder), str(out))
    assert (done.returncode, done.stdout.startswith(f"Wrote {out}: 23 images, 0 runs")) == (0, True)
    done = command("restore", str(back), str(out))
    assert (done.returncode, "Restored “Cells 🔬”" in done.stdout) == (0, True), done.stderr
    assert rows_of(back / "project.sqlite")["things"] == rows_of(rich.files.database)["things"]
    done = command("restore", str(back), str(out))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    shutil.rmtree(back)
