"""What a Piximi project cannot hold of ours, said before it is saved; and how it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection, and_, func, or_, select

from piximi_core.classification.settings import ModelSettings
from piximi_core.formats.piximi_project import safe_thing_name
from piximi_core.messages import Message
from piximi_core.project.database.schema import (
    drafts,
    images,
    kinds,
    objects,
    predictions,
    project,
    runs,
    saved_filters,
    things,
)
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["losses"]

# Each with the value that changes nothing in Piximi, if any besides our default.
_PIXIMI_LACKS = {
    "stratify": None,
    "seed": None,
    "object_background": None,
    "object_crop": "Piximi",
    "deterministic": None,
    "start_from": None,
}
_LABELLED = things.c.category_id.not_like("0%")


def losses(store: Store) -> list[str]:
    """Say what changes or stays behind when the project is saved for Piximi; empty if nothing."""
    with store.read() as db:
        parts = (_of_labels, _of_pixels, _of_names, _of_runs, _of_settings, _of_the_rest)
        return [line for part in parts for line in part(db)]


def _count(db: Connection, *conditions: object) -> int:
    return int(db.execute(select(func.count()).where(*conditions)).scalar_one())  # type: ignore[arg-type]


def _of_labels(db: Connection) -> Iterator[str]:
    predicted = and_(
        things.c.id.in_(select(predictions.c.id).where(predictions.c.category_id.is_not(None))),
        ~_LABELLED,
    )
    tested = _count(db, things.c.partition == "Test", ~predicted)
    if tested:
        yield Message(
            "{things} in Test will be in Validation: Piximi has no Test.",
            things=Message.plural("{n} thing", "{n} things", n=tested),
        )
    by_hand = _count(db, things.c.partition == "Inference", _LABELLED)
    if by_hand:
        yield (
            Message(
                "{things} with a label in Inference will be in Unassigned: "
                "Piximi would take the label for a prediction.",
                things=Message.plural("{n} thing", "{n} things", n=by_hand),
            )
        )
    moved = _count(db, things.c.partition != "Inference", predicted)
    if moved:
        yield (
            Message(
                "{things} with a prediction and no label will be in Inference: "
                "elsewhere Piximi would take the prediction for a label.",
                things=Message.plural("{n} thing", "{n} things", n=moved),
            )
        )
    answered = predictions.c.id == things.c.id
    doubled = _count(db, answered, _LABELLED)
    if doubled:
        yield Message(
            "{predictions} beside a label will be left out: the label stays.",
            predictions=Message.plural("{n} prediction", "{n} predictions", n=doubled),
        )
    lost = _count(db, answered, ~_LABELLED, predictions.c.category_id.is_(None))
    if lost:
        yield Message(
            "{predictions} of categories that are gone will be left out.",
            predictions=Message.plural("{n} prediction", "{n} predictions", n=lost),
        )
    if _count(db, answered, ~_LABELLED, predictions.c.category_id.is_not(None)):
        yield Message(
            "The confidence of predictions will be left out: Piximi keeps the category alone."
        )
    if _count(db, things.c.labelled_by.is_not(None)):
        yield Message("Who labelled what, and when, will be left out.")


def _of_pixels(db: Connection) -> Iterator[str]:
    rows = db.execute(
        select(images.c.dtype, func.count())
        .where(images.c.dtype.not_in(("uint8", "uint16")))
        .group_by(images.c.dtype)
    )
    found = db.execute(select(project.c.float_range)).scalar_one()
    for dtype, count in rows:
        many = Message.plural("{n} image", "{n} images", n=int(count))
        if dtype.startswith("float"):
            low, high = json.loads(found) if found else (0.0, 1.0)
            yield (
                Message(
                    "{many} of decimal numbers will be 16 bit: 0 stands for {low:g}, 65,535 for "
                    "{high:g}, and what lies beyond is cut.",
                    many=many,
                    low=low,
                    high=high,
                )
            )
        elif dtype == "int16":
            yield Message(
                "{many} of signed 16 bit will be raised by 32,768, so that none is negative.",
                many=many,
            )
        else:
            bits = int(dtype.lstrip("uint"))
            low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            if dtype.startswith("u"):
                low, high = 0, 2**bits - 1
            yield Message(
                "{many} of {dtype} will be 16 bit: 0 stands for {low:,}, 65,535 for {high:,}.",
                many=many,
                dtype=dtype,
                low=low,
                high=high,
            )
    if _count(db, images.c.pixel_size.is_not(None)):
        yield Message("The size of pixels (µm) will be left out.")


def _of_names(db: Connection) -> Iterator[str]:
    names = db.execute(select(things.c.name)).scalars().all()
    changed = len(names) - len({safe_thing_name(name) for name in names})
    changed += sum(safe_thing_name(name) != name for name in names)
    if changed:
        yield (
            Message(
                "{names} will be changed: in Piximi each name is there once, "
                "among images and objects together, and is no path.",
                names=Message.plural("{n} name", "{n} names", n=changed),
            )
        )
    if _count(db, objects.c.plane > 0):
        yield Message(
            "In Piximi objects of all planes lie in the first; opened here, they keep theirs."
        )
    if _count(db, kinds.c.hidden):
        yield Message("Hidden kinds will be shown.")


def _of_runs(db: Connection) -> Iterator[str]:
    unfinished = _count(db, runs.c.id.is_not(None), runs.c.summary.is_(None))
    if unfinished:
        yield Message(
            "{runs} without a classifier will be left out.",
            runs=Message.plural("{n} run", "{n} runs", n=unfinished),
        )
    trained = select(runs.c.settings).where(
        runs.c.kind_id != IMAGE_KIND, runs.c.summary.is_not(None)
    )
    crops = [json.loads(settings).get("object_crop") for settings in db.execute(trained).scalars()]
    boxes = sum(crop != "Piximi" for crop in crops)
    if boxes:
        yield (
            Message(
                "{classifiers} of objects will give other confidences there: Piximi "
                "cuts objects out stretched by a fraction of a pixel. Train with objects cut as "
                "Piximi "
                "cuts them for equal ones.",
                classifiers=Message.plural("{n} classifier", "{n} classifiers", n=boxes),
            )
        )
    if _count(db, runs.c.id.is_not(None)):
        yield Message("The history, the log and the evaluation of runs will be left out.")


def _of_settings(db: Connection) -> Iterator[str]:
    """Say which settings were changed, of the next trainings or of runs, that Piximi lacks."""
    chosen = [
        *db.execute(select(drafts.c.settings)).scalars(),
        *db.execute(select(runs.c.settings).where(runs.c.summary.is_not(None))).scalars(),
    ]
    found = [json.loads(settings) for settings in chosen]
    for name, same in _PIXIMI_LACKS.items():
        known = ModelSettings.model_fields[name]
        if any(
            settings.get(name, known.default) not in (known.default, same) for settings in found
        ):
            yield Message(
                "The setting {setting} will be left out: Piximi lacks it.", setting=known.title
            )


def _of_the_rest(db: Connection) -> Iterator[str]:
    if _count(db, and_(things.c.metadata != "{}", things.c.metadata != "")):
        yield Message("Details that were added to images (columns of their own) will be left out.")
    if _count(db, or_(images.c.notes != "[]", images.c.sha256 != images.c.file_sha256)):
        yield Message("Notes on how images were read will be left out.")
    if _count(db, saved_filters.c.id.is_not(None)):
        yield Message("Saved filters will be left out.")
    yield Message(
        "The undo history and the original files will be left out; an archive keeps everything."
    )
