"""The service "train": it is asked for here, with a split and its items, and carried out beside."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import BadInput, PiximiError
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.service import Change, Service
from piximi_core.messages import Message
from piximi_core.project.contents.runs import Run, finish_run, register_run, reserve_run
from piximi_core.project.contents.things import get_things
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import require_space
from piximi_core.project.workspace import float_range
from piximi_core.services.scoring.items import Item, item_of, write_items
from piximi_core.services.training.planning import TrainingPlan, plan_training
from piximi_core.services.training.starting_run import start_of, take_start, with_start
from piximi_core.services.training.training_work import TrainRequest, TrainResult, run
from piximi_core.vocabulary import IMAGE_KIND, TRAINING, VALIDATION, now

__all__ = ["TRAIN", "ask", "ask_to_resume", "planned_items"]


def ask(
    store: Store,
    settings: ModelSettings,
    *,
    kind_id: str = IMAGE_KIND,
    who: str | None = None,
) -> Job:
    """Write a new run: its folder first, then its row and the split, in one step.

    Raises
    ------
    BadInput
        Training cannot start; the text says why.
    """
    settings = with_start(store, settings)
    plan = plan_training(store, settings, kind_id)
    if plan.obstacle:
        raise BadInput.saying(plan.obstacle)
    start = start_of(store, settings)
    if kind_id == IMAGE_KIND:
        _refuse_object_settings(settings)
    items = planned_items(store, plan, settings, kind_id)
    height, width, channels = settings.input_shape
    require_space(store.folder, len(items) * height * width * channels * 4 * 2)
    with store.step(Message("Split for training"), who=who) as db:
        wanted = settings.name or (start.name if start else "")
        run_id, number, name = reserve_run(db, kind_id, wanted, settings.architecture)
        settings = settings.model_copy(update={"name": name})
        folder = store.files.run(run_id)
        write_items(folder / "data.csv", items)
        request = TrainRequest(
            run_id=run_id,
            settings=settings.model_dump(mode="json"),
            classes=plan.classes,
            float_range=float_range(store),
            start=take_start(store, start, plan.classes, folder) if start else None,
            kind_id=kind_id,
            who=who or current_user(),
        )
        job = TRAIN.ask(folder, request)
        counts = {part: plan.count(part) for part in (TRAINING, VALIDATION)}
        register_run(
            db,
            Run(
                id=run_id,
                kind_id=kind_id,
                number=number,
                name=name,
                settings=request.settings,
                classes=plan.classes,
                counts=counts,
                created_at=now(),
                finished_at=None,
                summary=None,
            ),
        )
        _store_split(db, plan)
    return job


def _store_split(db: Connection, plan: TrainingPlan) -> None:
    parts = {**plan.parts, **dict.fromkeys(plan.groups.kept_for_test, "Test")}
    moves = [{"key": thing, "part": part} for thing, part in parts.items()]
    part_of = schema.things.update().where(
        schema.things.c.id == bindparam("key"),
        schema.things.c.partition != bindparam("part"),
    )
    db.execute(part_of.values(partition=bindparam("part")), moves)


def _refuse_object_settings(settings: ModelSettings) -> None:
    for key in ("object_background", "object_crop"):
        field = ModelSettings.model_fields[key]
        if getattr(settings, key) != field.default:
            raise BadInput(
                "{key} is a setting for objects, but these are whole images; leave it out.", key=key
            )


def planned_items(
    store: Store, plan: TrainingPlan, settings: ModelSettings, kind_id: str
) -> list[Item]:
    """Return the things, those to learn from first, by (SHA-256, name): equal data, equal runs."""
    found = get_things(store, plan.parts, kind_id)
    found.sort(key=lambda thing: (plan.parts[thing.id] != TRAINING, thing.sha256, thing.name))
    cutting = settings.model_dump()
    groups = plan.groups.of
    return [
        item_of(
            thing,
            plan.parts[thing.id],
            plan.labels[thing.id],
            settings=cutting,
            group=groups.get(thing.id, ""),
        )
        for thing in found
    ]


def ask_to_resume(store: Store, run: Run) -> Job:
    """Make an interrupted, stopped or failed training ready to go on from its last checkpoint.

    Raises
    ------
    PiximiError
        It is running, has done all its epochs, or its files are damaged.
    """
    job = Job(store.files.run(run.id))
    if not _has_request(job):
        raise BadInput(
            "The files of the run {run!r} are missing or damaged; train a new run instead.",
            run=run.name,
        )
    state = job.state()
    if state.is_active:
        raise PiximiError(
            "The run {run!r} is still going on; there is nothing to resume.", run=run.name
        )
    if state is JobState.DONE and not job.ended_early:
        raise PiximiError(
            "The run {run!r} did all its epochs; start a new run from it instead.", run=run.name
        )
    with store.write() as db:
        # Its result, once there is one again, is to be applied again.
        db.execute(schema.applied_jobs.delete().where(schema.applied_jobs.c.id == run.id))
        job.reopen()
    return job


def _has_request(job: Job) -> bool:
    # Not read as a training's: a run that was brought in has settings, and was never asked for.
    return bool(job.request().get("settings"))


def _bring_in(
    _store: Store, db: Connection, job: Job, _request: TrainRequest, result: TrainResult
) -> None:
    """Note in the project that the run has a classifier."""
    finish_run(db, job.id, result.model_dump(mode="json"))


TRAIN = Service(
    name="train",
    title=Message("Training"),
    asks=TrainRequest,
    finds=TrainResult,
    run=run,
    page="train",
    worker="train",
    change=Change(_bring_in),
    is_training=True,
)
