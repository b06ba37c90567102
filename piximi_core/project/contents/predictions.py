"""Predictions beside the labels: store a run's answers, accept them, or clear them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from piximi_core.messages import Message
from piximi_core.project.contents.answers import forget_answers, keep_answer, keep_label_as_answer
from piximi_core.project.contents.labelling import (
    counted_things,
    labelled,
    require_category,
    set_label,
)
from piximi_core.project.contents.things import among
from piximi_core.project.database.once import take_once
from piximi_core.project.database.schema import categories, predictions, things
from piximi_core.project.database.store import Store, current_user
from piximi_core.vocabulary import IMAGE_KIND

__all__ = [
    "PredictedThing",
    "accept_predictions",
    "clear_predictions",
    "label_predicted",
    "reject_predictions",
    "store_predictions",
]


@dataclass(frozen=True)
class PredictedThing:
    """One answer of a run; `category_id` is None when no category of that class is left."""

    thing_id: str
    category_id: str | None
    class_name: str
    confidence: float
    probabilities: Sequence[float]


def store_predictions(db: Connection, run_id: str, found: Sequence[PredictedThing]) -> int:
    """Put a run's answers beside the labels, inside an open step; return how many were kept.

    Things deleted meanwhile are skipped, and so are those labelled by a person meanwhile only
    if the caller left them out: a label is never touched here.
    """
    ids = [answer.thing_id for answer in found]
    present = set(db.execute(select(things.c.id).where(among(things.c.id, ids))).scalars())
    known = set(db.execute(select(categories.c.id)).scalars())
    rows = [
        {
            "id": answer.thing_id,
            "run_id": run_id,
            "category_id": answer.category_id if answer.category_id in known else None,
            "class_name": answer.class_name,
            # Nine digits tell any two float32 apart and survive the journal unchanged.
            "confidence": float(f"{answer.confidence:.9g}"),
            "probabilities": json.dumps([float(f"{p:.9g}") for p in answer.probabilities]),
        }
        for answer in found
        if answer.thing_id in present
    ]
    if rows:
        forget_answers(db, present, run_id)
        db.execute(predictions.delete().where(among(predictions.c.id, list(present))))
        db.execute(predictions.insert(), rows)
    return len(rows)


def accept_predictions(
    store: Store, ids: Sequence[str], *, who: str | None = None, once: str | None = None
) -> int:
    """Make predictions the person's labels; return how many.

    Predictions whose category is gone are left as they are. `once` is as in `label_things`.

    Raises
    ------
    AlreadyDone
        The action of that name was carried out before.
    """
    with store.step(
        Message(
            "Accept {predictions}",
            predictions=Message.plural("{n} prediction", "{n} predictions", n=len(ids)),
        ),
        who=who,
    ) as db:
        take_once(db, once)
        query = select(predictions.c.id).where(
            among(predictions.c.id, ids), predictions.c.category_id.is_not(None)
        )
        accepted = list(db.execute(query).scalars())
        keep_answer(db, accepted, "accepted")
        label = (
            select(predictions.c.category_id)
            .where(predictions.c.id == things.c.id)
            .scalar_subquery()
        )
        chosen = things.update().where(among(things.c.id, accepted))
        db.execute(chosen.values(**labelled(label, who or current_user())))
        db.execute(predictions.delete().where(among(predictions.c.id, accepted)))
        return len(accepted)


def reject_predictions(
    store: Store, ids: Sequence[str], *, who: str | None = None, once: str | None = None
) -> int:
    """Take these predictions away; labels stay. Return how many there were.

    What was rejected is kept, so that nobody is sent to ask the same run again. `once` is as in
    `label_things`.

    Raises
    ------
    AlreadyDone
        The action of that name was carried out before.
    """
    with store.step(
        Message(
            "Reject {predictions}",
            predictions=Message.plural("{n} prediction", "{n} predictions", n=len(ids)),
        ),
        who=who,
    ) as db:
        take_once(db, once)
        keep_answer(db, ids, "rejected")
        return db.execute(predictions.delete().where(among(predictions.c.id, ids))).rowcount


def label_predicted(
    store: Store,
    ids: Sequence[str],
    category_id: str,
    *,
    who: str | None = None,
    once: str | None = None,
) -> int:
    """Label things otherwise than predicted, which answers their predictions, in one step.

    Return how many things there were. `once` is as in `label_things`.

    Raises
    ------
    NotFound
        The category is gone.
    AlreadyDone
        The action of that name was carried out before.
    """
    with store.step(Message("Label {things}", things=counted_things(store, ids)), who=who) as db:
        take_once(db, once)
        require_category(db, category_id)
        keep_label_as_answer(db, ids, category_id)
        db.execute(predictions.delete().where(among(predictions.c.id, ids)))
        return set_label(db, ids, category_id, who or current_user())


def clear_predictions(store: Store, kind_id: str = IMAGE_KIND, *, who: str | None = None) -> int:
    """Take all predictions of a kind away; return how many there were."""
    of_kind = select(things.c.id).where(things.c.kind_id == kind_id)
    with store.step(Message("Clear all predictions"), who=who) as db:
        count = db.execute(
            select(func.count()).select_from(predictions).where(predictions.c.id.in_(of_kind))
        ).scalar_one()
        db.execute(predictions.delete().where(predictions.c.id.in_(of_kind)))
        return int(count)
