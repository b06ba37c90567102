"""What is asked of the project beside the drawing, and the desk that answers what is only asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piximi_core.project.contents.notes.on_images import Lacking
from piximi_core.project.contents.notes.standing_out import FINDINGS, Finding
from piximi_ui.components.annotator.notes.contract import Note
from piximi_ui.components.gallery.desk import Say
from piximi_ui.server.actions import Batch

__all__ = ["LACKING", "Noted", "NotesDesk"]

LACKING: tuple[Lacking, ...] = ("done", "objects")
_MOST_TILES = 100  # of the strip, that are asked for at once
_LONGEST_ID = 300
_MOST_PLANES = 1_000_000


@dataclass(frozen=True)
class Noted:
    """What the desks ask of the project; nothing of it may touch the session.

    Attributes
    ----------
    carry
        Carries out a note.
    shown
        What is noted on an image and its objects, as JSON: of all objects, or of some ids, which
        stand there too (``about``), since those on which nothing is noted any more do not.
    walk
        How many images further on the next one lies that is not done, or has no objects; None if
        there is none.
    strip
        The images of the strip from a place on, so many, as JSON.
    quality
        What stands out in a plane of an image, counted and in words, as JSON.
    standing_out
        The ids of what a finding counts in a plane of an image.
    between
        What an object is in the planes between two, by its ids in these, as JSON.
    """

    carry: Callable[[Note, Say], None]
    shown: Callable[[str, Collection[str] | None], Mapping[str, Any]]
    walk: Callable[[str, Lacking], int | None]
    strip: Callable[[int, int], Mapping[str, Any]]
    quality: Callable[[str, int], Mapping[str, Any]]
    standing_out: Callable[[str, int, Finding], Sequence[str]]
    between: Callable[[Sequence[str]], Mapping[str, Any]]


@dataclass(frozen=True)
class NotesDesk:
    """Answers what the browser asks and does not change: one question in a batch, no actions."""

    noted: Noted

    def __call__(self, batch: Batch) -> Mapping[str, Any]:
        """Return the answer, an empty one to what is no question."""
        asked = batch.more
        ask, image_id, plane = (asked.get(name) for name in ("ask", "image", "plane"))
        if ask == "strip":
            begin, count = asked.get("begin"), asked.get("count")
            if type(begin) is int and type(count) is int and begin >= 0 and count > 0:
                return self.noted.strip(begin, min(count, _MOST_TILES))
        if ask == "between":
            ids = asked.get("ids")
            if isinstance(ids, list) and len(ids) == 2 and all(map(_is_id, ids)):
                return self.noted.between(ids)
        if not isinstance(image_id, str) or not _is_id(image_id):
            return {}
        if type(plane) is not int or not 0 <= plane <= _MOST_PLANES:
            return {}
        if ask == "quality":
            return self.noted.quality(image_id, plane)
        finding = asked.get("finding")
        if ask == "standing_out" and finding in FINDINGS:
            return {"ids": list(self.noted.standing_out(image_id, plane, finding))}
        return {}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_ID
