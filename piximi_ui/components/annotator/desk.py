"""What the annotator does with strokes that come by HTTP, in a thread beside the page's script."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from piximi_core.project.contents.objects import ObjectMask
from piximi_core.project.contents.relabelled import Touched
from piximi_ui.components.annotator.contract import ShownImage, ShownKind, Stroke, read_stroke
from piximi_ui.components.annotator.networks import Networks
from piximi_ui.components.annotator.notes import Noted, read_note
from piximi_ui.components.annotator.notes.desk import LACKING
from piximi_ui.components.annotator.table import Listed
from piximi_ui.components.gallery import Carry
from piximi_ui.components.gallery.desk import Say
from piximi_ui.components.proposals import Proposing, read_answer
from piximi_ui.server.actions import Batch, Ledger, read_action

__all__ = ["LABELS", "Annotated", "AnnotatorDesk"]

LABELS = frozenset({"label", "create", "remove", "undo", "redo"})
"""What comes beside strokes: as the gallery's, and ``remove``, which deletes without asking."""


@dataclass(frozen=True)
class Annotated:
    """What the desk asks of the project; nothing of it may touch the session.

    Attributes
    ----------
    draw
        Carries out a stroke; says which way the pixels were found, empty where there is only one.
    carry
        Carries out a label, deletion, undo or redo.
    image
        Finds the image that stands so many places from another, at the present revision.
    kinds
        The kinds of objects.
    revision
        The project's.
    touched
        Which things are others than at a revision; None for more than that.
    masks
        The objects of an image, only those of some ids if given.
    proposals
        What proposes objects, and takes the answers.
    networks
        Those that smart tools can be answered by.
    noted
        What is noted beside the drawing; None for nothing.
    listed
        What the table of the objects asks; None for none.
    """

    draw: Callable[[Stroke, Say], str]
    carry: Carry
    image: Callable[[str, int], ShownImage | None]
    kinds: Callable[[], Sequence[ShownKind]]
    revision: Callable[[], int]
    touched: Callable[[int], Touched | None]
    masks: Callable[[str, Collection[str]], Sequence[ObjectMask]]
    proposals: Proposing
    networks: Networks
    noted: Noted | None = None
    listed: Listed | None = None


@dataclass(frozen=True)
class AnnotatorDesk:
    """The other end of an annotator's queue, as the newest drawing set it up."""

    ledger: Ledger
    project: Annotated

    def __call__(self, batch: Batch) -> dict[str, Any]:
        """Do what a batch asks for; return what is said of it and what the image shows then."""
        said: list[str] = []
        ways: list[str] = []

        def say(text: str, _icon: str = "") -> None:
            said.append(text)

        done = self.ledger.work_off(batch, lambda raw: self._do(raw, say, ways))
        way = {"way": ways[-1]} if ways else {}
        return {**done._asdict(), "said": " ".join(said), **way, **self.shown(batch.more)}

    def _do(self, raw: Mapping[str, Any], say: Say, ways: list[str]) -> None:
        stroke = read_stroke(raw)
        if stroke is not None:
            ways.append(self.project.draw(stroke, say))
            return
        answer = read_answer(raw)
        if answer is not None:
            self.project.proposals.answer(answer, say)
            return
        note = read_note(raw) if self.project.noted is not None else None
        if note is not None and self.project.noted is not None:
            self.project.noted.carry(note, say)
            return
        action = read_action(raw, LABELS)
        if action is not None:
            self.project.carry(action, say)

    def shown(self, browser: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the browser is to show: only the objects that changed, where that is all.

        Parameters
        ----------
        browser
            The ``image`` that it shows and the revision (``shown``) that it shows of it; ``by``,
            how many images further on it wants to be, or ``lacking``, what the next image has not.
        """
        image_id, by, shown = (browser.get(name) for name in ("image", "by", "shown"))
        by = by if type(by) is int else 0
        nowhere = {}
        lacking = browser.get("lacking")
        if self.project.noted is not None and lacking in LACKING:
            found = self.project.noted.walk(str(image_id), lacking)
            by, nowhere = found or 0, {"nowhere": lacking} if found is None else {}
        if isinstance(shown, int) and not by:
            touched = self.project.touched(shown)
            if touched is not None and image_id not in touched.ids:
                changed = self._changed(image_id, touched)
                beside = self._beside(image_id, touched.ids | touched.noted)
                proposals = self.project.proposals.changed(str(image_id), touched.ids)
                return {
                    "revision": touched.revision,
                    "objects": changed,
                    "proposals": proposals,
                    **beside,
                    **nowhere,
                }
        revision = self.project.revision()
        image = self.project.image(str(image_id), by)
        return {
            "image": image.to_data() if image else None,
            "kinds": [kind.to_data() for kind in self.project.kinds()],
            "revision": revision,
            "objects": None,
            "proposals": None,
            **self._beside(image.id if image else "", None),
            **nowhere,
        }

    def _beside(self, image_id: object, ids: Collection[str] | None) -> dict[str, Any]:
        """Return what is noted on the image and its objects, of some ids if not of all."""
        noted = self.project.noted
        return {} if noted is None else {"beside": noted.shown(str(image_id), ids)}

    def _changed(self, image_id: object, touched: Touched) -> dict[str, Any]:
        there = self.project.masks(str(image_id), touched.ids) if touched.ids else ()
        return {
            "changed": [list(mask) for mask in there],
            # Objects of other images are not known to the browser, and do it no harm.
            "gone": sorted(touched.ids - {mask.id for mask in there}),
        }
