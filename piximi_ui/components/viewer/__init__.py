"""The viewer: one image in full size, or two beside each other, drawn in the browser.

Zoom, planes, colours and ranges are the browser's own; pictures and histograms come by HTTP (see
:mod:`piximi_ui.pictures`). Python hears of three things: another image is wanted, this look is to
be kept for the shown images, or for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from piximi_core.errors import BadInput
from piximi_core.images import Look
from piximi_ui.assets import component
from piximi_ui.components.viewer.shortcuts import viewer_shortcuts
from piximi_ui.components.viewer.texts import viewer_texts
from piximi_ui.picture_making import LONGEST_SIDE
from piximi_ui.texts import _, number

__all__ = [
    "ViewerAction",
    "ViewerImage",
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


def viewer(
    images: Sequence[ViewerImage],
    *,
    key: str,
    place: str = "",
    previous: bool = False,
    next_one: bool = False,
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
    place
        Where it stands among all, in words.
    previous, next_one
        Whether there is an image before it and after it.
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
        "images": [{**asdict(image), "facts": facts_shown(image)} for image in images],
        "place": place,
        "previous": previous,
        "next": next_one,
        "linked": linked,
        "ahead": list(ahead),
        "said": said,
        "texts": viewer_texts(len(images)),
    }

    def act() -> None:
        action = read_action((st.session_state.get(key) or {}).get("action"))
        if action is not None and on_action is not None:
            on_action(action)

    component("viewer")(key=key, data=data, on_action_change=act)


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
