"""The viewer: one image in full size, or two beside each other, drawn in the browser.

Zoom, planes, colours and ranges are the browser's own; pictures and histograms come by HTTP (see
:mod:`piximi_ui.pictures`). Python hears of three things: another image is wanted, this look is to
be kept for the shown images, or for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from piximi_core.errors import BadInput
from piximi_core.images import Look
from piximi_ui.assets import component
from piximi_ui.components.gallery import GalleryCategory, GalleryMemory, Handler, viewer_store
from piximi_ui.components.viewer.shortcuts import viewer_shortcuts
from piximi_ui.components.viewer.texts import viewer_texts
from piximi_ui.picture_making import LONGEST_SIDE
from piximi_ui.texts import _, number

__all__ = [
    "ViewerAction",
    "ViewerImage",
    "ViewerLabels",
    "ViewerTag",
    "facts_shown",
    "read_action",
    "viewer",
    "viewer_shortcuts",
]

ACTIONS = ("step", "keep", "keep_all")
_FARTHEST = 1_000_000


@dataclass(frozen=True)
class ViewerTag:
    """A label or a prediction, and its confidence as it is written, empty where it is not known."""

    name: str
    color: str
    confidence: str = ""


@dataclass(frozen=True)
class ViewerImage:
    """One image.

    Attributes
    ----------
    plane
        Address of its planes, with ``{plane}`` in place of the number.
    levels
        Address of its histograms.
    look
        The look kept for it in its short form, empty for the file's own.
    facts
        Its measures in words.
    kind
        The id of its kind, whose categories it is labelled with.
    place
        Where it stands in the order that is walked through, from 0; None for nowhere.
    outlines
        Address of the objects in it; empty for an object.
    """

    id: str
    name: str
    plane: str
    levels: str
    look: str
    width: int
    height: int
    planes: int
    facts: str = ""
    kind: str = ""
    place: int | None = None
    outlines: str = ""
    label: ViewerTag | None = None
    prediction: ViewerTag | None = None


@dataclass(frozen=True)
class ViewerAction:
    """What the person asked for.

    Attributes
    ----------
    type
        ``step`` (go ``by`` images further from the first of ``ids``), ``keep`` or ``keep_all``.
    look
        What is to be kept; None for the files' own.
    """

    type: str
    ids: tuple[str, ...]
    by: int = 0
    look: Look | None = None


@dataclass(frozen=True)
class ViewerLabels:
    """What labels need: they are queued, named and acknowledged as the gallery's are.

    Attributes
    ----------
    memory
        What Python took of the browser's actions, in this session.
    store
        Names the queue; what it could not send goes to the gallery of that name.
    categories
        By kind, Unknown first.
    allow
        The actions offered, of `gallery.ACTIONS`.
    seen
        When what is shown was read, as ISO 8601 text.
    on_actions
        As the gallery's.
    """

    memory: GalleryMemory
    store: str
    categories: Mapping[str, Sequence[GalleryCategory]]
    allow: Sequence[str]
    seen: str
    on_actions: Handler

    def to_data(self) -> dict[str, Any]:
        """Build the JSON for the browser."""
        return {
            "store": viewer_store(self.store),
            "categories": {
                kind: [{"id": c.id, "name": c.name, "color": c.color} for c in known]
                for kind, known in self.categories.items()
            },
            "allow": sorted(self.allow),
            "seen": self.seen,
            "acks": dict(self.memory.shown),
        }


def viewer(
    images: Sequence[ViewerImage],
    *,
    key: str,
    around: tuple[Sequence[ViewerImage], Sequence[ViewerImage]] | None = None,
    total: int = 0,
    labels: ViewerLabels | None = None,
    linked: bool = True,
    ahead: Sequence[str] = (),
    said: str = "",
    on_action: Callable[[ViewerAction], None] | None = None,
) -> None:
    """Draw one image or two.

    Parameters
    ----------
    images
        One or two.
    around
        The images before and after it that are at hand; their places tell where they stand.
    total
        How many images there are to walk through.
    labels
        What labels need; None where nothing is labelled.
    linked
        Whether one set of colours and ranges serves all shown images.
    ahead
        Addresses that the browser may fetch while nothing else is to do.
    said
        What came of the last action.
    on_action
        Called with each action before the script runs again; it must not draw.
    """
    data = {
        "images": [_image(image) for image in images],
        "around": around
        and {
            "before": [_image(image) for image in around[0]],
            "after": [_image(image) for image in around[1]],
        },
        "total": total,
        "labels": labels and labels.to_data(),
        "linked": linked,
        "ahead": list(ahead),
        "said": said,
        "texts": viewer_texts(len(images)),
    }

    def act() -> None:
        action = read_action((st.session_state.get(key) or {}).get("action"))
        if action is not None and on_action is not None:
            on_action(action)

    def take() -> None:
        batch = (st.session_state.get(key) or {}).get("batch")
        if labels is not None:
            labels.memory.deliver(batch, labels.on_actions)
        step = batch.get("step") if isinstance(batch, Mapping) else None
        action = read_action({**step, "type": "step"}) if isinstance(step, Mapping) else None
        if action is not None and on_action is not None:
            on_action(action)

    component("viewer")(key=key, data=data, on_action_change=act, on_batch_change=take)


def _image(image: ViewerImage) -> dict[str, Any]:
    return {**asdict(image), "facts": facts_shown(image)}


def facts_shown(image: ViewerImage) -> str:
    """Return an image's measures, and whether fewer pixels of it are shown than it has."""
    if max(image.width, image.height) <= LONGEST_SIDE:
        return image.facts
    reduced = _("shown reduced to {n} pixels at its longest side").format(n=number(LONGEST_SIDE))
    return f"{image.facts} · {reduced}" if image.facts else reduced


def read_action(raw: object) -> ViewerAction | None:
    """Return an action from the browser's JSON; None for anything malformed."""
    if not isinstance(raw, Mapping) or raw.get("type") not in ACTIONS:
        return None
    if raw["type"] == "step":
        by, origin = raw.get("by"), raw.get("from")
        if type(by) is not int or abs(by) > _FARTHEST or not isinstance(origin, str):
            return None
        return ViewerAction("step", (origin,), by)
    ids, look = raw.get("ids"), raw.get("look")
    if not isinstance(ids, list) or not ids or not all(isinstance(i, str) for i in ids):
        return None
    if not isinstance(look, str):
        return None
    try:
        return ViewerAction(raw["type"], tuple(ids), look=Look.parse(look) if look else None)
    except BadInput:
        return None
