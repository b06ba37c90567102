"""The database: durable, refused when it should be, one writer at a time."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from piximi_core.errors import BadInput, NotFound, ProjectBusy, StaleWrite
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.database import schema
from piximi_core.project.database.lock import writer_lock
from piximi_core.project.database.store import Store, create_store, open_store


def test_every_connection_waits_for_the_disk(store: Store) -> None:
    with store.read() as first, store.read() as second:
        for db in (first, second):
            assert db.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
            assert db.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert db.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    with store.write() as db:
        assert db.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


def test_a_new_project_has_piximis_beginnings(store: Store) -> None:
    (unknown,) = list_categories(store)
    assert (unknown.name, unknown.color, unknown.id[0]) == ("Unknown", "#AAAAAA", "0")
    assert create_category(store, "cell").id[0] == "1"


def test_a_failed_step_leaves_nothing(store: Store) -> None:
    before = store.revision()

    def fail_half_way() -> None:
        with store.step("Half") as db:
            db.execute(schema.project.update().values(name="changed"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with store.read() as db:
        assert db.execute(schema.project.select()).one().name == "Test project"
        assert db.execute(schema.steps.select()).all() == []
    assert store.revision() == before


def test_a_stale_write_is_refused(store: Store) -> None:
    seen = store.revision()
    create_category(store, "from another tab")
    with (
        pytest.raises(StaleWrite, match="nothing was changed"),
        store.step("Mine", expected_revision=seen) as db,
    ):
        db.execute(schema.project.update().values(name="never"))


def test_a_second_writer_is_told_who_holds_the_project(store: Store) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib\n"
            "from piximi_core.project.database.lock import writer_lock\n"
            "with writer_lock(pathlib.Path(sys.argv[1])):\n"
            "    print('held', flush=True)\n"
            "    sys.stdin.read()\n",
            str(store.folder),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        with (
            pytest.raises(ProjectBusy, match=f"process {holder.pid}"),
            writer_lock(store.folder, wait_seconds=0.1),
        ):
            pass
        holder.kill()
        holder.wait()
        # The operating system frees the lock of a killed process.
        create_category(store, "free again")
    finally:
        holder.kill()
        holder.communicate()


def test_a_missing_a_foreign_and_a_newer_project_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no project"):
        open_store(tmp_path)
    (tmp_path / "project.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(BadInput, match="cannot be read"):
        open_store(tmp_path)
    newer = create_store(tmp_path / "newer", "Newer")
    newer.close()
    with sqlite3.connect(newer.files.database) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(BadInput, match="newer version"):
        Store(newer.folder)


def test_creating_twice_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="already a project"):
        create_store(store.folder, "Again")


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    script = """
import resource, signal, sys, pathlib
from piximi_core.errors import NoSpace
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.database.store import create_store
store = create_store(pathlib.Path(sys.argv[1]), "Small")
create_category(store, "kept")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = store.files.database.with_name("project.sqlite-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, resource.RLIM_INFINITY))
try:
    for number in range(1000):
        create_category(store, f"lost {number}" + "x" * 200)
except NoSpace as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
create_category(store, "after")
print([c.name for c in list_categories(store)])
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "p")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "disk is full" in done.stdout
    assert "'kept'" in done.stdout
    assert "'after'" in done.stdout
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY


def test_two_programs_creating_at_once_do_not_replace_each_other(tmp_path: Path) -> None:
    for number in range(4):
        folder = tmp_path / str(number)

        def create(name: str, folder: Path = folder) -> str:
            try:
                create_store(folder, name)
            except BadInput:
                return "refused"
            return name

        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(create, "abcd"))
        (winner,) = set(outcomes) - {"refused"}
        with Store(folder).read() as db:
            assert db.execute(schema.project.select()).one().name == winner


def test_a_project_that_cannot_be_written_is_said(store: Store) -> None:
    lock = store.folder / "writer.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        create_category(store, "never")
