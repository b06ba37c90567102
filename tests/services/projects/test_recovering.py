"""A damaged database comes back from its newest good backup, and what was lost is listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from piximi_core.errors import BadInput, DamagedProject
from piximi_core.jobs.applying import settle_project
from piximi_core.jobs.folder import Job
from piximi_core.project.care.originals import unneeded_originals
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.backups import back_up, list_backups
from piximi_core.project.database.history import history
from piximi_core.project.database.store import Store, open_store
from piximi_core.project.workspace import list_projects
from piximi_core.services.projects.recovering import last_recovery, recover_project
from piximi_core.vocabulary import IMAGE_KIND
from tests.services.conftest import add, grey


def _cut(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: database.stat().st_size // 3])


def _spoil_pages(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096 * 2 : 4096 * 12] = b"\x5a" * 4096 * 10
    database.write_bytes(content)


def _remove(database: Path) -> None:
    database.unlink()


def _empty(database: Path) -> None:
    database.write_bytes(b"")


@pytest.mark.slow
@pytest.mark.parametrize("damage", [_cut, _spoil_pages, _remove, _empty])
def test_after_any_damage_the_newest_good_backup_takes_its_place(
    labelled: Store, damage: Callable[[Path], None]
) -> None:
    folder = labelled.folder
    create_category(labelled, "kept")
    before = list_things(labelled, ThingFilter())
    steps = history(labelled)
    back_up(folder)
    spoilt = back_up(folder)
    spoilt.path.write_bytes(spoilt.path.read_bytes()[:5000])
    labelled.close()
    for end in ("-wal", "-shm"):
        labelled.files.database.with_name(f"project.sqlite{end}").unlink(missing_ok=True)
    damage(labelled.files.database)

    [listed] = list_projects(folder.parent)
    assert listed.trouble
    assert listed.damaged
    with pytest.raises(DamagedProject, match="recover"):
        list_things(open_store(folder), ThingFilter())
    found = recover_project(folder)
    back = open_store(folder)
    assert list_things(back, ThingFilter()) == before
    assert history(back) == steps
    assert "kept" in [category.name for category in list_categories(back)]
    assert found.damage
    assert found == last_recovery(folder)
    assert list_projects(folder.parent)[0].trouble is None
    create_category(back, "writable again")
    with pytest.raises(BadInput, match="nothing to recover"):
        recover_project(folder)


@pytest.mark.slow
def test_what_came_after_the_backup_is_brought_back_or_listed(
    labelled: Store, tmp_path: Path
) -> None:
    """An import's result and a training lie on the disk; a label and a lost import do not."""
    folder = labelled.folder
    backup = back_up(folder)
    grey(tmp_path / "back.png", 3)
    add(labelled, tmp_path / "back.png", category="light")
    grey(tmp_path / "lost.png", 5)
    add(labelled, tmp_path / "lost.png")
    [lost] = [t for t in list_things(labelled, ThingFilter()) if t.name == "lost.png"]
    for job in map(Job, labelled.files.jobs.iterdir()):
        if "lost.png" in json.dumps(job.request()):
            (job.folder / "result.json").unlink()  # its folder was swept long ago
    create_category(labelled, "made after the backup")
    run = Job(labelled.files.run("1-run"))
    run.folder.mkdir(parents=True)
    (run.folder / "data.csv").write_text("partition,file_sha256\nTraining,a\nValidation,b\n")
    asked = {"settings": {"name": "Cells", "epochs": 3}, "classes": [], "kind_id": IMAGE_KIND}
    Job.create(run.folder, "train", asked)
    run.finish({"stem": "Cells", "accuracy": 0.75})
    labelled.close()
    # The header goes, the pages behind it can be read no more.
    _spoil_header(labelled.files.database)

    found = recover_project(folder)
    back = open_store(folder)
    names = {thing.name for thing in list_things(back, ThingFilter())}
    assert "back.png" in names
    assert "lost.png" not in names
    assert (found.backup_at, found.images_back) == (backup.at, 1)
    assert found.runs == ("Cells",)
    assert found.originals == (lost.file_sha256,)
    [again] = list_runs(back)
    assert (again.name, again.number, again.counts) == (
        "Cells",
        1,
        {"Training": 1, "Validation": 1},
    )
    assert again.summary is not None
    assert again.summary["accuracy"] == 0.75
    # The lost original is kept until a person clears the damaged copy away.
    assert unneeded_originals(folder, youngest=0) == []
    settle_project(back)
    assert len(list_runs(back)) == 1


def _spoil_header(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"\0" * 100)


def test_steps_that_the_damaged_database_still_tells_are_listed(labelled: Store) -> None:
    """A page of another table is spoilt: the history can be read."""
    back_up(labelled.folder)
    create_category(labelled, "first loss")
    create_category(labelled, "second loss")
    with labelled.write() as db:
        root = db.exec_driver_sql(
            "SELECT rootpage FROM sqlite_master WHERE name = 'drafts'"
        ).scalar_one()
    labelled.close()
    with labelled.files.database.open("r+b") as file:
        file.seek(4096 * (int(root) - 1))
        file.write(b"\xff" * 4096)
    found = recover_project(labelled.folder)
    assert found.steps == ("Create category first loss", "Create category second loss")


def test_without_a_good_backup_nothing_is_touched(labelled: Store) -> None:
    labelled.close()
    _cut(labelled.files.database)
    content = labelled.files.database.read_bytes()
    with pytest.raises(BadInput, match="no backup that can be read"):
        recover_project(labelled.folder)
    assert labelled.files.database.read_bytes() == content
    assert list_backups(labelled.folder) == []
