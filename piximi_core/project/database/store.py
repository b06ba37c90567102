"""The project's SQLite database: every action of a person is one durable transaction."""

from __future__ import annotations

import getpass
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, func, select
from sqlalchemy.exc import DatabaseError, OperationalError

from piximi_core.disk import flush_folder
from piximi_core.errors import (
    BadInput,
    DamagedProject,
    NotFound,
    PiximiError,
    StaleWrite,
)
from piximi_core.messages import to_text
from piximi_core.project.database import schema
from piximi_core.project.database.backups import list_backups, upgrade_project
from piximi_core.project.database.connections import make_engine
from piximi_core.project.database.database_errors import (
    said_on_opening,
    said_on_reading,
    said_on_writing,
)
from piximi_core.project.database.lock import writer_lock
from piximi_core.project.database.reading_only import make_reading_engine, why_not_writable
from piximi_core.project.files import ProjectFiles, disk_errors_in_words, says_full
from piximi_core.vocabulary import (
    IMAGE_KIND,
    UNKNOWN_COLOR,
    UNKNOWN_NAME,
    new_id,
    new_unknown_id,
    now,
)

__all__ = ["HISTORY_STEPS", "Store", "create_store", "open_store"]

HISTORY_STEPS = 200

_TRY_SECONDS = 5.0  # between two attempts to write where it failed


class Store:
    """One open project.

    Reading takes a snapshot; writing takes the project's writer lock, so that a second program
    waits a moment and is then told who writes.

    Attributes
    ----------
    files
        Where everything of the project lies.
    """

    def __init__(self, folder: Path) -> None:
        self.files = ProjectFiles(folder)
        if not self.files.database.is_file():
            if list_backups(folder):
                raise DamagedProject(
                    "The database of the project {project!r} is missing; recover it from its "
                    "newest backup.",
                    project=folder.name,
                )
            raise NotFound(
                "There is no project in {folder}; create one first, or check the folder's name.",
                folder=folder,
            )
        self._refusal: PiximiError | None = None
        self._tried_at = 0.0
        self._engine = make_engine(self.files.database)
        self._check_version()

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self.files.folder

    @property
    def reading_only(self) -> str | None:
        """Why the project can only be looked at, in words; None where it can be changed."""
        return str(self._refusal) if self._refusal is not None else None

    def _look_only(self, error: DatabaseError) -> bool:
        """Go on without writing, if that is why the database could not be opened."""
        reason = str(error.orig)
        if "unable to open" not in reason and "readonly" not in reason and not says_full(reason):
            return False
        refusal = why_not_writable(self.folder)
        if refusal is None:
            return False
        self._engine.dispose()
        try:
            self._engine = make_reading_engine(self.files.database)
        except sqlite3.DatabaseError:
            return False
        self._refusal, self._tried_at = refusal, time.monotonic()
        return True

    def _try_to_write_again(self) -> None:
        """Use the database as usual once its folder can be written."""
        self._tried_at = time.monotonic()
        refusal = why_not_writable(self.folder)
        if refusal is None:
            self._engine.dispose()
            self._engine = make_engine(self.files.database)
        self._refusal = refusal

    def _connect(self) -> Connection:
        if self._refusal is not None and time.monotonic() - self._tried_at > _TRY_SECONDS:
            self._try_to_write_again()
        try:
            return self._engine.connect()
        except DatabaseError as error:
            if self._refusal is not None or not self._look_only(error):
                raise
        return self._engine.connect()

    def _check_version(self) -> None:
        try:
            with self.read() as db:
                version = db.exec_driver_sql("PRAGMA user_version").scalar_one()
        except DatabaseError as error:
            raise said_on_opening(error, self.folder) from error
        if version > schema.SCHEMA_VERSION:
            raise BadInput(
                "The project {project!r} was written by a newer version of this program "
                "(format {version}, this one knows {known}); update the program.",
                project=self.folder.name,
                version=version,
                known=schema.SCHEMA_VERSION,
            )
        if version < 1:
            raise DamagedProject(
                "{database} holds no project; recover it from its newest backup, or "
                "put back a copy of the folder that you kept.",
                database=self.files.database,
            )
        if version < schema.SCHEMA_VERSION:
            if self._refusal is not None:
                raise self._refusal  # it changed while it could only be looked at
            upgrade_project(self.folder)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state of the project.

        Raises
        ------
        DamagedProject
            The database turned out to be damaged.
        """
        try:
            with self._connect() as connection, connection.begin():
                yield connection
        except DatabaseError as error:
            raise said_on_reading(error, self.folder) from error

    @contextmanager
    def write(self, expected_revision: int | None = None) -> Iterator[Connection]:
        """Give a connection for facts that undo leaves alone (runs, applied jobs).

        Parameters
        ----------
        expected_revision
            The revision the caller has seen; None to write whatever happened since.

        Raises
        ------
        ProjectBusy
            Another program is writing.
        StaleWrite
            The project has moved on from ``expected_revision``.
        NoSpace
            The disk is full; nothing was written.
        BadInput
            The project can only be looked at.
        """
        if self._refusal is not None:
            self._try_to_write_again()
            if self._refusal is not None:
                raise self._refusal
        try:
            with (
                writer_lock(self.folder),
                self._engine.connect().execution_options(write=True) as connection,
                connection.begin(),
            ):
                current = connection.execute(select(schema.recording.c.revision)).scalar_one()
                if expected_revision is not None and current != expected_revision:
                    raise StaleWrite(
                        "The project changed in another window or program since this page was "
                        "drawn, so nothing was changed; look again and repeat the action."
                    )
                yield connection
                connection.execute(schema.recording.update().values(revision=current + 1))
        except OperationalError as error:
            raise said_on_writing(error, self.folder) from error
        except DatabaseError as error:
            raise said_on_reading(error, self.folder) from error

    @contextmanager
    def step(
        self, label: str, *, who: str | None = None, expected_revision: int | None = None
    ) -> Iterator[Connection]:
        """Give a connection whose changes become one line of the undo history.

        Parameters
        ----------
        label
            What the step does, as the person reads it ("Label 3 images").
        who
            Who does it; the signed-in or operating system user by default.
        expected_revision
            As in `write`.
        """
        with self.write(expected_revision) as db:
            step_id = _next_step(db)
            db.execute(
                schema.steps.insert().values(
                    id=step_id,
                    label=to_text(label),
                    who=who or current_user(),
                    at=now(),
                    undone=False,
                )
            )
            db.execute(schema.recording.update().values(step=step_id))
            yield db
            db.execute(schema.recording.update().values(step=None))
            _trim(db, step_id)

    def revision(self) -> int:
        """Return the number of the project's present state; every write adds one."""
        with self.read() as db:
            return int(db.execute(select(schema.recording.c.revision)).scalar_one())

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()


