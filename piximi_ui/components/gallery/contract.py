"""What the gallery's two halves say to each other, free of Streamlit and of the browser.

To the browser goes one JSON object (:func:`to_data`). Back come the selection and batches of
actions, page turns among them, which take the selection along. An action is repeated by the
browser until a later object acknowledges its number, so :class:`GalleryMemory` hands each one on
exactly once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from piximi_core.errors import ProjectBusy
from piximi_core.vocabulary import LABELLED_PARTITIONS

__all__ = [
    "ACTIONS",
    "GalleryAction",
    "GalleryCategory",
    "GalleryItem",
    "GalleryMemory",
    "GalleryPrediction",
    "GalleryResult",
    "GalleryRevision",
    "GalleryView",
    "Handler",
    "ShownCategory",
    "to_data",
]

ACTIONS = frozenset(
    {
        *("label", "create", "accept", "reject", "undo", "redo"),
        *("delete", "open", "select_all", "show_all", "narrow", "highlight"),
    }
)
_CLIENTS_REMEMBERED = 8
_LONGEST_UID = 64
# The sets whose images show their letters: the others are those nothing was decided about yet.


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
class GalleryAction:
    """One thing the person did.

    ``type`` is one of :data:`ACTIONS`; ``category`` is a category id for ``label``, ``highlight``
    and ``narrow``, ``name`` that of a category to ``create`` and label with. ``uid`` names the
    action beyond this session: a second copy of it, after a restart, is to be refused. ``seen``
    is the :class:`GalleryRevision`'s moment that the person looked at, empty where none was given.
    """

    type: str
    ids: tuple[str, ...]
    category: str | None
    nonce: int
    uid: str
    name: str = ""
    seen: str = ""

    @property
    def revision(self) -> int | None:
        """The revision that the person looked at, None where none was given."""
        return int(self.seen) if self.seen.isdecimal() and len(self.seen) < 16 else None


Handler = Callable[[tuple[GalleryAction, ...]], None]
"""Called with new actions before the script runs again, so that one run both applies and shows
them; with none when the project changed elsewhere. It must not draw, and must refuse a second copy
of an action by its ``uid``: after ``ProjectBusy``, or when it was broken off, it gets the batch
again. Any other error counts as an answer."""


@dataclass(frozen=True)
class GalleryView:
    """What the person looks at: the page (from 1) and the selected ids, in order."""

    page: int
    selected: tuple[str, ...]


@dataclass(frozen=True)
class GalleryResult:
    """What :func:`gallery` returns; ``actions`` holds each new action once."""

    selected: tuple[str, ...]
    actions: tuple[GalleryAction, ...]
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
    acks
        Highest action number taken, by client (one mounted gallery in one browser tab).
    shown
        The same, of the actions whose effect the next drawing shows: what the browser is told.
    inbox
        Actions taken and not yet given to a page that asks for them.
    """

    page: int = 1
    selected: tuple[str, ...] = ()
    wide: bool = False
    # Starts from the clock, so that a new session never reuses the version of an old one.
    version: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    acks: dict[str, int] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    inbox: list[GalleryAction] = field(default_factory=list)

    def impose(self, selected: Sequence[str], *, wide: bool = False) -> None:
        """Set the selection from Python; nothing happens when it is already so on one page.

        All pages are selected because the person asked for it, and the browser waits for that.
        """
        if wide or self.wide or tuple(selected) != self.selected:
            self.selected, self.wide = tuple(selected), wide
            self.version += 1

    def keep(self, there: Collection[str]) -> None:
        """Take out of the selection what is not in view any more; the browser does so itself."""
        self.selected = tuple(each for each in self.selected if each in there)
        self.wide = self.wide and bool(self.selected)

    def report(self, value: object) -> None:
        """Take the browser's selection, ``{"version", "ids", "wide"}``, unless it is old."""
        if not isinstance(value, Mapping) or value.get("version") != self.version:
            return
        ids = value.get("ids")
        if isinstance(ids, list) and all(isinstance(i, str) for i in ids):
            self.selected, self.wide = tuple(ids), value.get("wide") is True

    def take(self, value: object) -> tuple[GalleryAction, ...]:
        """Take a batch ``{"client": str, "actions": [...]}``; return what was not seen before.

        Page turns take effect here and are not returned.
        """
        if not isinstance(value, Mapping):
            return ()
        client, batch = value.get("client"), value.get("actions")
        if not isinstance(client, str) or not isinstance(batch, list):
            return ()
        last = self.acks.pop(client, 0)
        fresh: list[GalleryAction] = []
        for raw in batch:
            nonce = raw.get("nonce") if isinstance(raw, Mapping) else None
            if not isinstance(nonce, int) or nonce <= last:
                continue
            last = nonce
            action = _action(raw)
            if action is not None:
                fresh.append(action)
            elif raw.get("type") == "turn":
                self._turn(raw.get("page"))
        self.acks[client] = last
        while len(self.acks) > _CLIENTS_REMEMBERED:
            del self.acks[next(iter(self.acks))]
        return tuple(fresh)

    def deliver(self, value: object, handler: Handler | None) -> None:
        """Take a batch and give it to a handler, or to the inbox when there is none.

        A handler that is broken off, or raises :class:`ProjectBusy`, which goes no further, gets
        the same actions again when the browser repeats them. Any other error is an answer: the
        browser shows what is really stored and does not repeat what can never succeed.
        """
        before = dict(self.acks)
        if isinstance(value, Mapping):
            self.report(value.get("selection"))
        actions = self.take(value)
        if handler is None:
            self.inbox.extend(actions)
            return
        try:
            if actions:
                handler(actions)
        except ProjectBusy:
            self.acks = before
            return
        except Exception:
            self.mark_shown()
            raise
        except BaseException:
            # Streamlit breaks a callback off where it touches the session, once the browser has
            # asked for the next run. What was already done is known by its name.
            self.acks = before
            raise
        self.mark_shown()

    def mark_shown(self) -> None:
        """Declare that from now on drawings show the effect of everything taken."""
        self.shown = dict(self.acks)

    def empty_inbox(self) -> tuple[GalleryAction, ...]:
        """Give out what waits in the inbox."""
        actions, self.inbox = tuple(self.inbox), []
        return actions

    def _turn(self, page: object) -> None:
        if isinstance(page, int) and not isinstance(page, bool) and page >= 1:
            self.page = page
            if not self.wide:
                self.selected = ()


