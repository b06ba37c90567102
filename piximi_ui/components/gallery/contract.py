"""What the gallery's two halves say to each other, free of Streamlit and of the browser.

To the browser goes one JSON object (:func:`to_data`). Back come the selection, a page number, and
batches of actions. An action is repeated by the browser until a later object acknowledges its
number, so :class:`GalleryMemory` hands each one on exactly once.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = [
    "ACTIONS",
    "GalleryAction",
    "GalleryCategory",
    "GalleryItem",
    "GalleryMemory",
    "GalleryPrediction",
    "GalleryResult",
    "GalleryView",
    "to_data",
]

ACTIONS = frozenset({"label", "delete", "undo", "redo", "open", "select_all", "highlight"})
_CLIENTS_REMEMBERED = 8


class GalleryPrediction(NamedTuple):
    """What a classifier says: a category's name and colour, and its confidence, 0 to 1."""

    name: str
    color: str
    confidence: float


@dataclass(frozen=True)
class GalleryCategory:
    """A category as the gallery shows it; number 0 of the list is Unknown."""

    id: str
    name: str
    color: str


@dataclass(frozen=True)
class GalleryItem:
    """One tile. ``category`` counts into the categories; ``bit_depth`` is 8, 16 or 32."""

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


@dataclass(frozen=True)
class GalleryAction:
    """One thing the person did.

    ``type`` is one of :data:`ACTIONS`; ``category`` is a category id for ``label`` and
    ``highlight``. ``uid`` names the action beyond this session, for whoever wants to refuse a
    second copy of it after a restart.
    """

    type: str
    ids: tuple[str, ...]
    category: str | None
    nonce: int
    uid: str


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
    version
        Counts the selections that Python imposed. The browser adopts a selection whose version it
        has not seen, and reports made under an older version are ignored.
    acks
        Highest action number handed on, by client (one mounted gallery in one browser tab).
    """

    page: int = 1
    selected: tuple[str, ...] = ()
    # Starts from the clock, so that a new session never reuses the version of an old one.
    version: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    acks: dict[str, int] = field(default_factory=dict)

    def impose(self, selected: Sequence[str]) -> None:
        """Set the selection from Python; nothing happens when it is already so."""
        if tuple(selected) != self.selected:
            self.selected = tuple(selected)
            self.version += 1

    def report(self, value: object) -> None:
        """Take the browser's selection, ``{"version": int, "ids": [str]}``, unless it is old."""
        if not isinstance(value, Mapping) or value.get("version") != self.version:
            return
        ids = value.get("ids")
        if isinstance(ids, list) and all(isinstance(i, str) for i in ids):
            self.selected = tuple(ids)

    def turn(self, value: object) -> None:
        """Take the page number the browser asks for."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            self.page = value

    def take(self, value: object) -> tuple[GalleryAction, ...]:
        """Take a batch ``{"client": str, "actions": [...]}``; return what was not seen before."""
        if not isinstance(value, Mapping):
            return ()
        client, batch = value.get("client"), value.get("actions")
        if not isinstance(client, str) or not isinstance(batch, list):
            return ()
        last = self.acks.pop(client, 0)
        fresh: list[GalleryAction] = []
        for raw in batch:
            action = _action(raw)
            if action is not None and action.nonce > last:
                last = action.nonce
                fresh.append(action)
        self.acks[client] = last
        while len(self.acks) > _CLIENTS_REMEMBERED:
            del self.acks[next(iter(self.acks))]
        return tuple(fresh)


def to_data(
    memory: GalleryMemory,
    items: Sequence[GalleryItem],
    categories: Sequence[GalleryCategory],
    *,
    acks: Mapping[str, int],
    page: int,
    pages: int,
    total: int,
    tile: int,
    allow: Sequence[str],
    texts: Mapping[str, str],
    store: str,
) -> dict[str, Any]:
    """Build the JSON object for the browser.

    ``acks`` must name only actions whose effect ``items`` already shows: the browser then drops
    its own provisional picture of them.
    """
    pages = max(1, pages)
    page = min(max(1, page), pages)
    first = total - len(items) + 1 if page == pages else (page - 1) * len(items) + 1
    return {
        "items": [_item(item) for item in items],
        "categories": [{"id": c.id, "name": c.name, "color": c.color} for c in categories],
        "page": page,
        "pages": pages,
        "total": total,
        "first": first if items else 0,
        "tile": tile,
        "selection": {"version": memory.version, "ids": list(memory.selected)},
        "acks": dict(acks),
        "allow": sorted(allow),
        "texts": dict(texts),
        "store": store,
    }


def _item(item: GalleryItem) -> dict[str, Any]:
    prediction = None
    if item.prediction is not None:
        name, color, confidence = item.prediction
        prediction = {"name": name, "color": color, "confidence": float(confidence)}
    return {
        "id": item.id,
        "name": item.name,
        "thumb": item.thumb,
        "category": item.category if item.labelled else 0,
        "prediction": prediction,
        "partition": item.partition,
        "width": item.width,
        "height": item.height,
        "channels": item.channels,
        "planes": item.planes,
        "bits": item.bit_depth,
    }


def _action(raw: object) -> GalleryAction | None:
    """One action from the browser's JSON; None for anything malformed."""
    if not isinstance(raw, Mapping):
        return None
    kind, ids, nonce = raw.get("type"), raw.get("ids"), raw.get("nonce")
    category, uid = raw.get("category"), raw.get("uid")
    if kind not in ACTIONS or not isinstance(nonce, int) or not isinstance(uid, str):
        return None
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        return None
    if category is not None and not isinstance(category, str):
        return None
    return GalleryAction(str(kind), tuple(ids), category, nonce, uid)
