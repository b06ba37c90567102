"""Rounds of what a project must survive: each task killed at a random moment of its own work.

Every round begins with a fresh copy of one small project, so that what must hold afterwards is
known exactly: the state before or the state after, and the one after if it was acknowledged.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import ensure_kind
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.backups import back_up, list_backups
from piximi_core.project.database.schema import SCHEMA_VERSION
from piximi_core.project.database.sqlite_files import damage_of
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.piximi import save_piximi
from piximi_core.services.piximi.open_piximi import open_here
from piximi_core.services.projects import archive
from piximi_core.services.projects.open_archive import restore_archive
from piximi_core.services.projects.recovering import recover_project
from tests.made_up import make_older
from tests.soak.checks import State, check_project, require
from tests.soak.commands import write_pictures
from tests.soak.keeper import TASKS
from tests.soak.killing import REPOSITORY, Pace, environment, kill_tree

__all__ = ["KeepingRounds"]

_PATIENCE = 240
_WITH_OBJECTS = 12
_GIVEN_BOX = (2, 3, 8, 8)
_SAVED = "project/jobs/*/out/*.zip"

# Of every object: image, kind, category, plane, box and run lengths of its mask, in order.
Objects = tuple[tuple[Any, ...], ...]
# What is compared: labels and categories, and the objects.
Kept = tuple[State, Objects]


def _kept(folder: Path) -> Kept:
    """Check a project; return all of it that must survive."""
    state = check_project(folder)
    store = Store(folder)
    try:
        rows = [
            (o.image_name, o.kind_name, o.category_name, o.plane, o.box, o.runs)
            for o in list_objects(store)
        ]
    finally:
        store.close()
    return state, tuple(sorted(rows))


class KeepingRounds:
    """One prepared project, copied for every round."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = folder / "base"
        self.pace = Pace()
        self.number = 0
        self.earlier: Kept = ({}, frozenset()), ()
        self.state: Kept = ({}, frozenset()), ()

    def round(self, dice: random.Random) -> dict[str, Any]:
        """Kill a task of any sort."""
        return self.task(dice.choice(sorted(TASKS)), dice)

    def task(self, name: str, dice: random.Random, *, kill: bool = True) -> dict[str, Any]:
        """Prepare a copy of the project, do one task in it, kill that, and check what is there."""
        if not self.base.exists():
            self._prepare(dice)
        self.number += 1
        place = self.folder / f"round-{self.number}"
        shutil.copytree(self.base, place)
        _PREPARE.get(name, lambda _place: None)(place)
        after = self.pace.moment(name, dice) if kill else None
        acknowledged, killed = self._do(name, place, after)
        found = getattr(self, f"_check_{name}")(place, acknowledged)
        shutil.rmtree(place)
        return {
            "killed": name if killed else None,
            "after_s": after and round(after, 3),
            "acknowledged": acknowledged,
            "found": found,
        }

    def _prepare(self, dice: random.Random) -> None:
        """Make the project: a backup of an earlier state, an archive, and files to bring in."""
        write_pictures(self.base / "first", "first", dice, count=30)
        write_pictures(self.base / "given", "given", dice, count=30)
        store = create_store(self.base / "project", "Kept")
        run_here(
            store,
            add_images.ask(
                store,
                [SourceFile(self.base / "first", "first")],
                add_images.AddOptions(labels="folders"),
            ),
        )
        _add_objects(store)
        back_up(store.folder)
        run_here(store, archive.ask(store, self.base / "given.zip"))
        saving = save_piximi.ask(store)
        run_here(store, saving)
        shutil.copyfile(save_piximi.saved_file(saving), self.base / "given-piximi.zip")
        _write_coco(self.base / "given.json", sorted((self.base / "first").glob("*/*.png")))
        self.earlier = _kept(store.folder)
        create_category(store, "made after the backup")
        store.close()
        self.state = _kept(store.folder)
        # What the task itself takes, once its modules are loaded.
        for name in TASKS:
            self.pace.learn(name, 0.6)

    def _do(self, name: str, place: Path, after: float | None) -> tuple[bool, bool]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.keeper", name, str(place)],
            cwd=REPOSITORY,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        require("ready" in process.stdout.readline(), f"the keeper of {name} could not begin")
        killer = threading.Timer(_PATIENCE if after is None else after, kill_tree, [process.pid])
        killer.start()
        output, errors = process.communicate()
        killer.cancel()
        said = [json.loads(line) for line in output.splitlines(keepends=True) if line[-1] == "\n"]
        acks = [line for line in said if "ack" in line]
        if acks:
            # How long its own work takes, without the end of the process.
            self.pace.learn(name, acks[-1]["seconds"])
        else:
            self.pace.stretch(name)
        if process.returncode != 0:
            require(process.returncode == -9, f"{name} ended by itself: {errors[-500:]}")
        return bool(acks), process.returncode != 0

    def _one_of(self, place: Path, before: Kept, after: Kept, acknowledged: bool) -> str:
        found = _kept(place / "project")
        require(found in (before, after), "the killed task left half of its work")
        require(found == after or not acknowledged, "what was acknowledged is not there")
        return "done" if found == after else "undone"

    def _check_import(self, place: Path, acknowledged: bool) -> str:
        labels = {p.name: p.parent.name for p in (place / "given").glob("*/*.png")}
        (before, categories), objects = self.state
        after = ({**before, **labels}, categories | set(labels.values())), objects
        return self._one_of(place, self.state, after, acknowledged)

    def _check_annotations(self, place: Path, acknowledged: bool) -> str:
        labels, objects = self.state
        names = [p.name for p in (place / "first").glob("*/*.png")]
        new = [(name, "cell", "nucleus", 0, _GIVEN_BOX, (0, 6 * 5)) for name in names]
        after = labels, tuple(sorted([*objects, *new]))
        return self._one_of(place, self.state, after, acknowledged)

    def _check_open(self, place: Path, acknowledged: bool) -> str:
        make = partial(open_here, place / "given-piximi.zip")
        return self._made_of_a_file(place / "opened", acknowledged, make)

    def _check_undo(self, place: Path, acknowledged: bool) -> str:
        return self._one_of(place, self.state, self.earlier, acknowledged)

    def _check_backup(self, place: Path, acknowledged: bool) -> str:
        found = self._one_of(place, self.state, self.earlier, acknowledged)
        for backup in list_backups(place / "project"):
            require(damage_of(backup.path) is None, f"the backup {backup.name} is damaged")
        return found

    def _check_migration(self, place: Path, acknowledged: bool) -> str:
        database = place / "project" / "project.sqlite"
        with closing(sqlite3.connect(database)) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
        require(version in (1, SCHEMA_VERSION), f"the project is of the format {version}")
        require(version == SCHEMA_VERSION or not acknowledged, "the new format is gone again")
        copies = [b for b in list_backups(place / "project") if b.reason == "format"]
        require(bool(copies) or version == 1, "the format was changed without a backup")
        self._one_of(place, self.state, self.state, acknowledged)
        return "done" if version > 1 else "undone"

    def _check_archive(self, place: Path, acknowledged: bool) -> str:
        require(_kept(place / "project") == self.state, "archiving changed the project")
        return self._whole_zip(
            [place / "out.zip"], acknowledged, lambda out: self._restored(out, place)
        )

    def _restored(self, out: Path, place: Path) -> None:
        restore_archive(out, place / "again")
        require(_kept(place / "again") == self.state, "the archive holds something else")

    def _check_save(self, place: Path, acknowledged: bool) -> str:
        require(_kept(place / "project") == self.state, "saving changed the project")
        # The base has saved once already: that zip is not this round's.
        earlier = {p.relative_to(self.base) for p in self.base.glob(_SAVED)}
        written = (p for p in place.glob(_SAVED) if p.relative_to(place) not in earlier)
        return self._whole_zip(written, acknowledged, lambda out: self._opened(out, place))

    def _opened(self, out: Path, place: Path) -> None:
        open_here(out, place / "again")
        require(_kept(place / "again") == self.state, "the zip for Piximi holds something else")

    def _whole_zip(
        self, written: Iterable[Path], acknowledged: bool, check: Callable[[Path], None]
    ) -> str:
        out = next((path for path in written if path.exists()), None)
        require(out is not None or not acknowledged, "the acknowledged file is missing")
        if out is None:
            return "no file"
        with zipfile.ZipFile(out) as found:
            require(found.testzip() is None, "the written zip is damaged")
        check(out)
        return "a file"

    def _check_restore(self, place: Path, acknowledged: bool) -> str:
        make = partial(restore_archive, place / "given.zip")
        return self._made_of_a_file(place / "restored", acknowledged, make)

    def _made_of_a_file(
        self, target: Path, acknowledged: bool, make: Callable[[Path], object]
    ) -> str:
        """Check a project that was made of a file; one that is not there can be made now."""
        require(target.exists() or not acknowledged, f"the {target.name} project is missing")
        found = "done" if target.exists() else "undone"
        if not target.exists():
            # A half-made one beside it stands in nobody's way.
            make(target)
        require(_kept(target) == self.earlier, f"the {target.name} project is another")
        return found

    def _check_recovery(self, place: Path, acknowledged: bool) -> str:
        project = place / "project"
        damaged = damage_of(project / "project.sqlite") is not None
        require(not (damaged and acknowledged), "the recovered project is damaged")
        if damaged:
            recover_project(project)
        require(_kept(project) == self.earlier, "the recovered project is another")
        return "undone" if damaged else "done"


