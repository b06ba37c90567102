"""What nobody needs is collected or cleared; what anyone could miss stays."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from piximi_core.jobs.folder import Job
from piximi_core.project.care.disk_use import disk_use
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.labelling import delete_things, label_things
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.backups import back_up, list_backups
from piximi_core.project.database.history import has_forgotten, next_labels, undo
from piximi_core.project.database.store import HISTORY_STEPS, Store
from piximi_core.services.projects.upkeep import clear, keep_safe, space_of
from tests.services.conftest import add, grey


def _age(folder: Path, days: float = 2) -> None:
    moment = time.time() - days * 86_400
    for path in (folder / "images").rglob("*"):
        os.utime(path, (moment, moment))


def _originals(store: Store) -> set[str]:
    return {path.stem for path in (store.folder / "images").glob("*/*")}


@pytest.mark.slow
def test_an_original_goes_once_history_and_backups_have_forgotten_it(
    labelled: Store, tmp_path: Path
) -> None:
    first, second = list_things(labelled, ThingFilter())[:2]
    back_up(labelled.folder)
    delete_things(labelled, [first.id])
    _age(labelled.folder)
    assert clear(labelled, "images") == 0, "undo and the backup still need it"
    for backup in list_backups(labelled.folder):
        backup.path.unlink()
    assert clear(labelled, "images") == 0, "undo still needs it"
    categories = [create_category(labelled, name) for name in ("one", "two")]
    for step in range(HISTORY_STEPS):
        label_things(labelled, [second.id], categories[step % 2].id)
    # Beyond the history's length nothing is undone, so nobody can ask for the file again.
    while undo(labelled):
        pass
    assert next_labels(labelled)[0] is None
    assert has_forgotten(labelled)
    assert first.id not in {thing.id for thing in list_things(labelled, ThingFilter())}
    grey(tmp_path / "young.png", 9)
    young = labelled.folder / "images" / "aa" / ("a" * 64 + ".png")
    young.parent.mkdir(exist_ok=True)
    young.write_bytes(b"stored a moment ago")
    size = labelled.files.original(first.file_sha256, first.extension).stat().st_size
    [images] = [part for part in space_of(labelled) if part.name == "images"]
    assert images.clearable == size
    assert clear(labelled, "images") == size
    kept = {thing.file_sha256 for thing in list_things(labelled, ThingFilter())}
    assert _originals(labelled) == kept | {young.stem}
    assert not labelled.files.thumbnail(first.file_sha256).exists()


def test_while_a_job_may_have_found_its_originals_nothing_is_collected(labelled: Store) -> None:
    stray = labelled.folder / "images" / "bb" / ("b" * 64 + ".png")
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"nobody's")
    _age(labelled.folder)
    job = Job.create(labelled.files.jobs / "1-job", "add", {})
    assert clear(labelled, "images") == 0
    job.finish({"added": 0})  # its result is not in the project yet
    assert clear(labelled, "images") == 0
    (job.folder / "result.json").unlink()
    job.claim()
    job.let_go()  # interrupted: asked again, it stores its originals anew
    assert clear(labelled, "images") == 8
    assert not stray.exists()


def test_a_collection_that_was_killed_puts_back_what_it_had_taken_out(labelled: Store) -> None:
    thing = list_things(labelled, ThingFilter())[0]
    path = labelled.files.original(thing.file_sha256, thing.extension)
    out = labelled.folder / "images" / ".collected"
    out.mkdir()
    path.rename(out / path.name)
    assert clear(labelled, "images") == 0
    assert path.is_file()


def test_each_part_is_measured_and_cleared_and_the_project_works_on(labelled: Store) -> None:
    for number in range(3):
        create_category(labelled, f"category {number}")
        back_up(labelled.folder)
    before = list_things(labelled, ThingFilter())
    parts = {part.name: part for part in space_of(labelled)}
    assert sum(part.size for part in parts.values()) == disk_use(labelled.folder)
    assert parts["cache"].clearable == parts["cache"].size > 0
    assert parts["database"].clearable == parts["images"].clearable == 0
    run = Job.create(labelled.files.run("1-run"), "train", {})
    for name, size in (("latest", 700), ("best", 300)):
        (run.folder / "checkpoints").mkdir(exist_ok=True)
        (run.folder / "checkpoints" / f"{name}.npz").write_bytes(b"0" * size)
    assert clear(labelled, "runs") == 0, "it can be resumed"
    run.finish({"stem": "x", "stopped": False})
    assert clear(labelled, "runs") == 1000
    assert (run.folder / "result.json").is_file()
    for name in ("cache", "backups", "jobs"):
        expected = next(part.clearable for part in space_of(labelled) if part.name == name)
        assert clear(labelled, name) == expected
    assert len(list_backups(labelled.folder)) == 1
    assert list_things(labelled, ThingFilter()) == before
    assert keep_safe(labelled) is None, "a backup was taken just now"


def test_an_import_that_is_refused_leaves_nothing_for_good(labelled: Store, tmp_path: Path) -> None:
    """Its originals were stored before a question ended it; they go with the next collection."""
    before = _originals(labelled)
    stored = labelled.folder / "images" / "cc" / ("c" * 64 + ".tif")
    stored.parent.mkdir(exist_ok=True)
    stored.write_bytes(b"refused")
    half = stored.with_name(".0123.part")
    half.write_bytes(b"half made")
    _age(labelled.folder)
    add(labelled, grey(tmp_path / "new.png", 77))
    assert clear(labelled, "images") == 16
    assert len(_originals(labelled)) == len(before) + 1
    assert not half.exists()
