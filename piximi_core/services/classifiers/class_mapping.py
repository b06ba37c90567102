"""Which category of the project each class of a foreign classifier is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from piximi_core.errors import BadInput
from piximi_core.messages import word
from piximi_core.project.contents.categories import MAX_NAME, clean_name
from piximi_core.vocabulary import UNKNOWN_NAME, numbered_name

__all__ = ["MapBy", "check_mapping", "map_by_hand", "propose_mapping"]

MapBy = Literal["name", "new"]
_BLANK = re.compile(r"\s+")


def propose_mapping(
    classes: Sequence[str], categories: Iterable[str], by: MapBy = "name"
) -> tuple[str, ...]:
    """Propose the name of a category for each class.

    Parameters
    ----------
    classes
        Names of the classifier, in the order of its outputs; they may be anything.
    categories
        Names of the kind's categories.
    by
        "name" takes the category of the same name, else one that differs in case or blanks only,
        else a new one; "new" takes a new one for every class.

    Returns
    -------
    tuple of str
        Names that `check_mapping` accepts. Unknown, which means "not labelled", is never taken.

    Examples
    --------
    >>> propose_mapping(["rbc", "WBC", "Unknown"], ["RBC", "WBC"])
    ('RBC', 'WBC', 'Unknown 2')
    """
    known = [name for name in categories if name != UNKNOWN_NAME]
    exact = {name: name for name in known} if by == "name" else {}
    alike = {_alike(name): name for name in reversed(known)} if by == "name" else {}
    found: list[str | None] = [None] * len(classes)
    for lookup, key in ((exact, str), (alike, _alike)):
        for number, name in enumerate(classes):
            wanted = lookup.get(key(name))
            if found[number] is None and wanted is not None and wanted not in found:
                found[number] = wanted
    taken = {UNKNOWN_NAME, *known, *(name for name in found if name)}
    for number, name in enumerate(classes):
        if found[number] is None:
            found[number] = _unused(name, number, taken)
            taken.add(str(found[number]))
    return tuple(str(name) for name in found)


def _alike(name: str) -> str:
    return _BLANK.sub(" ", name).strip().casefold()


def _unused(name: str, number: int, taken: set[str]) -> str:
    try:
        base = clean_name(name[: MAX_NAME - 10])
    except BadInput:
        base = f"Class {number + 1}"
    return numbered_name(base, taken)


def map_by_hand(
    classes: Sequence[str], proposed: Sequence[str], chosen: Mapping[str, str]
) -> tuple[str, ...]:
    """Replace proposed categories by those chosen for some classes, given by name or number.

    Raises
    ------
    BadInput
        There is no such class, or two classes would be one category.
    """
    places = {str(number): number for number in range(len(classes))}
    # A name wins over a number: the classes of many classifiers are called "0", "1", …
    places |= {name: number for number, name in reversed(list(enumerate(classes)))}
    mapping = list(proposed)
    for name, category in chosen.items():
        if name not in places:
            listed = ", ".join(repr(known[:40]) for known in classes[:8])
            raise BadInput(
                "The classifier has no class {name!r}; it has {listed}.",
                name=name[:60],
                listed=listed,
            )
        mapping[places[name]] = category
    check_mapping(classes, mapping)
    return tuple(mapping)


def check_mapping(classes: Sequence[str], mapping: Sequence[str]) -> None:
    """Refuse a mapping that is no mapping.

    Raises
    ------
    BadInput
        Another number of names than classes, a name twice, an empty one, or Unknown.
    """
    if len(mapping) != len(classes):
        raise BadInput(
            "The classifier has {count} classes, but {given} categories are given;"
            " give one for each.",
            count=len(classes),
            given=len(mapping),
        )
    seen: dict[str, str] = {}
    for name, category in zip(classes, mapping, strict=True):
        clean = clean_name(category)
        if clean == UNKNOWN_NAME:
            raise BadInput(
                "The class {name!r} cannot be {unknown_name}, which means 'not labelled yet';"
                " choose another category.",
                name=name[:40],
                unknown_name=word(UNKNOWN_NAME),
            )
        if clean in seen:
            raise BadInput(
                "The classes {other!r} and {name!r} cannot both be the category"
                " {category!r}; choose another for one of them.",
                other=seen[clean][:40],
                name=name[:40],
                category=clean[:40],
            )
        seen[clean] = name
