"""Things of one sort by name: the program's own, and those that installed packages add.

A package adds one by an entry point, without a fork. In its pyproject.toml::

    [project.entry-points."piximi.readers"]
    czi = "piximi_czi:READER"

What such a package does wrong never keeps the program from starting: it is named by ``doctor`` and
by whoever asks for it, and left out everywhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from piximi_core.errors import BadInput, shown
from piximi_core.messages import Message

__all__ = ["PlugIn", "Registry"]

log = logging.getLogger("piximi")

T = TypeVar("T")


@dataclass(frozen=True)
class PlugIn:
    """What an installed package offers.

    Attributes
    ----------
    name
        Under which it is registered.
    package
        The package's name and version.
    problem
        Why it is left out; empty if it can be used.
    """

    name: str
    package: str
    problem: str = ""


class Registry(Mapping[str, T], Generic[T]):
    """A table from names to things, each imported when it is first asked for.

    Parameters
    ----------
    what
        What the things are, in a sentence: "network".
    own
        The program's own: each the thing itself, or where it stands as ``"module:name"``.
    group
        The entry points that packages may add to; empty for a table that only we fill.
    check
        Given a package's name and thing, returns why it cannot be used, None if it can.
    is_name
        Whether a package's name may stand in the table.

    Examples
    --------
    >>> signs = Registry("constant", {"circle": "math:pi"})
    >>> list(signs), round(signs["circle"], 2)
    (['circle'], 3.14)
    """

    def __init__(
        self,
        what: str,
        own: Mapping[str, T | str],
        *,
        group: str = "",
        check: Callable[[str, Any], str | None] = lambda _name, _found: None,
        is_name: Callable[[str], bool] = bool,
    ) -> None:
        self.what = what
        self.group = group
        self._own = own
        self._check = check
        self._is_name = is_name
        self._loaded: dict[str, T] = {}
        self._problems: dict[str, str] = {}
        self._unusable: list[PlugIn] = []

    @cached_property
    def _points(self) -> dict[str, EntryPoint]:
        """The entry points of packages, by name."""
        if not self.group:
            return {}
        found: dict[str, EntryPoint] = {}
        for point in entry_points(group=self.group):
            if point.name in self._own:
                self._leave_out(
                    point, Message("the program has a {what} of that name itself", what=self.what)
                )
            elif point.name in found:
                self._leave_out(point, Message("another package has that name too"))
            elif not self._is_name(point.name):
                self._leave_out(point, Message("its name cannot be used"))
            else:
                found[point.name] = point
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """All names, our own first; nothing is imported, so some may turn out to be broken."""
        return (*self._own, *self.added)

    @property
    def added(self) -> tuple[str, ...]:
        """The names that packages add, but for those known to be broken."""
        return tuple(name for name in self._points if name not in self._problems)

    def __getitem__(self, name: str) -> T:
        """Return what has a name; `KeyError` if there is none, or if it cannot be used."""
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        """Whether something of this name can be used; a package's is imported to find out."""
        if name in self._own:
            return True
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        """Go through the names of all that can be used."""
        return iter([name for name in self.names if name in self])

    def __len__(self) -> int:
        """Return how many can be used."""
        return len(list(iter(self)))

    def find(self, name: str) -> T:
        """Return what has a name.

        Raises
        ------
        BadInput
            There is nothing of that name, or what a package offers cannot be used.
        """
        try:
            return self[name]
        except KeyError:
            problem = self._problems.get(name)
        if problem:
            raise BadInput(
                "The {what} {name!r} of {package} cannot be used: "
                "{problem}. Update that package, or choose another {what}.",
                what=self.what,
                name=shown(name),
                package=self._package(name),
                problem=problem,
            )
        raise BadInput(
            "There is no {what} {name!r}; choose one of {names}.",
            what=self.what,
            name=shown(name),
            names=", ".join(self.names),
        )

    def plug_ins(self) -> list[PlugIn]:
        """Import what packages offer and return it, with what is wrong with each."""
        list(self)  # imports all of them
        found = [
            PlugIn(name, self._package(name), self._problems.get(name, "")) for name in self._points
        ]
        return [*found, *self._unusable]

    def forget(self) -> None:
        """Look for packages again, as after one was installed."""
        self.__dict__.pop("_points", None)
        self._unusable.clear()
        self._problems.clear()
        self._loaded.clear()

    def _leave_out(self, point: EntryPoint, why: str) -> None:
        self._unusable.append(PlugIn(point.name, _package_of(point), why))
        log.warning("The plug-in %s of %s is left out: %s", point.name, _package_of(point), why)

    def _load(self, name: str) -> T:
        if name in self._own:
            own = self._own[name]
            return _imported(own) if isinstance(own, str) else own
        point = self._points[name]
        if name in self._problems:
            raise KeyError(name)
        problem: str | None
        try:
            found = point.load()
            problem = self._check(name, found)
        # Anything at all can go wrong in a stranger's module, also what ends a program.
        except (Exception, SystemExit) as error:
            problem = shown(f"{type(error).__name__}: {error}", 200)
            log.warning("%s cannot be imported", point.value, exc_info=True)
        if problem:
            self._problems[name] = problem
            log.warning("The plug-in %s of %s is left out: %s", name, _package_of(point), problem)
            raise KeyError(name)
        thing: T = found
        return thing

    def _package(self, name: str) -> str:
        return _package_of(self._points[name])


def _imported(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _package_of(point: EntryPoint) -> str:
    return (
        f"{point.dist.name} {point.dist.version}"
        if point.dist
        else Message("a package without a name")
    )
