"""What the classes of a run are called today: by the ids of their categories, never by names.

A run keeps the names of its training. A category may have been renamed since, two may have been
swapped, one deleted and another made under its name: the id alone tells which is which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.runs import Run, RunClass
from piximi_core.project.database.store import Store

__all__ = ["NAMES", "ClassToday", "Names", "classes_today", "in_order", "names_of"]

Names = Literal["today", "run"]
NAMES: tuple[Names, ...] = ("today", "run")


@dataclass(frozen=True)
class ClassToday:
    """One class of a run.

    Attributes
    ----------
    was
        What the run calls it.
    name
        What its category is called today. One that is gone keeps the run's name, with a word
        behind it where a category of today has that name. No two classes of a run share it.
    color
        The colour of today, or that of the run if the category is gone.
    is_gone
        Whether its category was deleted.
    """

    id: str
    was: str
    name: str
    color: str
    is_gone: bool

    @property
    def differs(self) -> bool:
        """Whether it is called otherwise than in the run."""
        return self.name != self.was

    @property
    def title(self) -> str:
        """The name of today, with the run's beside it where they differ."""
        return f"{self.name} (was {self.was})" if self.differs and not self.is_gone else self.name


def classes_today(store: Store, run: Run) -> tuple[ClassToday, ...]:
    """Return the classes of a run, in its order, as they are called today."""
    present = {category.id: category for category in list_categories(store, run.kind_id)}
    taken = {category.name for category in present.values()}
    found = []
    for known in run.classes:
        now = present.get(known.id)
        name = now.name if now else _unused(known.name, taken)
        taken.add(name)
        color = now.color if now else known.color
        found.append(ClassToday(known.id, known.name, name, color, now is None))
    return tuple(found)


def _unused(name: str, taken: set[str]) -> str:
    free, number = name, 1
    while free in taken:
        free = f"{name} (deleted)" if number == 1 else f"{name} (deleted {number})"
        number += 1
    return free


def names_of(store: Store, run: Run, names: Names = "today") -> list[str]:
    """Return the class names of a run, in its order: those of today, or its own."""
    if names == "run":
        return [known.name for known in run.classes]
    return [known.name for known in classes_today(store, run)]


def in_order(classes: Iterable[RunClass]) -> list[RunClass]:
    """Return classes in the order that their names alone give: 2 before 10, a before B.

    So equal data give equal weights, in whichever order the categories were made.
    """

    def key(known: RunClass) -> tuple[list[tuple[int, int, str]], str]:
        parts = re.findall(r"[0-9]+|[^0-9]+", known.name.casefold())
        return [
            (0, int(part), "") if part[0] in "0123456789" else (1, 0, part) for part in parts
        ], known.name

    return sorted(classes, key=key)
