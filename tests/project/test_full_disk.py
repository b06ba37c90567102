"""A full disk and a read-only one: nothing is called damaged, and one can look at what is there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from piximi_core.errors import BadInput, NoSpace
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.database.backups import back_up
from piximi_core.project.database.store import Store, create_store
from piximi_core.project.workspace import list_projects
from piximi_core.services.projects.recovering import recover_project
from piximi_ui.server import pictures
from tests.conftest import REPOSITORY
from tests.ui.server.asgi import get
from tests.ui.server.test_pictures import add_original, png

MEGABYTES = 130


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount on this machine")
    if done.returncode:
        pytest.skip(f"a disk in memory cannot be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave not one byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    assert os.statvfs(disk).f_bavail == 0
    return filler


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


@pytest.fixture
def project(disk: Path) -> Path:
    """A project with a category, a backup and a picture; no program has it open."""
    store = create_store(disk / "cells", "Cells")
    create_category(store, "mitosis")
    back_up(store.folder)
    store.close()
    add_original(store.folder, png(), "png")
    return store.folder


def run(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "piximi_core", *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "damaged" not in done.stderr
    return done.returncode, done.stdout + done.stderr


Spoil = Callable[[Path], object]


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (fill, NoSpace, r"^The disk is full: about \d+ MB are needed"),
        (make_read_only, BadInput, r"can only be looked at.*Read-only file system"),
    ],
)
def test_a_project_can_be_looked_at(
    disk: Path, project: Path, spoil: Spoil, error: type[Exception], words: str
) -> None:
    spoil(disk)
    store = Store(project)
    assert [one.name for one in list_categories(store)] == ["Unknown", "mitosis"]
    assert store.reading_only is not None
    with pytest.raises(error, match=words):
        create_category(store, "apoptosis")
    [listed] = list_projects(disk)
    assert (listed.name, listed.trouble, listed.damaged) == ("Cells", None, False)
    token = pictures.issue_token("s", project)
    sha256 = next((project / "images").glob("*/*")).stem
    assert get(pictures.routes(), pictures.thumb_address(token, sha256))[0].status == 200
    store.close()


@pytest.mark.parametrize("spoil", [fill, make_read_only])
def test_what_was_only_in_the_log_is_seen_too(disk: Path, spoil: Spoil) -> None:
    """A program that was killed leaves its last changes in SQLite's log."""
    code = (
        "import os, sys\nfrom pathlib import Path\n"
        "from piximi_core.project.database.store import create_store\n"
        "from piximi_core.project.contents.categories import create_category\n"
        "create_category(create_store(Path(sys.argv[1]), 'Cells'), 'mitosis')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(disk / "cells")], cwd=REPOSITORY)
    assert (disk / "cells" / "project.sqlite-wal").stat().st_size
    (disk / "cells" / "project.sqlite-shm").unlink()
    spoil(disk)
    store = Store(disk / "cells")
    assert [one.name for one in list_categories(store)] == ["Unknown", "mitosis"]
    store.close()


def test_once_there_is_room_work_goes_on(disk: Path, project: Path) -> None:
    filler = fill(disk)
    store = Store(project)
    with pytest.raises(NoSpace):
        create_category(store, "apoptosis")
    filler.unlink()
    create_category(store, "apoptosis")
    assert store.reading_only is None
    assert [one.name for one in list_categories(store)] == ["Unknown", "mitosis", "apoptosis"]
    store.close()


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [fill, make_read_only])
def test_commands_say_it_in_words(disk: Path, project: Path, spoil: Spoil, tmp_path: Path) -> None:
    table, picture = tmp_path / "labels.csv", tmp_path / "new.png"
    table.write_text("name,category\na.png,mitosis\n")
    Image.new("L", (8, 8)).save(picture)
    spoil(disk)
    words = "full" if spoil is fill else "Read-only"
    code, said = run("info", project)
    assert (code, "mitosis" in said) == (0, True)
    for command in (
        ("create", disk / "another"),
        ("label", project, table),
        ("archive", project, disk / "archive.zip"),
        ("recover", project) if spoil is make_read_only else ("create", disk / "more"),
    ):
        code, said = run(*command)
        assert code == 2, (command, said)
        assert words in said, (command, said)
    code, said = run("add", project, picture)
    assert code == 2, said
    assert not (disk / "another").exists(), "nothing half-made"


def test_recovering_needs_room_and_says_how_much(disk: Path, project: Path) -> None:
    database = project / "project.sqlite"
    database.write_bytes(b"no database" * 1000)
    filler = fill(disk)
    with pytest.raises(NoSpace, match=r"^The disk is full: about \d+ MB are needed to recover"):
        recover_project(project)
    assert database.read_bytes() == b"no database" * 1000
    filler.unlink()
    recover_project(project)
    store = Store(project)
    assert [one.name for one in list_categories(store)] == ["Unknown", "mitosis"]
    store.close()
