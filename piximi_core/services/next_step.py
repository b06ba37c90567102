"""Where a project stands on the way from images to a classifier in Piximi, and what comes next."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from sqlalchemy import Connection, Row, exists, func, select

from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.counts import count_by_category
from piximi_core.project.contents.notes.on_images import some_are_undrawn
from piximi_core.project.database.schema import (
    answers,
    applied_jobs,
    images,
    predictions,
    runs,
    things,
)
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.export import finished_exports
from piximi_core.services.evaluation.evaluate_run import is_checked
from piximi_core.services.scoring import predict
from piximi_core.vocabulary import IMAGE_KIND, TRAINING, VALIDATION

__all__ = ["ENOUGH", "Action", "Facts", "Guide", "Stage", "decide", "next_step"]

ENOUGH = 10
"""How many labelled images of each category a first training should have."""


class Stage(StrEnum):
    """The steps of the way, in their order."""

    ADD = "add"
    LABEL = "label"
    TRAIN = "train"
    CHECK = "check"
    PREDICT = "predict"
    EXPORT = "export"


class Action(StrEnum):
    """What a person does next."""

    ADD = "add"
    DRAW = "draw"
    LABEL = "label"
    NAME = "name categories"
    ADD_OTHERS = "add others"
    TRAIN = "train"
    WATCH = "watch"
    CHECK = "check"
    PREDICT = "predict"
    REVIEW = "review"
    BY_HAND = "label by hand"
    EXPORT = "export"
    TRAIN_AGAIN = "train again"
    ADD_MORE = "add more"

    @property
    def stage(self) -> Stage:
        """The step that the action belongs to."""
        return _STAGES.get(self) or Stage(self.value)


_STAGES = {
    Action.DRAW: Stage.LABEL,
    Action.NAME: Stage.LABEL,
    Action.ADD_OTHERS: Stage.LABEL,
    Action.WATCH: Stage.TRAIN,
    Action.REVIEW: Stage.PREDICT,
    Action.BY_HAND: Stage.LABEL,
    Action.TRAIN_AGAIN: Stage.TRAIN,
    Action.ADD_MORE: Stage.ADD,
}


@dataclass(frozen=True)
class Facts:
    """What the guide is decided from.

    Attributes
    ----------
    images
        All of them.
    canvases
        Where the guide is about objects, whether there are images to draw them on.
    undrawn
        Where it is about images: whether objects are drawn on some of them and others are neither
        done nor drawn on, so that somebody is about to draw.
    labelled
        For each category but Unknown, how many of its images a training may use.
    unpredicted, waiting, rejected
        Images without a label: without a prediction, with one, and those whose prediction by the
        run was rejected, about which the same run has nothing else to say.
    training
        A training is under way.
    run_id
        The newest run with a classifier, None without one; the next five are about it.
    learned
        How many labelled images it was made from, those it was checked on included.
    judgeable
        There are labels that it can be judged by.
    checked, predicted, exported
        A person has looked at its figures; has let it predict; has taken it away.
    """

    images: int = 0
    canvases: bool = False
    undrawn: bool = False
    labelled: tuple[int, ...] = ()
    unpredicted: int = 0
    waiting: int = 0
    rejected: int = 0
    training: bool = False
    run_id: str | None = None
    learned: int = 0
    judgeable: bool = True
    checked: bool = False
    predicted: bool = False
    exported: bool = False


@dataclass(frozen=True)
class Guide:
    """What is done, and what comes next.

    Attributes
    ----------
    done
        The steps that are complete.
    action
        What comes next.
    count
        How many images the action is about, or how many categories there are; 0 if it is about
        none.
    run_id
        The run that the action is about, None if it is about none.
    """

    done: frozenset[Stage]
    action: Action
    count: int = 0
    run_id: str | None = None


def decide(facts: Facts) -> Guide:
    """Return the guide that the facts ask for.

    Examples
    --------
    >>> decide(Facts(images=30, labelled=(10, 8), unpredicted=12)).count
    2
    """
    action, count = _next(facts)
    about_run = (Action.CHECK, Action.PREDICT, Action.REVIEW, Action.EXPORT)
    return Guide(_done(facts), action, count, facts.run_id if action in about_run else None)


def _next(facts: Facts) -> tuple[Action, int]:
    if facts.run_id is None and not facts.training:
        return _first(facts)
    if not facts.images:
        return Action.ADD, 0
    if facts.training:
        return Action.WATCH, 0
    usable = sum(facts.labelled)
    if facts.judgeable and not facts.checked:
        return Action.CHECK, 0
    if facts.waiting:
        return Action.REVIEW, facts.waiting
    if facts.unpredicted:
        return Action.PREDICT, facts.unpredicted
    if facts.rejected:
        return Action.BY_HAND, facts.rejected
    if not facts.exported:
        return Action.EXPORT, 0
    return (Action.TRAIN_AGAIN, usable) if usable > facts.learned else (Action.ADD_MORE, 0)


def _first(facts: Facts) -> tuple[Action, int]:
    """Return what comes next on the way to a first training."""
    lacking = _lacking(facts) if facts.images else (Action.ADD, 0)
    undrawn = ENOUGH * max(2, len(facts.labelled)) - facts.images
    # A handful can be trained on, but more of them are soon drawn.
    if facts.canvases and undrawn > 0 and (lacking is not None or facts.images < ENOUGH):
        return Action.DRAW, undrawn
    if lacking is None:
        return Action.TRAIN, sum(facts.labelled)
    return (Action.DRAW, 0) if facts.undrawn and not any(facts.labelled) else lacking


def _lacking(facts: Facts) -> tuple[Action, int] | None:
    """Return what is missing for a first training; None if there is nothing that can be done."""
    unlabelled = facts.unpredicted + facts.waiting + facts.rejected
    # Two at least, since there is nothing to tell apart in one.
    counts = (*facts.labelled, 0, 0)[: max(2, len(facts.labelled))]
    missing = sum(max(0, ENOUGH - count) for count in counts)
    trainable = sum(count > 0 for count in counts) >= 2
    if not missing or (trainable and missing > unlabelled):
        return None
    if not unlabelled:
        return Action.ADD_OTHERS, 0
    if len(facts.labelled) < 2:
        return Action.NAME, len(facts.labelled)
    return Action.LABEL, min(missing, unlabelled)


def _done(facts: Facts) -> frozenset[Stage]:
    trained = facts.run_id is not None
    ticks = {
        Stage.ADD: bool(facts.images),
        Stage.LABEL: any(facts.labelled)
        and not facts.rejected
        and (trained or _lacking(facts) is None),
        Stage.TRAIN: trained,
        Stage.CHECK: trained and facts.checked,
        Stage.PREDICT: facts.predicted and not facts.waiting and not facts.unpredicted,
        Stage.EXPORT: trained and facts.exported,
    }
    return frozenset(stage for stage, ticked in ticks.items() if ticked)


def next_step(store: Store, kind_id: str = IMAGE_KIND) -> Guide:
    """Return what is done in a project and what comes next.

    What the database tells is remembered until the project changes; the rest is a file or two.
    """
    known = _known(store, kind_id, store.revision())
    run, counts = known.trained, known.counts
    training = known.newest is not None and _is_under_way(store, known.newest)
    facts = Facts(
        images=counts.images,
        canvases=counts.canvases,
        undrawn=counts.undrawn,
        labelled=tuple(counts.usable.values()),
        unpredicted=counts.unpredicted,
        waiting=counts.waiting,
        rejected=counts.rejected,
        training=training,
    )
    if run is None:
        return decide(facts)
    return decide(
        replace(
            facts,
            run_id=run.id,
            learned=sum(json.loads(run.counts).get(part, 0) for part in (TRAINING, VALIDATION)),
            judgeable=any(
                known_class["id"] in counts.labels for known_class in json.loads(run.classes)
            ),
            checked=is_checked(store, run.id, run.finished_at),
            predicted=known.answered or _has_predicted(store, run.id, known.applied),
            exported=_was_exported(store, run.id, known.applied),
        )
    )


@dataclass(frozen=True)
class _Counts:
    """The things of a kind, counted.

    Attributes
    ----------
    usable
        By category but Unknown, those that a training may use.
    labels
        The categories that any thing has.
    canvases, undrawn, unpredicted, waiting, rejected
        As in `Facts`.
    """

    images: int
    canvases: bool
    undrawn: bool
    usable: dict[str, int]
    labels: frozenset[str]
    unpredicted: int
    waiting: int
    rejected: int


@dataclass(frozen=True)
class _Known:
    """What the database tells at one revision.

    Attributes
    ----------
    trained, newest
        The newest run with a classifier; one that has none yet.
    applied
        How many jobs have been brought in.
    answered
        A prediction of the trained run was answered, wherever it was made.
    """

    counts: _Counts
    trained: Row[str, str, str, str] | None
    newest: str | None
    applied: int
    answered: bool


@lru_cache(maxsize=32)
def _known(store: Store, kind_id: str, revision: int) -> _Known:
    register = select(runs.c.id, runs.c.counts, runs.c.classes, runs.c.finished_at)
    newest_first = register.where(runs.c.kind_id == kind_id)
    newest_first = newest_first.order_by(runs.c.number.desc()).limit(1)
    with store.read() as db:
        trained = db.execute(newest_first.where(runs.c.summary.is_not(None))).first()
        newest = db.execute(newest_first).first()
        applied = db.execute(select(func.count()).select_from(applied_jobs)).scalar_one()
        run_id = "" if trained is None else str(trained.id)
        answered = db.execute(select(answers.c.id).where(answers.c.run_id == run_id).limit(1))
        was_answered = answered.first() is not None
    return _Known(
        counts=_counts(store, kind_id, run_id),
        trained=trained,
        newest=None if newest is None or newest.finished_at else str(newest.id),
        applied=int(applied),
        answered=was_answered,
    )


def _counts(store: Store, kind_id: str, run_id: str) -> _Counts:
    """Count what a person's next step is decided from; `run_id` is the run that may predict."""
    counts = count_by_category(store, kind_id)
    known = [category.id for category in list_categories(store, kind_id) if not category.is_unknown]
    trainable = ("Unassigned", TRAINING, VALIDATION)
    usable = {
        category_id: sum(counts.get(category_id, {}).get(part, 0) for part in trainable)
        for category_id in known
    }
    count = sum(sum(each.values()) for each in counts.values())
    labelled = sum(sum(counts.get(category_id, {}).values()) for category_id in known)
    with store.read() as db:
        waiting, rejected = _answerable(db, kind_id, run_id)
        about_images = kind_id == IMAGE_KIND
        canvases = not about_images and db.execute(select(images.c.id).limit(1)).first()
        # Looked for only where no image has a label: elsewhere the guide does not ask.
        undrawn = about_images and not any(usable.values()) and some_are_undrawn(db)
    return _Counts(
        count,
        bool(canvases),
        undrawn,
        usable,
        frozenset(counts) & frozenset(known),
        unpredicted=count - labelled - waiting - rejected,
        waiting=waiting,
        rejected=rejected,
    )


