"""What the annotator does about proposals, in a thread beside the page's script."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piximi_core.project.contents.objects import ObjectMask
from piximi_ui.components.gallery.desk import Say
from piximi_ui.components.proposals.contract import Answer, Look, read_look
from piximi_ui.server.actions import Batch

__all__ = ["Found", "LookDesk", "Proposing"]


@dataclass(frozen=True)
class Found:
    """What would be proposed.

    Attributes
    ----------
    count
        How many, of which those in sight are shown.
    diameter
        That they were looked for with, in pixels.
    whole
        Whether all of the plane was looked at.
    """

    count: int
    shown: Sequence[ObjectMask]
    diameter: float
    whole: bool


@dataclass(frozen=True)
class Proposing:
    """What the desk asks of the project; nothing of it may touch the session.

    Attributes
    ----------
    answer
        Proposes, accepts or rejects.
    look
        Finds what would be proposed; None for an image that is gone.
    stored
        What is proposed in an image, only those of some ids if given.
    revision
        The project's.
    """

    answer: Callable[[Answer, Say], None]
    look: Callable[[Look, Say], Found | None]
    stored: Callable[[str, Collection[str] | None], Sequence[ObjectMask]]
    revision: Callable[[], int]

    def changed(self, image_id: str, ids: frozenset[str]) -> dict[str, Any]:
        """Return which proposals of an image are others than they were, by ids that changed."""
        there = self.stored(image_id, ids) if ids else ()
        return {
            "changed": [list(mask) for mask in there],
            "gone": sorted(ids - {mask.id for mask in there}),
        }


@dataclass(frozen=True)
class LookDesk:
    """Answers questions that change nothing, apart from the queue of what a person does."""

    project: Proposing

    def __call__(self, batch: Batch) -> Mapping[str, Any]:
        """Return what is, or would be, proposed."""
        asked = read_look(batch.more)
        if asked is None:
            return {}
        if asked.ask == "stored":
            # Read first: what changes meanwhile is asked for again.
            revision = self.project.revision()
            masks = self.project.stored(asked.image, None)
            return {"revision": revision, "proposals": [list(mask) for mask in masks]}
        said: list[str] = []

        def say(text: str, _icon: str = "") -> None:
            said.append(text)

        found = self.project.look(asked, say)
        if found is None:
            return {"said": " ".join(said)}
        return {
            "count": found.count,
            "diameter": found.diameter,
            "whole": found.whole,
            "proposals": [list(mask) for mask in found.shown],
        }
