"""Which columns of a table of labels are which, by the words that people write above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from piximi_core.errors import BadInput
from piximi_core.source_columns import SOURCE_COLUMNS

__all__ = ["Columns", "columns_of", "partition_of"]

# The first that a header has counts; what has no sign but letters is compared.
_NAMES = (
    *("name", "filename", "file", "imagename", "imagefile", "imagefilename", "image", "imageid"),
    *("filepath", "imagepath", "path", "img", "imgname", "imgpath", "imgid", "picture", "id"),
)
_CATEGORIES = (
    *("category", "class", "label", "categoryname", "classname", "labelname", "categories"),
    *("classes", "labels", "target", "diagnosis", "groundtruth", "annotation", "tag", "species"),
)
_PARTITIONS = ("partition", "split", "set", "subset", "dataset", "usage", "fold")
_PARTITION_OF = {
    "unassigned": "Unassigned",
    "training": "Training",
    "train": "Training",
    "validation": "Validation",
    "valid": "Validation",
    "val": "Validation",
    "dev": "Validation",
    "test": "Test",
    "testing": "Test",
    "inference": "Inference",
    "predict": "Inference",
}


@dataclass(frozen=True)
class Columns:
    """Where things stand in each line, the first column being 0.

    Attributes
    ----------
    has_header
        Whether the first line names the columns.
    may_be_numbered
        Whether the column of partitions may hold numbers of folds, which say nothing.
    sources
        Each column of `SOURCE_COLUMNS` that there is, and its place.
    """

    name: int
    category: int | None
    partition: int | None = None
    has_header: bool = True
    may_be_numbered: bool = False
    sources: tuple[tuple[str, int], ...] = ()


def columns_of(first: Sequence[str], shown: str) -> Columns:
    """Return the columns that the first line of a table names, or those of a table without header.

    Raises
    ------
    BadInput
        A column is missing; the text names those there are.
    """
    words = [re.sub(r"[\W_]+", "", cell.casefold()) for cell in first]
    name, category = _place(words, _NAMES), _place(words, _CATEGORIES)
    partition = _place(words, _PARTITIONS)
    sources = tuple((word, words.index(word)) for word in SOURCE_COLUMNS if word in words)
    if any(re.search(r"\.\w{2,5}$", cell.strip()) for cell in first):
        name = category = None  # a file name, so this is an image already
    elif len(words) == 2 and not sources and (name is None) != (category is None):
        # The other column can be nothing else, whatever it is called.
        name = 1 - category if name is None and category is not None else name
        category = 1 - name if category is None and name is not None else category
    if name is not None and (category is not None or sources):
        numbered = partition is not None and words[partition] in ("fold", "set", "subset")
        return Columns(name, category, partition, may_be_numbered=numbered, sources=sources)
    if name is None and category is None and len(words) in (2, 3):
        return Columns(0, 1, 2 if len(words) == 3 else None, has_header=False)
    listed = ", ".join(cell.strip()[:40] for cell in first[:8])
    raise BadInput(
        "{shown} needs the columns name and category (and, if wanted, partition); its first line "
        "has {listed}.",
        shown=shown,
        listed=listed,
    )


def _place(words: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((words.index(word) for word in wanted if word in words), None)


def partition_of(word: str) -> str | None:
    """Return the partition that a word means, None if it means none."""
    return _PARTITION_OF.get(word.strip().casefold())
