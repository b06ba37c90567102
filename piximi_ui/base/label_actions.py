"""Labels, undo and redo from a gallery: carried out once each, and told where they went wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from piximi_core.errors import AlreadyDone, PiximiError, ProjectBusy
from piximi_core.messages import Message
from piximi_core.project.contents.labelling import label_as_named, label_things, labelled_by_others
from piximi_core.project.contents.notes.on_objects import locked_ids, locked_words
from piximi_core.project.contents.predictions import (
    accept_predictions,
    label_predicted,
    reject_predictions,
)
from piximi_core.project.contents.things import kind_of_thing
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base.context import opened_at, redo_step, say, undo_step, who
from piximi_ui.base.kinds import of_kind
from piximi_ui.components.gallery.desk import Say
from piximi_ui.language.texts import _, plural, told
from piximi_ui.server.actions import Action

__all__ = [
    "ALLOWED",
    "ANSWERS",
    "CARRIED",
    "Hand",
    "carry_out",
    "errors_said",
    "label_actions",
    "say_locked",
]

ALLOWED = ("label", "create", "undo", "redo")
ANSWERS = ("accept", "reject")
"""What is allowed beside those where predictions wait for an answer."""

CARRIED = frozenset({*ALLOWED, *ANSWERS})
"""What needs no page: the others open a dialog or show something else."""


@dataclass(frozen=True)
class Hand:
    """Who acts in a window, known where no page is being drawn.

    Attributes
    ----------
    who
        Who is signed in, None on a machine of one's own.
    opened_at
        When the window was opened.
    """

    who: str | None
    opened_at: str

    @classmethod
    def here(cls) -> Hand:
        """Return who acts in the window that is being drawn."""
        return cls(who(), opened_at())


@contextmanager
def errors_said(say: Say = say) -> Iterator[None]:
    """Keep a person's mistake for the next drawing, where nothing can be drawn."""
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


def say_locked(store: Store, ids: Collection[str], say: Say = say) -> None:
    """Say how many objects a deletion will leave, unless those are all, which is an error."""
    locked = locked_ids(store, ids)
    if 0 < len(locked) < len(set(ids)):
        say(told(locked_words(len(locked))), ":material/lock:")


def label_actions(
    store: Store, kind_id: str = IMAGE_KIND, *, answers: bool = False
) -> Callable[[Action, Say], bool]:
    """Return what carries out the labels of a gallery that is being drawn, in any thread.

    Parameters
    ----------
    answers
        Whether a label answers the image's prediction, which is then taken away.
    """
    hand = Hand.here()

    def carry(action: Action, say: Say) -> bool:
        if action.type not in CARRIED:
            return False
        with errors_said(say):
            carry_out(store, action, hand, say, kind_id, answers=answers)
        return True

    return carry


def carry_out(
    store: Store,
    action: Action,
    hand: Hand,
    say: Say,
    kind_id: str = IMAGE_KIND,
    *,
    answers: bool = False,
) -> None:
    """Carry out one label, answer, undo or redo, once.

    Raises
    ------
    PiximiError
        It cannot be done, and why; what is only partly so is said.
    """
    work = _Work(store, action, hand, say, _kind_of(store, action, kind_id), answers)
    if action.type in ANSWERS:
        work.answer()
    elif action.type == "undo":
        undo_step(
            store,
            action.uid,
            seen=action.revision,
            who=hand.who,
            opened_at=hand.opened_at,
            say=say,
        )
    elif action.type == "redo":
        redo_step(store, action.uid, say=say)
    else:
        work.label()


def _kind_of(store: Store, action: Action, kind_id: str) -> str:
    """Return the kind of what the action is about: the viewer over a gallery labels objects too."""
    found = kind_of_thing(store, action.ids[0]) if action.ids else None
    return found or kind_id


@dataclass(frozen=True)
class _Work:
    """One label or answer to be given."""

    store: Store
    action: Action
    hand: Hand
    say: Say
    kind_id: str
    answers: bool

    def label(self) -> None:
        """Label what is still the person's to label."""
        action, ids = self.action, self._not_taken()
        if not ids:
            return
        if action.type == "create" or action.category is None:
            found = label_as_named(
                self.store,
                ids,
                action.name,
                kind_id=self.kind_id,
                answering=self.answers,
                who=self.hand.who,
                once=action.uid,
            )
        else:
            give = label_predicted if self.answers else label_things
            found = give(self.store, ids, action.category, who=self.hand.who, once=action.uid)
        _say_gone(self.say, self.kind_id, len(ids) - found)

    def answer(self) -> None:
        """Accept or reject predictions; one that another answered since is left, and said so."""
        ids = self._not_taken()
        if not ids:
            return
        give = accept_predictions if self.action.type == "accept" else reject_predictions
        left = len(ids) - give(self.store, ids, who=self.hand.who, once=self.action.uid)
        if left:
            text = plural(
                "{n} was left as it is: its prediction or the category of that is gone.",
                "{n} were left as they are: their prediction or the category of that is gone.",
                left,
            )
            self.say(text, ":material/warning:")

    def _not_taken(self) -> Sequence[str]:
        """Return what the person may label: not what others labelled since they looked at it."""
        ids, revision = self.action.ids, self.action.revision
        if revision is None:
            return ids
        taken = set(labelled_by_others(self.store, ids, since=revision, who=self.hand.who))
        if taken:
            text = of_kind(
                self.kind_id,
                Message.plural(
                    "{n} {thing} was labelled by someone else meanwhile and keeps that label.",
                    "{n} {things} were labelled by someone else meanwhile and keep that label.",
                    n=len(taken),
                ),
            )
            self.say(f"{text} {_('Look, and label again if you disagree.')}", ":material/warning:")
        return [thing for thing in ids if thing not in taken]


def _say_gone(say: Say, kind_id: str, count: int) -> None:
    if count > 0:
        text = of_kind(
            kind_id,
            Message.plural(
                "{n} {thing} was deleted meanwhile, so it got no label.",
                "{n} {things} were deleted meanwhile, so they got no label.",
                n=count,
            ),
        )
        say(text, ":material/warning:")