def _next_step(db: Connection) -> int:
    """Return the number of a new step: above all revisions that were shown before it.

    So a step tells whether it came after what a person looks at, whatever their clocks say.
    """
    revision = db.execute(select(schema.recording.c.revision)).scalar_one()
    newest = db.execute(select(func.max(schema.steps.c.id))).scalar() or 0
    return max(int(revision), int(newest)) + 1


def _trim(db: Connection, newest: int) -> None:
    """Forget a step that changed nothing, and steps older than the history is long."""
    same = schema.journal.c.before == schema.journal.c.after
    db.execute(schema.journal.delete().where(schema.journal.c.step == newest, same))
    if db.execute(select(schema.journal.c.id).where(schema.journal.c.step == newest)).first():
        # What was undone cannot be done again once something else was changed.
        undone = select(schema.steps.c.id).where(schema.steps.c.undone)
        too_old = select(schema.steps.c.id).order_by(schema.steps.c.id.desc()).offset(HISTORY_STEPS)
        for gone in (undone, too_old):
            ids = list(db.execute(gone).scalars())
            db.execute(schema.journal.delete().where(schema.journal.c.step.in_(ids)))
            db.execute(schema.steps.delete().where(schema.steps.c.id.in_(ids)))
    else:
        db.execute(schema.steps.delete().where(schema.steps.c.id == newest))


@lru_cache(maxsize=1)
def current_user() -> str:
    """Return the operating system's name of the person at work."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "someone"


@lru_cache(maxsize=64)
def _open(folder: Path, _inode: int) -> Store:
    return Store(folder)


def open_store(folder: Path) -> Store:
    """Open a project, reusing this process's connections to it.

    Raises
    ------
    NotFound
        There is no project in ``folder``.
    BadInput
        Its database is damaged or from a newer program.
    """
    database = folder / "project.sqlite"
    # A project deleted and made again under the same name is another file.
    inode = database.stat().st_ino if database.is_file() else 0
    return _open(folder.absolute(), inode)


def create_store(folder: Path, name: str) -> Store:
    """Create a project with Piximi's kind "Image" and its category "Unknown".

    Raises
    ------
    BadInput
        There is a project in ``folder`` already, or the name is empty.
    """
    if not name.strip():
        raise BadInput("A project needs a name; type one and try again.")
    files = ProjectFiles(folder)
    if files.database.exists():
        raise BadInput(
            "There is already a project in {folder}; choose another folder or name.", folder=folder
        )
    begun = not folder.exists()
    try:
        with disk_errors_in_words(files.database):
            files.make()
            _create(files, folder, name.strip())
    except PiximiError:
        if begun and not files.database.exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return open_store(folder)


def _create(files: ProjectFiles, folder: Path, name: str) -> None:
    # Of two programs that create here at once, the second finds the first one's project.
    with writer_lock(folder):
        if files.database.exists():
            raise BadInput(
                "A project was just made in {folder}; choose another folder or name.", folder=folder
            )
        _draft(files, name)


def _draft(files: ProjectFiles, name: str) -> None:
    """Write the database so that it appears whole or not at all, whatever kills us."""
    draft = files.folder / ".project.sqlite.part"
    for left in (draft, draft.with_name(f"{draft.name}-journal")):
        left.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{draft}")
    try:
        with engine.begin() as db:
            schema.create_schema(db)
            _insert_beginnings(db, name)
    finally:
        engine.dispose()
    draft.replace(files.database)
    flush_folder(files.folder)


def _insert_beginnings(db: Connection, name: str) -> None:
    unknown = new_unknown_id()
    db.execute(schema.project.insert().values(id=new_id(), name=name[:300], created_at=now()))
    db.execute(
        schema.kinds.insert().values(
            id=IMAGE_KIND, name=IMAGE_KIND, unknown_category_id=unknown, hidden=False, position=0
        )
    )
    db.execute(
        schema.categories.insert().values(
            id=unknown,
            kind_id=IMAGE_KIND,
            name=UNKNOWN_NAME,
            color=UNKNOWN_COLOR,
            visible=True,
            position=0,
        )
    )