def _add_objects(store: Store) -> None:
    """Put a cell into some images: a box whose mask leaves out its first corner."""
    images = list_things(store, ThingFilter())[:_WITH_OBJECTS]
    with store.step("Add objects") as db:
        kind = ensure_kind(db, "cell")
        add_objects(
            db,
            [
                NewObject(
                    image.id,
                    kind,
                    (1, 1, 9, 5 + number % 4),
                    (1, 8 * (4 + number % 4) - 1),
                    category=("round", "long", None)[number % 3],
                )
                for number, image in enumerate(images)
            ],
            who="soak",
        )


def _write_coco(path: Path, pictures: list[Path]) -> None:
    """Write one nucleus for every picture, in COCO's form: the project's one kind takes it in."""
    x1, y1, x2, y2 = _GIVEN_BOX
    outline = [x1, y1, x2, y1, x2, y2, x1, y2]
    found = {
        "images": [
            {"id": number, "file_name": picture.name, "width": 20, "height": 20}
            for number, picture in enumerate(pictures, 1)
        ],
        "categories": [{"id": 1, "name": "nucleus"}],
        "annotations": [
            {
                "id": number,
                "image_id": number,
                "category_id": 1,
                "bbox": [x1, y1, x2 - x1, y2 - y1],
                "area": (x2 - x1) * (y2 - y1),
                "segmentation": [outline],
                "iscrowd": 0,
            }
            for number in range(1, len(pictures) + 1)
        ],
    }
    path.write_text(json.dumps(found))


def _make_old(place: Path) -> None:
    """Turn the project into one of the first format."""
    make_older(place / "project" / "project.sqlite", 1)


def _damage(place: Path) -> None:
    with (place / "project" / "project.sqlite").open("r+b") as database:
        database.write(b"\0" * 5000)


_PREPARE: dict[str, Callable[[Path], None]] = {"migration": _make_old, "recovery": _damage}
