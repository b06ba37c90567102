"""What the gallery's two halves say to each other, free of Streamlit and of the browser.

To the browser goes one JSON object (:func:`to_data`): what stays, and what the page shows at this
moment (:func:`to_page`). Back come batches of actions, page turns among them, by HTTP (see
:mod:`piximi_ui.server.actions`), each answered with what the page shows then; and
the selection, which the page beside the gallery shows, late and once.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple, Protocol

from piximi_core.vocabulary import LABELLED_PARTITIONS
from piximi_ui.server.actions import Action, Ledger

__all__ = [
    "ACTIONS",
    "GalleryCategory",
    "GalleryItem",
    "GalleryMemory",
    "GalleryPage",
    "GalleryPrediction",
    "GalleryResult",
    "GalleryRevision",
    "GalleryView",
    "ShownCategory",
    "changed_items",
    "to_data",
    "to_numbers",
    "to_page",
]

ACTIONS = frozenset(
    {
        *("label", "create", "accept", "reject", "undo", "redo"),
        *("delete", "open", "select_all", "show_all", "narrow", "highlight"),
    }
)


class GalleryPrediction(NamedTuple):
    """What a classifier says: a category's name and colour, and its confidence as it is written.

    The confidence is empty where it is not known.
    """

    name: str
    color: str
    confidence: str


class ShownCategory(Protocol):
    """What the gallery shows of a category; a project's own are shown as they are."""

    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def color(self) -> str: ...


@dataclass(frozen=True)
class GalleryCategory:
    """A category as the gallery shows it; number 0 of the list is Unknown."""

    id: str
    name: str
    color: str


@dataclass(frozen=True)
class GalleryItem:
    """One tile. ``category`` counts into the categories; ``bit_depth`` is 8, 16 or 32.

    ``pixel_size`` and ``labelled_by`` are words for the tooltip, empty if not known.
    """

    id: str
    name: str
    thumb: str
    category: int = 0
    labelled: bool = False
    prediction: GalleryPrediction | tuple[str, str, float] | None = None
    partition: str = ""
    width: int = 0
    height: int = 0
    channels: int = 0
    planes: int = 1
    bit_depth: int = 8
    pixel_size: str = ""
    labelled_by: str = ""


class GalleryRevision(NamedTuple):
    """The project's revision as it is shown, and the address that tells the present one.

    ``moment`` is the same as text: an action says on which one it was given.
    """

    address: str
    number: int
    moment: str = ""


@dataclass(frozen=True)
class GalleryPage:
    """One page of the view, as the project has it at this moment.

    Attributes
    ----------
    items, categories
        The images of this page, in order; all categories of the kind, Unknown first.
    page, pages, total
        Which page it is (from 1), how many there are, and the number of images on all of them
        (None: as many as ``items``).
    revision
        What the items show of the project; when it changes elsewhere, the gallery asks again.
    counts, narrowed
        How many things there are of each category id, shown beside its name; and which of them
        alone are shown. A press on a count asks to ``narrow`` the view to that category, or no
        longer. Without counts none are shown.
    outlines
        The address of the outlines of a thing's objects, with a place for ``{id}``; empty where
        there are none to draw over the tiles.
    """

    items: Sequence[GalleryItem]
    categories: Sequence[ShownCategory]
    page: int = 1
    pages: int = 1
    total: int | None = None
    revision: GalleryRevision | None = None
    counts: Mapping[str, int] | None = None
    narrowed: Collection[str] = ()
    outlines: str = ""


@dataclass(frozen=True)
class GalleryView:
    """What the person looks at: the page (from 1) and the selected ids, in order."""

    page: int
    selected: tuple[str, ...]


@dataclass(frozen=True)
class GalleryResult:
    """What :func:`gallery` returns."""

    selected: tuple[str, ...]
    page: int


