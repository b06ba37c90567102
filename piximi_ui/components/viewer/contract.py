"""What the viewer's two halves say to each other, free of Streamlit and of the browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.images import Look
from piximi_ui.language.texts import _, number
from piximi_ui.server.pictures.making import LONGEST_SIDE

__all__ = [
    "ViewerAction",
    "ViewerImage",
    "ViewerTag",
    "facts_shown",
    "read_action",
    "to_image",
]

ACTIONS = ("step", "keep", "keep_all", "annotate")
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
    progress
        Address of how far a large image is made ready; empty for an object.
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
    progress: str = ""
    label: ViewerTag | None = None
    prediction: ViewerTag | None = None


@dataclass(frozen=True)
class ViewerAction:
    """What the person asked for.

    Attributes
    ----------
    type
        ``step`` (go ``by`` images further from the first of ``ids``), ``keep``, ``keep_all`` or
        ``annotate``.
    look
        What is to be kept; None for the files' own.
    """

    type: str
    ids: tuple[str, ...]
    by: int = 0
    look: Look | None = None


def to_image(image: ViewerImage) -> dict[str, Any]:
    """Build the JSON of an image."""
    return {**asdict(image), "facts": facts_shown(image)}


def facts_shown(image: ViewerImage) -> str:
    """Return measures, and that an object, which does not come in tiles, has more pixels."""
    if image.progress or max(image.width, image.height) <= LONGEST_SIDE:
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
