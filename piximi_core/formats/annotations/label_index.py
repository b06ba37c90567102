"""The table beside label and mask images: which file and value is which object."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import PurePosixPath

from piximi_core.errors import BadInput
from piximi_core.formats.tables.excel import excel_bytes
from piximi_core.formats.zips.archives import Member

__all__ = ["INDEX_NAME", "IndexRow", "find_index", "index_csv"]

INDEX_NAME = "labels.csv"
_MOST_BYTES = 256_000_000


@dataclass(frozen=True)
class IndexRow:
    """One value of one file.

    Attributes
    ----------
    file
        Relative to the table.
    value
        Of the pixels; a colour is written as ``#rrggbb``. Empty: the file has no value of its own.
    image, kind, category, object
        Names; an empty category is Unknown, an empty object means all objects of the category.
    """

    file: str
    value: str
    image: str
    kind: str
    category: str
    object: str


_COLUMNS = [field.name for field in fields(IndexRow)]


def index_csv(rows: Iterable[IndexRow]) -> bytes:
    """Return the table as a file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows([getattr(row, column) for column in _COLUMNS] for row in rows)
    return excel_bytes(text.getvalue())


def find_index(members: Sequence[Member]) -> dict[str, list[IndexRow]]:
    """Return the rows of the table among some files, by the names of the files; empty if none.

    Raises
    ------
    BadInput
        It is too large, or no table.
    """
    found: dict[str, list[IndexRow]] = {}
    for member in members:
        path = PurePosixPath(member.name)
        if path.name != INDEX_NAME:
            continue
        if member.path.stat().st_size > _MOST_BYTES:
            raise BadInput("'{index_name}' is larger than 256 MB.", index_name=INDEX_NAME)
        try:
            text = member.path.read_bytes().decode("utf-8-sig")
            rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise BadInput(
                "'{index_name}' is no CSV table ({error}).", index_name=INDEX_NAME, error=error
            ) from error
        for row in rows:
            entry = IndexRow(*(str(row.get(column) or "") for column in _COLUMNS))
            found.setdefault(str(path.parent / entry.file), []).append(entry)
    return found