def _answerable(db: Connection, kind_id: str, run_id: str) -> tuple[int, int]:
    """Return how many things without a label have a prediction, or had one that was rejected."""
    # From the few that are asked for to their things: the other way round all things are looked at.
    unlabelled = (things.c.kind_id == kind_id, things.c.category_id.like("0%"))
    predicted = select(func.count()).select_from(predictions)
    waiting = predicted.where(exists().where(things.c.id == predictions.c.id, *unlabelled))
    rejected = select(func.count()).where(
        answers.c.run_id == run_id,
        answers.c.answer == "rejected",
        exists().where(things.c.id == answers.c.thing_id, *unlabelled),
        ~exists().where(predictions.c.id == answers.c.thing_id),
    )
    return int(db.execute(waiting).scalar_one()), int(db.execute(rejected).scalar_one())


def _is_under_way(store: Store, run_id: str) -> bool:
    """Whether there is something to wait for; a result not yet in the project is, too."""
    state = Job(store.files.run(run_id)).state()
    return state.is_active or state is JobState.DONE


@lru_cache(maxsize=64)
def _was_exported(store: Store, run_id: str, applied: int) -> bool:
    # An export that ends adds to the applied jobs, and nothing else makes one appear.
    return bool(finished_exports(store, run_id))


@lru_cache(maxsize=64)
def _has_predicted(store: Store, run_id: str, applied: int) -> bool:
    return predict.has_predicted(store, run_id)