def to_data(
    memory: GalleryMemory,
    items: Sequence[GalleryItem],
    categories: Sequence[ShownCategory],
    *,
    page: int,
    pages: int,
    total: int,
    tile: int,
    allow: Sequence[str],
    texts: Mapping[str, str],
    store: str,
    partitions: Mapping[str, str] | None = None,
    revision: GalleryRevision | None = None,
    counts: Mapping[str, int] | None = None,
    narrowed: Collection[str] = (),
) -> dict[str, Any]:
    """Build the JSON object for the browser.

    On an acknowledgement the browser drops its own provisional picture of an action, so
    ``memory.shown`` may name only actions whose effect ``items`` already shows.
    """
    pages = max(1, pages)
    page = min(max(1, page), pages)
    first = total - len(items) + 1 if page == pages else (page - 1) * len(items) + 1
    return {
        "items": [_item(item, partitions or {}) for item in items],
        "categories": [{"id": c.id, "name": c.name, "color": c.color} for c in categories],
        "counts": None if counts is None else [counts.get(c.id, 0) for c in categories],
        "narrowed": [c.id in narrowed for c in categories],
        "page": page,
        "pages": pages,
        "total": total,
        "first": first if items else 0,
        "tile": tile,
        "selection": {
            "version": memory.version,
            "ids": list(memory.selected),
            "wide": memory.wide,
        },
        "acks": dict(memory.shown),
        "allow": sorted(allow),
        "texts": dict(texts),
        "store": store,
        "revision": revision._asdict() if revision else None,
    }


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


def _action(raw: object) -> GalleryAction | None:
    """One action from the browser's JSON; None for anything malformed."""
    if not isinstance(raw, Mapping):
        return None
    kind, ids, nonce = raw.get("type"), raw.get("ids"), raw.get("nonce")
    category, uid = raw.get("category"), raw.get("uid")
    name, seen = raw.get("name", ""), raw.get("seen", "")
    if kind not in ACTIONS or not isinstance(nonce, int):
        return None
    if not isinstance(name, str) or not isinstance(seen, str):
        return None
    if not isinstance(uid, str) or not 0 < len(uid) <= _LONGEST_UID:
        return None
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        return None
    if category is not None and not isinstance(category, str):
        return None
    return GalleryAction(str(kind), tuple(ids), category, nonce, uid, name, seen)