@dataclass
class GalleryMemory:
    """One gallery's memory in one session.

    Attributes
    ----------
    page
        The page shown, from 1.
    selected
        The selection as Python knows it.
    wide
        Whether the person asked for all pages: then the selection may hold things of other pages.
    version
        Counts the selections that Python imposed. The browser adopts a selection whose version it
        has not seen, and reports made under an older version are ignored.
    heard
        The number of the browser's last report. It is drawn with the selection, because the browser
        sees a drawing only if that differs from the one before, and asks for no other until then.
    ledger
        Which actions of the browser were taken.
    changes
        Counts the actions: tells what was drawn before one from what was drawn after it.
    shown, drawn
        The ids and the revision of the page as it was drawn last.
    inbox
        Actions that only the page's script can do, until it runs.
    said
        What is to be said of the others, with its icon.
    acted
        Whether something was done that the page does not show yet.
    """

    page: int = 1
    selected: tuple[str, ...] = ()
    wide: bool = False
    # Both start from the clock, so that a new session never reuses a number of an old one.
    version: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    changes: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    heard: int = 0
    ledger: Ledger = field(default_factory=Ledger)
    shown: frozenset[str] = frozenset()
    drawn: int | None = None
    inbox: list[Action] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    acted: bool = False
    _lock: Lock = field(default_factory=Lock, repr=False, compare=False)

    def impose(self, selected: Sequence[str], *, wide: bool = False) -> None:
        """Set the selection from Python; nothing happens when it is already so on one page.

        All pages are selected because the person asked for it, and the browser waits for that.
        """
        with self._lock:
            if wide or self.wide or tuple(selected) != self.selected:
                self.selected, self.wide = tuple(selected), wide
                self.version += 1

    def keep(self, there: Collection[str]) -> None:
        """Take out of the selection what is not in view any more; the browser does so itself."""
        with self._lock:
            self.selected = tuple(each for each in self.selected if each in there)
            self.wide = self.wide and bool(self.selected)

    def report(self, value: object) -> None:
        """Take its selection, ``{"version", "ids", "wide", "report"}``, unless it is old."""
        if not isinstance(value, Mapping):
            return
        if isinstance(number := value.get("report"), int):
            self.heard = number
        version, ids, wide = value.get("version"), value.get("ids"), value.get("wide") is True
        if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
            return
        with self._lock:
            if version == self.version:
                self.selected, self.wide = tuple(ids), wide

    def turn(self, page: object) -> None:
        """Turn to a page, taking out of the selection what is on the one before."""
        if isinstance(page, int) and not isinstance(page, bool) and page >= 1:
            self.page = page
            with self._lock:
                if not self.wide:
                    self.selected = ()

    def note(self, page: GalleryPage) -> None:
        """Keep which page was drawn."""
        self.page = page.page
        self.shown = frozenset(item.id for item in page.items)
        self.drawn = page.revision.number if page.revision else None

    def empty_inbox(self) -> tuple[Action, ...]:
        """Give out what waits in the inbox, once."""
        actions, self.inbox = tuple(self.inbox), []
        return actions

    def empty_said(self) -> list[tuple[str, str]]:
        """Give out what is to be said, once."""
        said, self.said = self.said, []
        return said


def to_data(
    *,
    tile: int,
    allow: Sequence[str],
    texts: Mapping[str, str],
    store: str,
    actions: str,
) -> dict[str, Any]:
    """Build the part of the browser's JSON object that stays while actions come and go.

    Parameters
    ----------
    store
        Names the queue of what is not saved.
    actions
        Where actions go.
    """
    return {
        "tile": tile,
        "allow": sorted(allow),
        "texts": dict(texts),
        "store": store,
        "actions": actions,
    }


def to_page(
    memory: GalleryMemory,
    shown: GalleryPage,
    *,
    changes: int,
    view: str,
    partitions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Build the part of it that shows the project.

    Parameters
    ----------
    changes
        `GalleryMemory.changes` before ``shown`` was read.
    view
        Tells what is shown from other filters, orders and kinds.
    partitions
        The partitions' names in the language of the page.
    """
    pages = max(1, shown.pages)
    page = min(max(1, shown.page), pages)
    count = len(shown.items)
    total = count if shown.total is None else shown.total
    first = total - count + 1 if page == pages else (page - 1) * count + 1
    return {
        "items": changed_items(shown, partitions),
        "categories": [{"id": c.id, "name": c.name, "color": c.color} for c in shown.categories],
        "outlines": shown.outlines,
        "narrowed": [c.id in shown.narrowed for c in shown.categories],
        **to_numbers(shown),
        "page": page,
        "pages": pages,
        "total": total,
        "first": first if count else 0,
        "selection": {
            "version": memory.version,
            "ids": list(memory.selected),
            "wide": memory.wide,
            "report": memory.heard,
        },
        "view": view,
        "changes": changes,
    }


def to_numbers(shown: GalleryPage) -> dict[str, Any]:
    """Build what every label changes: the counts of the categories, and the revision."""
    counts = shown.counts
    return {
        "counts": None if counts is None else [counts.get(c.id, 0) for c in shown.categories],
        "revision": shown.revision._asdict() if shown.revision else None,
    }


def changed_items(
    shown: GalleryPage, partitions: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Build the tiles of a page, or of those among them that changed."""
    return [_item(item, partitions or {}) for item in shown.items]


def _item(item: GalleryItem, partitions: Mapping[str, str]) -> dict[str, Any]:
    partition = partitions.get(item.partition, item.partition)
    prediction = None
    if item.prediction is not None:
        name, color, confidence = item.prediction
        prediction = {"name": name, "color": color, "confidence": confidence}
    return {
        "id": item.id,
        "name": item.name,
        "thumb": item.thumb,
        "category": item.category if item.labelled else 0,
        "prediction": prediction,
        "partition": partition,
        "badge": partition[:2] if item.partition in LABELLED_PARTITIONS else "",
        "width": item.width,
        "height": item.height,
        "channels": item.channels,
        "planes": item.planes,
        "bits": item.bit_depth,
        "pixel_size": item.pixel_size,
        "labelled_by": item.labelled_by if item.labelled else "",
    }
