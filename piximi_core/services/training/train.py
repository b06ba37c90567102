"""The service "train": one run, from stored labels to a stored classifier."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np
from pydantic import Field
from sqlalchemy import Connection, bindparam

from piximi_core import __version__
from piximi_core.classification.settings import ModelSettings
from piximi_core.classification.training.progress import EpochRow, TrainingData, TrainingResult
from piximi_core.errors import BadInput, PiximiError
from piximi_core.jobs.folder import Job, JobState, write_json
from piximi_core.jobs.service import Change, Request, Result, Said, Service
from piximi_core.messages import Message, in_a_row
from piximi_core.project.contents.runs import Run, RunClass, finish_run, register_run, reserve_run
from piximi_core.project.contents.things import get_things
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import ProjectFiles, require_space
from piximi_core.project.workspace import float_range
from piximi_core.services.scoring.items import Item, item_of, read_items, write_items
from piximi_core.services.scoring.pixels import training_arrays
from piximi_core.services.scoring.predict import load_classifier
from piximi_core.services.scoring.scores import Scores, drop_scores, merge_scores
from piximi_core.services.training.planning import TrainingPlan, plan_training
from piximi_core.services.training.starting_run import (
    START_FOLDER,
    Start,
    start_of,
    take_start,
    with_start,
)
from piximi_core.services.training.training_log import TrainingLog, carried_over
from piximi_core.vocabulary import IMAGE_KIND, TRAINING, VALIDATION, now

__all__ = [
    "TRAIN",
    "TrainRequest",
    "TrainResult",
    "ask",
    "ask_to_resume",
    "planned_items",
    "run",
    "run_settings",
]

_LIBRARIES = ("tensorflow", "tf-keras", "tensorflowjs", "numpy", "pillow", "tifffile")


class TrainRequest(Request):
    """What is trained; what it learns from is in ``data.csv``.

    Attributes
    ----------
    settings
        As they were chosen; `run_settings` reads them.
    start
        The run that it starts from, None for a new network.
    """

    settings: dict[str, Any]
    classes: tuple[RunClass, ...]
    float_range: tuple[float, float] | None = None
    start: Start | None = None
    kind_id: str = IMAGE_KIND


class TrainResult(Result):
    """The figures of the best weights; the run's row in the project keeps them as its summary.

    Attributes
    ----------
    stem
        What the two files of the classifier are called, without their endings.
    stopped
        Someone ended it early; the best weights so far were kept.
    diverged
        Its loss was no number in the end.
    epochs, best_epoch
        How many were done, and which one's weights these are.
    device
        What it was trained on; see `classification.device.Device`.
    """

    stem: str
    accuracy: float
    val_accuracy: float | None = None
    stopped: bool = False
    diverged: bool = False
    epochs: int = 0
    best_epoch: int | None = None
    loss: float | None = None
    val_loss: float | None = None
    batch_size: int = 0
    images_per_second: float = 0.0
    notes: tuple[Said, ...] = ()
    parameters: int = 0
    seconds: float = 0.0
    device: dict[str, Said] = Field(default_factory=dict)


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


def run_settings(request: TrainRequest) -> ModelSettings:
    """Return the settings a run was asked with."""
    return ModelSettings.model_validate_json(json.dumps(request.settings))


def run(job: Job, request: TrainRequest) -> TrainResult:
    """Train, evaluate, store the classifier; return the run's summary."""
    started = time.monotonic()
    settings = run_settings(request)
    before = carried_over(job)
    job.report(0, settings.epochs, Message("Starting TensorFlow"), phase="start", **before)
    from piximi_core.classification.device import describe_device

    device = describe_device()
    items = read_items(job.folder / "data.csv")
    _write_settings(job, request, items, asdict(device))
    files = ProjectFiles(job.project_folder)
    scratch = files.cache / "training" / f"{job.id}.npy"
    with training_arrays(
        items,
        files,
        settings.input_shape,
        scratch,
        float_range=request.float_range,
        on_progress=lambda done, total: job.report(
            0,
            settings.epochs,
            Message("Reading images: {done:,} of {total:,}", done=done, total=total),
            phase="read",
            **before,
        ),
        check=job.raise_if_stopped,
    ) as pixels:
        summary = _train(job, request, items, pixels, device.name)
    return TrainResult(**summary, seconds=time.monotonic() - started, device=asdict(device))


def _write_settings(
    job: Job, request: TrainRequest, items: Sequence[Item], device: dict[str, str]
) -> None:
    """Write all that is needed to repeat the run."""
    split = {
        part: [item.id for item in items if item.partition == part]
        for part in (TRAINING, VALIDATION)
    }
    asked = request.model_dump(mode="json", include={"classes", "float_range", "start"})
    content = {
        "settings": run_settings(request).model_dump(mode="json"),
        **asked,
        "split": split,
        "device": device,
        "versions": {
            "piximi-dashboard": __version__,
            "python": platform.python_version(),
            **{library: version(library) for library in _LIBRARIES},
        },
    }
    write_json(job.folder / "settings.json", content)


