"""Duplicate and delete: a second project that is whole, or none; nothing taken from under work."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from piximi_core.errors import BadInput, NoSpace, ProjectBusy
from piximi_core.jobs.folder import Job
from piximi_core.jobs.inline import run_here
from piximi_core.project.care.disk_use import disk_use
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.things import ThingFilter, find_ids, list_things
from piximi_core.project.database.history import history
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import (
    create_project,
    list_projects,
    open_project,
    project_name,
)
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.projects import duplicate
from piximi_core.services.projects.deleting import delete_project
from tests.conftest import REPOSITORY


@pytest.fixture
def original(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Sixty digits in a workspace of their own."""
    monkeypatch.setenv("PIXIMI_WORKSPACE", str(tmp_path / "workspace"))
    store = create_project("Digits")
    add_digits(store, limit=60)
    return store


def test_a_copy_is_whole_and_of_its_own(original: Store) -> None:
    steps = history(original)
    result = run_here(original, duplicate.ask(original, "Copy of Digits"))
    assert (result.address, result.name) == ("copy-of-digits", "Copy of Digits")
    copy = open_project("copy-of-digits")
    assert project_name(copy) == "Copy of Digits"
    assert project_name(original) == "Digits"
    for mine, theirs in zip(
        list_things(original, ThingFilter()), list_things(copy, ThingFilter()), strict=True
    ):
        assert mine == theirs
        path = original.files.original(mine.file_sha256, mine.extension)
        second = copy.files.original(mine.file_sha256, mine.extension)
        assert second.read_bytes() == path.read_bytes()
        assert not second.samefile(path)
    assert history(original) == steps
    before = list_things(original, ThingFilter())
    ids = find_ids(copy, ThingFilter(labelled=False))
    label_things(copy, ids, before[1].category_id)
    assert list_things(original, ThingFilter()) == before
    assert [p.address for p in list_projects()] == ["copy-of-digits", "digits"]


def test_labels_given_while_it_is_copied_are_all_there_or_none(original: Store) -> None:
    """The database comes through SQLite's own backup, its log included."""
    job = duplicate.ask(original, "Second")
    things = list_things(original, ThingFilter())
    labelled = next(thing.category_id for thing in things if thing.is_labelled)
    ids = find_ids(original, ThingFilter(labelled=False))
    label_things(original, ids, labelled)  # only in the log beside the database so far
    run_here(original, job)
    assert find_ids(open_project("second"), ThingFilter(labelled=False)) == []


@pytest.mark.parametrize("name", ["", "   "])
def test_a_copy_needs_a_name(original: Store, name: str) -> None:
    with pytest.raises(BadInput, match="needs a name"):
        duplicate.ask(original, name)


def test_a_full_disk_is_told_before(original: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(original.folder)._replace(free=50_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(NoSpace):
        duplicate.ask(original, "Second")
    assert len(list_projects()) == 1


def test_while_work_is_under_way_nothing_is_copied_or_deleted(original: Store) -> None:
    job = Job.create(original.files.jobs / "1-job", "export", {})
    with pytest.raises(ProjectBusy, match="work under way"):
        duplicate.ask(original, "Second")
    with pytest.raises(ProjectBusy, match="work under way"):
        delete_project("digits", "Digits")
    job.fail("Ended.")
    delete_project("digits", "Digits")
    assert list_projects() == []


@pytest.mark.slow
def test_killed_at_any_moment_there_is_a_whole_copy_or_none(original: Store) -> None:
    """A worker is killed after different times; what lies there then opens, or is not listed."""
    program = (
        "import sys; from pathlib import Path; from piximi_core.jobs.running import run_job;"
        "print('go', flush=True); run_job(Path(sys.argv[1]))"
    )
    expected = disk_use(original.folder / "images")
    for delay in (0.0, 0.02, 0.05, 0.1, 0.3):
        job = duplicate.ask(original, "Second")
        worker = subprocess.Popen(
            [sys.executable, "-c", program, str(job.folder)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            env=os.environ,
        )
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(delay)
        worker.kill()
        worker.wait()
        worker.stdout.close()
        for project in list_projects():
            assert project.trouble is None
            folder = open_project(project.address).folder
            assert disk_use(folder / "images") == expected
        # The same job asked again ends well, whatever the killed one left.
        if not job.result():
            job.reopen()
            run_here(original, job)
        assert "second" in {project.address for project in list_projects()}
        assert not list(original.folder.parent.glob(".copy-*"))


def test_old_leftovers_are_swept(original: Store) -> None:
    root = original.folder.parent
    for name, age in ((".copy-old", 2 * 86_400), (".copy-new", 60)):
        (root / name).mkdir()
        os.utime(root / name, (0, time.time() - age))
    duplicate.sweep_copies(root)
    assert not (root / ".copy-old").exists()
    assert (root / ".copy-new").exists()
