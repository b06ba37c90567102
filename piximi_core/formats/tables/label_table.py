"""Labels as a table: CSV files of ``name,category[,partition]``, read and matched."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TextIO

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.matching import KnownImage, match_images
from piximi_core.formats.tables.misread import before_misreading
from piximi_core.formats.tables.table_header import Columns, columns_of, partition_of

__all__ = [
    "LabelRow",
    "LabelTable",
    "TableMatches",
    "defuse",
    "read_label_table",
    "write_label_table",
]

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
    """Read a CSV that names images, their categories and, if wanted, partitions.

    Columns of `SOURCE_COLUMNS` are kept too; a table with one of them needs no category.
    Everything is text: a category "None" or "01" stays what it is, and an empty one gives no label.
    The words of the header are those of `table_header`; without one the columns are taken in the
    order name, category, partition. Conflicting lines for one name are refused.

    Raises
    ------
    BadInput
        No such file, not text or text that was read in a wrong code before, a missing column, or a
        line that cannot be used; the text says which.
    """
    shown = path.name[:80]
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadInput(
                "{shown} is larger than 256 MB, too large for a table of labels.", shown=shown
            )
        with path.open(encoding=_encoding(path), newline="") as file:
            return LabelTable(_rows(file, shown))
    except FileNotFoundError:
        raise BadInput(
            "There is no file {path}; check the path of the label table.", path=path
        ) from None
    except UnicodeError:
        raise BadInput(
            "{shown} is not UTF-8 text; save the table as CSV UTF-8.", shown=shown
        ) from None
    except OSError as error:
        raise BadInput(
            "{shown} cannot be read ({reason}); check the file.", shown=shown, reason=error.strerror
        ) from error


def _encoding(path: Path) -> str:
    """Return the code that a table's first bytes announce: Excel's "Unicode text" is UTF-16."""
    with path.open("rb") as file:
        return "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _rows(file: TextIO, shown: str) -> Collection[LabelRow]:
    found: dict[str, LabelRow] = {}
    columns: Columns | None = None
    for number, line in _cells(file, shown):
        if columns is None:
            columns = columns_of(line, shown)
            if columns.has_header:
                continue
        row = _row(number, line, columns, shown)
        if found.setdefault(row.name, row) != row:
            raise BadInput(
                "{shown} gives {name!r} twice with different labels.",
                shown=shown,
                name=row.name[:80],
            )
    if columns is None:
        raise BadInput("{shown} is empty; it needs lines of name,category.", shown=shown)
    return found.values()


def _cells(file: TextIO, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the cells of each line that is not blank."""
    lines = _lines(file, shown)
    first = next(lines, "")
    # Excel's own line about what stands between the cells.
    told = re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE)
    if told:
        first = next(lines, "")
    guess = ";" if ";" in first and "," not in first else "\t" if "\t" in first else ","
    delimiter = told[1] if told else guess
    # Of blanks before a quote csv would make a part of the name.
    reader = csv.reader(
        chain([first], lines), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    try:
        for line in reader:
            if any(cell.strip() for cell in line):
                yield reader.line_num + bool(told), line
    except csv.Error as error:
        raise BadInput(
            "{shown} is no CSV table ({error}); check its quotes.", shown=shown, error=error
        ) from error


def _lines(file: TextIO, shown: str) -> Iterator[str]:
    """Yield line after line, not too many: short ones take 50 times their size as cells."""
    count = 0
    while line := file.readline(_LONGEST_LINE + 1):
        count += 1
        if count > _MOST_LINES or len(line) > _LONGEST_LINE:
            raise BadInput(
                "{shown} has more than {most_lines:,} lines, or more than {longest_line:,} "
                "characters in one, too many for a table of labels; split it.",
                shown=shown,
                most_lines=_MOST_LINES,
                longest_line=_LONGEST_LINE,
            )
        yield line


def _row(number: int, line: list[str], columns: Columns, shown: str) -> LabelRow:
    least = columns.name if columns.has_header else max(columns.name, columns.category or 0)
    if len(line) <= least:
        raise BadInput(
            "{shown}, line {number}: a name and a category are needed.", shown=shown, number=number
        )

    def cell(at: int | None) -> str:
        return "" if at is None else _cell(line, at, number, shown)

    name, category = cell(columns.name), cell(columns.category)
    if not name:
        raise BadInput("{shown}, line {number}: the name is empty.", shown=shown, number=number)
    path = PurePosixPath(name.replace("\\", "/")).as_posix().removeprefix("./")
    told = tuple((key, cell(at)[:_LONGEST_VALUE]) for key, at in columns.sources if cell(at))
    return LabelRow(path, category, _partition(line, columns, number, shown), told)


def _cell(line: list[str], at: int, number: int, shown: str) -> str:
    text = line[at] if at < len(line) else ""
    before = before_misreading(text)
    if before is not None:
        raise BadInput(
            "{shown}, line {number}: {text!r} was {before!r} before a "
            "program read the table in a wrong code; open the table there as UTF-8 and save it "
            "again.",
            shown=shown,
            number=number,
            text=text.strip()[:40],
            before=before.strip()[:40],
        )
    return _armed(text.strip())


def _partition(line: list[str], columns: Columns, number: int, shown: str) -> str | None:
    at = columns.partition
    told = line[at].strip() if at is not None and at < len(line) else ""
    partition = partition_of(told)
    # Numbers of folds say nothing about what is learned from.
    if told and partition is None and not (columns.may_be_numbered and told.isdecimal()):
        raise BadInput(
            "{shown}, line {number}: {told!r} is no partition; use Training, "
            "Validation, Test, Inference or Unassigned.",
            shown=shown,
            number=number,
            told=told[:40],
        )
    return partition


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