def _train(
    job: Job, request: TrainRequest, items: Sequence[Item], pixels: Any, device: str
) -> dict[str, Any]:
    from piximi_core.classification.networks.architectures import summary, with_softmax
    from piximi_core.classification.prediction import predict
    from piximi_core.classification.training.checkpoints import CheckpointStore
    from piximi_core.classification.training.loop import train

    settings = run_settings(request)
    data = _data(request, items, pixels)
    model = _network(job, request, settings)
    layers = [asdict(row) for row in summary(model)]
    write_json(job.folder / "summary.json", layers)
    watch = TrainingLog(job, device)
    result = train(
        model,
        data,
        settings,
        store=CheckpointStore(job.folder / "checkpoints"),
        on_progress=watch,
        should_stop=job.should_stop,
        resume=True,
    )
    best = _best(result, job)
    watch.write_history(result.history)
    watch.storing(settings.epochs)
    classifier = with_softmax(model)
    # A run that was stopped, and then resumed, may have scored with the weights of that time.
    drop_scores(job.folder)
    stem = _store_classifier(job, request, settings, classifier)
    probabilities = predict(classifier, pixels)
    merge_scores(job.folder, Scores.of(items, probabilities))
    return {
        **_figures(job, request, probabilities, data, items),
        "stem": stem,
        "stopped": result.stopped,
        "diverged": result.diverged,
        "epochs": len(result.history),
        "best_epoch": result.best_epoch,
        "loss": best.loss,
        "val_loss": best.val_loss,
        "batch_size": result.batch_size,
        "images_per_second": result.images_per_second,
        "notes": list(dict.fromkeys([*watch.notes, *result.notes])),
        "parameters": sum(layer["parameters"] for layer in layers),
    }


def _network(job: Job, request: TrainRequest, settings: ModelSettings) -> Any:
    """Return a new network, or that of the run it starts from, with logits."""
    from piximi_core.classification.networks.architectures import build
    from piximi_core.classification.networks.starting import start_from

    if request.start is None:
        return build(settings, len(request.classes))
    known = load_classifier(job.folder / START_FOLDER)
    return start_from(known.model, list(request.start.columns), settings.seed)


def _best(result: TrainingResult, job: Job) -> EpochRow:
    """Return the best epoch, of a training that has finished one."""
    if result.best is None:
        job.raise_if_stopped()
        raise PiximiError.saying(
            in_a_row(result.notes)
            if result.notes
            else Message("The training ended before its first epoch was done.")
        )
    return result.best


def _data(request: TrainRequest, items: Sequence[Item], pixels: Any) -> TrainingData:
    """Return both parts as slices of one memory map: items to learn from come first."""
    labels = np.array([item.label for item in items], dtype=np.int64)
    learned = sum(item.partition == TRAINING for item in items)
    return TrainingData(
        x_train=pixels[:learned],
        y_train=labels[:learned],
        x_val=pixels[learned:],
        y_val=labels[learned:],
        n_classes=len(request.classes),
    )


def _figures(
    job: Job, request: TrainRequest, probabilities: Any, data: TrainingData, items: Sequence[Item]
) -> dict[str, Any]:
    """Return the accuracies of the stored weights, and write the whole evaluation."""
    from piximi_core.classification.evaluation.measures import evaluate

    names = [c.name for c in request.classes]
    learned = len(data.y_train)
    # What shares its source with nothing is a group of its own.
    groups = [item.group or item.id for item in items]
    parts = {
        TRAINING: (probabilities[:learned], data.y_train, groups[:learned]),
        VALIDATION: (probabilities[learned:], data.y_val, groups[learned:]),
    }
    found = {
        part: evaluate(answers, labels, names, inside).to_dict()
        for part, (answers, labels, inside) in parts.items()
        if len(labels)
    }
    write_json(job.folder / "evaluation.json", found)
    checked = found.get(VALIDATION)
    return {
        "accuracy": found[TRAINING]["accuracy"],
        "val_accuracy": checked["accuracy"] if checked else None,
    }


def _store_classifier(
    job: Job, request: TrainRequest, settings: ModelSettings, classifier: Any
) -> str:
    from piximi_core.formats.tfjs.classifier import write_classifier
    from piximi_core.formats.tfjs.metadata import (
        ClassifierMetadata,
        InputShape,
        LossFunction,
        OptimizationAlgorithm,
        OptimizerSettings,
        PreprocessSettings,
    )

    height, width, channels = settings.input_shape
    metadata = ClassifierMetadata(
        preprocess=PreprocessSettings(
            input_shape=InputShape(height=height, width=width, channels=channels),
            shuffle=settings.shuffle,
            batch_size=settings.batch_size,
        ),
        classes=tuple(c.name for c in request.classes),
        optimizer=OptimizerSettings(
            learning_rate=settings.learning_rate,
            loss_function=LossFunction(settings.loss),
            optimization_algorithm=OptimizationAlgorithm(settings.optimizer),
            epochs=settings.epochs,
            batch_size=settings.batch_size,
        ),
    )
    description, _ = write_classifier(classifier, metadata, job.folder, settings.name)
    return description.stem


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
