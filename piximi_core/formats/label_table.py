"""Labels as a table: CSV files of ``name,category[,partition]``, read and matched."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TextIO

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.matching import KnownImage, match_images
from piximi_core.source_columns import SOURCE_COLUMNS

__all__ = [
    "LabelRow",
    "LabelTable",
    "TableMatches",
    "defuse",
    "read_label_table",
    "write_label_table",
]

_PARTITIONS = {"unassigned", "training", "validation", "test", "inference"}
_LONGEST_VALUE = 300
_MOST_BYTES = 256 * 2**20
_MOST_LINES = 2_000_000
_LONGEST_LINE = 1_000_000


@dataclass(frozen=True)
class LabelRow:
    """One line: which image, its category, its partition if the table names one.

    Attributes
    ----------
    columns
        Pairs of a column of `SOURCE_COLUMNS` and its value, such as a patient.
    """

    name: str
    category: str
    partition: str | None
    columns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TableMatches:
    """Which row of a table belongs to which image.

    Attributes
    ----------
    found
        The row of each image that has one, by the image's name.
    ambiguous
        Rows that fit several images, or an image that several rows fit: none of them is used.
    missing
        Rows that fit no image.
    """

    found: dict[str, LabelRow]
    ambiguous: list[LabelRow]
    missing: list[LabelRow]


class LabelTable:
    """Rows, each for one image."""

    def __init__(self, rows: Iterable[LabelRow]) -> None:
        self.rows = list({row.name: row for row in rows}.values())

    def match(self, names: Iterable[str | KnownImage]) -> TableMatches:
        """Tell which row belongs to which image, as `match_images` does; no label is ever guessed.

        Parameters
        ----------
        names
            The images; one whose name several have belongs to none of them.
        """
        rows = {row.name: row for row in self.rows}
        matches = match_images(rows, names)
        left = [problem.what for problem in matches.unmatched]
        return TableMatches(
            {image: rows[name] for name, image in matches.found.items()},
            [rows[name] for name in left if name in matches.unsure],
            [rows[name] for name in left if name not in matches.unsure],
        )


def read_label_table(path: Path) -> LabelTable:
    """Read a CSV with the columns ``name``, ``category`` and, if wanted, ``partition``.

    Columns of `SOURCE_COLUMNS` are kept too; a table with one of them needs no category.
    Everything is text: a category "None" or "01" stays what it is. Without a header line the
    columns are taken in that order. Conflicting lines for one name are refused.

    Raises
    ------
    BadInput
        No such file, not text, a missing column, or a line that cannot be used; the text says
        which.
    """
    shown = path.name[:80]
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput(f"{shown} is larger than 256 MB, too large for a table of labels.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return LabelTable(_rows(file, shown))
    except FileNotFoundError:
        raise BadInput(f"There is no file {path}; check the path of the label table.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{shown} is not UTF-8 text; save the table as CSV UTF-8.") from None
    except OSError as error:
        raise BadInput(f"{shown} cannot be read ({error.strerror}); check the file.") from error


def _rows(file: TextIO, shown: str) -> Collection[LabelRow]:
    found: dict[str, LabelRow] = {}
    columns: dict[str, int] | None = None
    for number, line in _cells(file, shown):
        if columns is None:
            columns = _columns(line, shown)
            if columns.pop("_skip"):
                continue
        row = _row(number, line, columns, shown)
        if found.setdefault(row.name, row) != row:
            raise BadInput(f"{shown} gives {row.name[:80]!r} twice with different labels.")
    if columns is None:
        raise BadInput(f"{shown} is empty; it needs lines of name,category.")
    return found.values()


def _cells(file: TextIO, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not blank."""
    lines = _lines(file, shown)
    first = next(lines, "")
    delimiter = ";" if ";" in first and "," not in first else "\t" if "\t" in first else ","
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    try:
        for line in reader:
            if any(cell.strip() for cell in line):
                yield reader.line_num, line
    except csv.Error as error:
        raise BadInput(f"{shown} is no CSV table ({error}); check its quotes.") from error


def _lines(file: TextIO, shown: str) -> Iterator[str]:
    """Yield line after line, not too many: short ones take 50 times their size as cells."""
    count = 0
    while line := file.readline(_LONGEST_LINE + 1):
        count += 1
        if count > _MOST_LINES or len(line) > _LONGEST_LINE:
            raise BadInput(
                f"{shown} has more than {_MOST_LINES:,} lines, or more than {_LONGEST_LINE:,} "
                "characters in one, too many for a table of labels; split it."
            )
        yield line


def _columns(first: list[str], shown: str) -> dict[str, int]:
    header = [cell.strip().lower() for cell in first]
    if "name" in header and {"category", *SOURCE_COLUMNS} & set(header):
        wanted = ("name", "category", "partition", *SOURCE_COLUMNS)
        return {column: header.index(column) for column in wanted if column in header} | {
            "_skip": 1
        }
    if len(header) in (2, 3):
        order = ("name", "category", "partition")
        return {order[index]: index for index in range(len(header))} | {"_skip": 0}
    raise BadInput(f"{shown} needs the columns name and category (and, if wanted, partition).")


def _row(number: int, line: list[str], columns: Mapping[str, int], shown: str) -> LabelRow:
    if len(line) <= max(columns["name"], columns.get("category", 0)):
        raise BadInput(f"{shown}, line {number}: a name and a category are needed.")

    def cell(column: str) -> str:
        at = columns.get(column)
        return _armed(line[at].strip()) if at is not None and at < len(line) else ""

    name, category, partition = cell("name"), cell("category"), cell("partition")
    if not name:
        raise BadInput(f"{shown}, line {number}: the name is empty.")
    if partition and partition.lower() not in _PARTITIONS:
        raise BadInput(
            f"{shown}, line {number}: {partition[:40]!r} is no partition; use Training, "
            "Validation, Test, Inference or Unassigned."
        )
    path = PurePosixPath(name.replace("\\", "/")).as_posix().removeprefix("./")
    told = tuple((key, cell(key)[:_LONGEST_VALUE]) for key in SOURCE_COLUMNS if cell(key))
    return LabelRow(path, category, partition.capitalize() or None, told)


def write_label_table(file: TextIO, rows: Iterable[Mapping[str, object]]) -> int:
    """Write rows that have at least a name, a category and a partition; return how many.

    Further columns follow these; `read_label_table` passes over them.
    """
    writer: csv.DictWriter[str] | None = None
    count = 0
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
        writer.writerow({key: defuse(str(value)) for key, value in row.items()})
        count += 1
    if writer is None:
        csv.writer(file).writerow(["name", "category", "partition"])
    return count


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def defuse(text: str) -> str:
    """Return text for a CSV cell that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _armed(text: str) -> str:
    """Return what `defuse` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
