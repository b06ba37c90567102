"""What a person answered to a run's predictions: a run that was told no would only say it again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sqlalchemy import Connection, select

from piximi_core.project.contents.things import among
from piximi_core.project.database.schema import answers, predictions, things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import is_unknown

__all__ = [
    "Answer",
    "accepted_by_category",
    "forget_answers",
    "keep_answer",
    "keep_label_as_answer",
]

Answer = Literal["accepted", "corrected", "rejected"]


def keep_answer(db: Connection, ids: Collection[str], answer: Answer) -> None:
    """Keep one answer to the predictions that things have at this moment, inside an open step."""
    asked = select(predictions).where(among(predictions.c.id, ids))
    rows = [
        {
            "id": f"{row.id}:{row.run_id}",
            "thing_id": row.id,
            "run_id": row.run_id,
            "category_id": row.category_id,
            "answer": answer,
        }
        for row in db.execute(asked)
    ]
    if rows:
        db.execute(answers.delete().where(among(answers.c.id, [row["id"] for row in rows])))
        db.execute(answers.insert(), rows)


def keep_label_as_answer(db: Connection, ids: Collection[str], category_id: str) -> None:
    """Keep what a label says of the predictions: the same, otherwise, or not that (Unknown)."""
    if is_unknown(category_id):
        keep_answer(db, ids, "rejected")
        return
    same = select(predictions.c.id).where(
        among(predictions.c.id, ids), predictions.c.category_id == category_id
    )
    right = list(db.execute(same).scalars())
    keep_answer(db, right, "accepted")
    keep_answer(db, set(ids).difference(right), "corrected")


def forget_answers(db: Connection, ids: Collection[str], run_id: str) -> None:
    """Forget what was answered to a run about things, because it is asked about them again."""
    of_run = answers.c.run_id == run_id
    db.execute(answers.delete().where(of_run, among(answers.c.thing_id, ids)))


def accepted_by_category(store: Store, run_id: str) -> dict[str, list[str]]:
    """Return, by category, the things that still have the label that was accepted from a run."""
    query = (
        select(things.c.category_id, things.c.id)
        .join(answers, answers.c.thing_id == things.c.id)
        .where(
            answers.c.run_id == run_id,
            answers.c.answer == "accepted",
            answers.c.category_id == things.c.category_id,
        )
        .order_by(things.c.position)
    )
    found: dict[str, list[str]] = {}
    with store.read() as db:
        for category_id, thing_id in db.execute(query):
            found.setdefault(category_id, []).append(thing_id)
    return found
