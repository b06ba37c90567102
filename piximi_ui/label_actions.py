"""Labels, undo and redo from a gallery: carried out once each, and told where they went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from piximi_core.errors import AlreadyDone, PiximiError, ProjectBusy
from piximi_core.project.contents.labelling import label_as_named, label_things, labelled_by_others
from piximi_core.project.contents.predictions import (
    accept_predictions,
    label_predicted,
    reject_predictions,
)
from piximi_core.project.contents.things import get_things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.components.gallery import GalleryAction
from piximi_ui.context import redo_step, say, undo_step, who
from piximi_ui.kinds import of_kind
from piximi_ui.texts import _, plural, told

__all__ = ["ALLOWED", "ANSWERS", "carry_out", "errors_said", "label_actions"]

ALLOWED = ("label", "create", "undo", "redo")
ANSWERS = ("accept", "reject")
"""What is allowed beside those where predictions wait for an answer."""


@contextmanager
def errors_said() -> Iterator[None]:
    """Keep a person's mistake for the next drawing: callbacks must not draw."""
    try:
        yield
    except ProjectBusy:
        # Nothing was changed: the browser keeps the action and sends it again.
        raise
    except AlreadyDone:
        # The browser repeated what it had no answer to; the project has it.
        pass
    except PiximiError as error:
        say(told(str(error)), ":material/error:")


def label_actions(
    store: Store, kind_id: str = IMAGE_KIND
) -> Callable[[Sequence[GalleryAction]], None]:
    """Return what carries out a gallery of predictions; a label answers the prediction."""

    def all_of(actions: Sequence[GalleryAction]) -> None:
        for action in actions:
            with errors_said():
                carry_out(store, action, kind_id, answers=True)

    return all_of


def carry_out(
    store: Store, action: GalleryAction, kind_id: str = IMAGE_KIND, *, answers: bool = False
) -> bool:
    """Carry out one label, answer, undo or redo; return whether it was one.

    Parameters
    ----------
    answers
        Whether a label answers the image's prediction, which is then taken away.
    """
    kind_id = _kind_of(store, action, kind_id)
    if action.type == "create" or (action.type == "label" and action.category is not None):
        ids = _not_taken(store, action, kind_id)
        if ids:
            found = _label(store, action, ids, kind_id, answers)
            _say_gone(kind_id, len(ids) - found)
    elif action.type in ANSWERS:
        _answer(store, action, kind_id)
    elif action.type == "undo":
        undo_step(store, once=action.uid, seen=action.revision)
    elif action.type == "redo":
        redo_step(store, once=action.uid)
    else:
        return False
    return True


def _kind_of(store: Store, action: GalleryAction, kind_id: str) -> str:
    """Return the kind of what the action is about: the viewer over a gallery labels objects too."""
    found = get_things(store, action.ids[:1])
    return found[0].kind_id if found else kind_id


def _label(
    store: Store, action: GalleryAction, ids: Sequence[str], kind_id: str, answers: bool
) -> int:
    if action.type == "create" or action.category is None:
        return label_as_named(
            store, ids, action.name, kind_id=kind_id, answering=answers, who=who(), once=action.uid
        )
    label = label_predicted if answers else label_things
    return label(store, ids, action.category, who=who(), once=action.uid)


def _answer(store: Store, action: GalleryAction, kind_id: str) -> None:
    """Accept or reject predictions; one that another answered since is left, and said so."""
    ids = _not_taken(store, action, kind_id)
    if not ids:
        return
    answer = accept_predictions if action.type == "accept" else reject_predictions
    left = len(ids) - answer(store, ids, who=who(), once=action.uid)
    if left:
        text = plural(
            "{n} was left as it is: its prediction or the category of that is gone.",
            "{n} were left as they are: their prediction or the category of that is gone.",
            left,
        )
        say(text, ":material/warning:")


def _not_taken(store: Store, action: GalleryAction, kind_id: str) -> Sequence[str]:
    """Return what the person may label: not what others labelled since they looked at it."""
    if action.revision is None:
        return action.ids
    taken = set(labelled_by_others(store, action.ids, since=action.revision, who=who()))
    if taken:
        text = of_kind(
            kind_id,
            plural(
                "{n} image was labelled by someone else meanwhile and keeps that label.",
                "{n} images were labelled by someone else meanwhile and keep that label.",
                len(taken),
            ),
            plural(
                "{n} object was labelled by someone else meanwhile and keeps that label.",
                "{n} objects were labelled by someone else meanwhile and keep that label.",
                len(taken),
            ),
        )
        say(f"{text} {_('Look, and label again if you disagree.')}", ":material/warning:")
    return [thing for thing in action.ids if thing not in taken]


def _say_gone(kind_id: str, count: int) -> None:
    if count > 0:
        text = of_kind(
            kind_id,
            plural(
                "{n} image was deleted meanwhile, so it got no label.",
                "{n} images were deleted meanwhile, so they got no label.",
                count,
            ),
            plural(
                "{n} object was deleted meanwhile, so it got no label.",
                "{n} objects were deleted meanwhile, so they got no label.",
                count,
            ),
        )
        say(text, ":material/warning:")
