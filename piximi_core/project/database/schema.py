"""The tables of ``project.sqlite`` and the triggers that journal every change.

Every journalled table has one text primary key called ``id``, so that one undo routine serves
them all. Numbers that must come back to the last bit (pixel sizes) are JSON text, because
SQLite's ``json_object`` keeps fifteen digits only.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

__all__ = [
    "JOURNALLED",
    "OF_THE_FIRST_VERSION",
    "SCHEMA_VERSION",
    "answers",
    "applied_actions",
    "applied_jobs",
    "categories",
    "complete_regions",
    "create_schema",
    "drafts",
    "drop_triggers",
    "groupings",
    "image_notes",
    "images",
    "journal",
    "kinds",
    "metadata",
    "object_notes",
    "objects",
    "pixel_hashes",
    "predictions",
    "project",
    "proposals",
    "recording",
    "renew_triggers",
    "runs",
    "saved_filters",
    "sources",
    "steps",
    "things",
]

# Whoever raises it gives `upgrades.STEPS` the step that brings projects there.
SCHEMA_VERSION = 7

metadata = MetaData()


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _masks() -> list[Column[Any]]:
    """Columns of a table whose rows are pixels of a plane, of a kind but no objects."""
    box = [Column(side, Integer, nullable=False) for side in ("x1", "y1", "x2", "y2")]
    return [
        _id(),
        Column("image_id", Text, ForeignKey("things.id"), nullable=False, index=True),
        Column("kind_id", Text, ForeignKey("kinds.id"), nullable=False),
        Column("plane", Integer, nullable=False),
        *box,
        Column("mask", Text, nullable=False),  # as that of an object
    ]


project = Table(
    "project",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("channels", Integer),  # one channel count per project, set by the first import
    Column("float_range", Text),  # JSON [low, high], fixed by the first float image
)

kinds = Table(
    "kinds",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("unknown_category_id", Text, nullable=False),
    Column("hidden", Boolean, nullable=False, default=False),
    Column("position", Integer, nullable=False),
)

categories = Table(
    "categories",
    metadata,
    _id(),
    Column("kind_id", Text, ForeignKey("kinds.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("color", Text, nullable=False),
    Column("visible", Boolean, nullable=False, default=True),
    Column("position", Integer, nullable=False),
)

things = Table(
    "things",
    metadata,
    _id(),
    Column("kind_id", Text, ForeignKey("kinds.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("category_id", Text, ForeignKey("categories.id"), nullable=False, index=True),
    Column("partition", Text, nullable=False),
    Column("labelled_by", Text),
    Column("labelled_at", Text),
    Column("metadata", Text, nullable=False, default="{}"),  # JSON, free columns
    Column("position", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("things_by_kind", "kind_id", "position"),
)

images = Table(
    "images",
    metadata,
    _id(),
    Column("sha256", Text, nullable=False, index=True),  # of the file as it was given
    Column("file_sha256", Text, nullable=False),  # of the file as it is stored (DICOM differs)
    Column("extension", Text, nullable=False),
    Column("planes", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("bit_depth", Integer, nullable=False),
    Column("dtype", Text, nullable=False),
    Column("active_plane", Integer, nullable=False, default=0),
    Column("read_channels", Integer),  # how an undeclared stack is to be split, if asked
    Column("pixel_size", Text),  # JSON {x, y, z, unit}
    # JSON: the file's own "colors"; of a copy, how its file was laid out ("stack", see
    # annotations.stacks); the "look" that a person chose (see images.look)
    Column("display", Text, nullable=False, default="{}"),
    Column("notes", Text, nullable=False, default="[]"),  # JSON list of sentences
)

objects = Table(
    "objects",
    metadata,
    _id(),
    Column("image_id", Text, ForeignKey("things.id"), nullable=False, index=True),
    Column("plane", Integer, nullable=False),
    Column("x1", Integer, nullable=False),
    Column("y1", Integer, nullable=False),
    Column("x2", Integer, nullable=False),
    Column("y2", Integer, nullable=False),
    Column("mask", Text, nullable=False),  # run lengths, the first of background, by spaces
)

# What else is known of an object; those that came from a file and were left alone have no row.
object_notes = Table(
    "object_notes",
    metadata,
    _id(),  # of the object
    Column("source", Text, nullable=False),  # the tool, or "proposal"
    Column("author", Text, nullable=False),
    Column("locked", Boolean, nullable=False, default=False),
    Column("comment", Text, nullable=False, default=""),
)

# What a person said of an image on which objects are drawn; none while nothing was said.
image_notes = Table(
    "image_notes",
    metadata,
    _id(),  # of the image
    Column("done", Boolean, nullable=False, default=False),  # all there is on it is drawn
)

# Parts of a plane in which every object of a kind is drawn.
complete_regions = Table("complete_regions", metadata, *_masks())

# Objects that a program found and nobody has accepted or rejected yet.
proposals = Table("proposals", metadata, *_masks())

predictions = Table(
    "predictions",
    metadata,
    _id(),  # of the thing
    Column("run_id", Text, nullable=False),
    Column("category_id", Text, ForeignKey("categories.id")),  # NULL once that category is gone
    Column("class_name", Text, nullable=False),
    Column("confidence", Float, nullable=False, index=True),
    Column("probabilities", Text, nullable=False),  # JSON list in the run's class order
)

# What a person answered to the predictions of a run: see answers.py.
answers = Table(
    "answers",
    metadata,
    _id(),  # "<thing>:<run>"
    Column("thing_id", Text, nullable=False, index=True),
    Column("run_id", Text, nullable=False),
    Column("category_id", Text),  # as it was predicted
    Column("answer", Text, nullable=False),  # accepted, corrected or rejected
)

# Where an image came from; those added before this table have no row.
sources = Table(
    "sources",
    metadata,
    _id(),  # of the image
    Column("path", Text, nullable=False),  # relative to what was given, with "/" between its parts
    Column("within", Text, nullable=False),  # the name of the folder or zip that was given, or ""
)

drafts = Table("drafts", metadata, _id(), Column("settings", Text, nullable=False))

saved_filters = Table(
    "saved_filters",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),  # JSON: what is shown, and in which order
)

# One row: what tells which images come from one source; none while nobody has chosen.
groupings = Table(
    "groupings",
    metadata,
    _id(),
    Column("by", Text, nullable=False),  # a value of grouping.By
    Column("value", Text, nullable=False, default=""),  # the column's name, or the pattern
)

# A fact of a file, not an edit: undo leaves it alone, and it outlives its image.
pixel_hashes = Table(
    "pixel_hashes",
    metadata,
    _id(),  # of the stored file, and how it is read; see equal_pixels.hash_key
    Column("hash", Text, nullable=False, index=True),
)

runs = Table(
    "runs",
    metadata,
    _id(),
    Column("kind_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("classes", Text, nullable=False),  # JSON list of {id, name, color}
    Column("counts", Text, nullable=False),  # JSON {Training, Validation}
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("summary", Text),  # JSON, once there is a classifier
)

steps = Table(
    "steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("label", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("undone", Boolean, nullable=False, default=False),
    sqlite_autoincrement=True,
)

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("step", Integer, ForeignKey("steps.id"), nullable=False, index=True),
    Column("table", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    sqlite_autoincrement=True,
)

# One row: the step now being recorded (NULL while undoing) and the revision pages compare.
recording = Table(
    "recording",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("step", Integer),
    Column("revision", Integer, nullable=False),
)

applied_jobs = Table(
    "applied_jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False),
)

# What the browser asked for by name, for some days; see once.py.
applied_actions = Table(
    "applied_actions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Text, nullable=False, index=True),
)

# Runs are facts, not edits: undo never takes a finished training away.
JOURNALLED: tuple[Table, ...] = (
    project,
    kinds,
    categories,
    things,
    images,
    objects,
    predictions,
    drafts,
    saved_filters,
    answers,
    groupings,
    sources,
    object_notes,
    image_notes,
    complete_regions,
    proposals,
)

# A project of any version has these tables.
OF_THE_FIRST_VERSION = frozenset(
    {
        "project",
        "kinds",
        "categories",
        "things",
        "images",
        "objects",
        "predictions",
        "drafts",
        "runs",
        "steps",
        "journal",
        "recording",
    }
)


def _row_as_json(table: Table, row: str) -> str:
    pairs = ", ".join(f"'{column.name}', {row}.\"{column.name}\"" for column in table.columns)
    return f"json_object({pairs})"


def _triggers(table: Table) -> list[str]:
    old, new = _row_as_json(table, "OLD"), _row_as_json(table, "NEW")
    cases = {
        "insert": ("NEW.id", "NULL", new),
        "update": ("OLD.id", old, new),
        "delete": ("OLD.id", old, "NULL"),
    }
    return [
        f"""CREATE TRIGGER journal_{table.name}_{event} AFTER {event.upper()} ON {table.name}
        WHEN (SELECT step FROM recording) IS NOT NULL BEGIN
        INSERT INTO journal (step, "table", key, before, after)
        VALUES ((SELECT step FROM recording), '{table.name}', {key}, {before}, {after}); END"""
        for event, (key, before, after) in cases.items()
    ]


def create_schema(connection: Connection) -> None:
    """Create all tables, the journal triggers and the schema version in an empty database."""
    metadata.create_all(connection)
    for trigger in _all_triggers():
        connection.exec_driver_sql(trigger)
    connection.execute(recording.insert().values(id=1, step=None, revision=0))
    connection.execute(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))


def drop_triggers(db: sqlite3.Connection) -> None:
    """Take all triggers out of a database before it is changed, or anything else is written."""
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        quoted = str(name).replace('"', '""')
        db.execute(f'DROP TRIGGER "{quoted}"')


def renew_triggers(db: sqlite3.Connection) -> None:
    """Put the journal's triggers in the place of whatever triggers a database has."""
    drop_triggers(db)
    for trigger in _all_triggers():
        db.execute(trigger)


def _all_triggers() -> list[str]:
    return [trigger for table in JOURNALLED for trigger in _triggers(table)]
