"""What a worker does of a training: it learns, is judged, and its classifier is stored."""

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

from piximi_core import __version__
from piximi_core.classification.settings import ModelSettings
from piximi_core.classification.training.progress import EpochRow, TrainingData, TrainingResult
from piximi_core.errors import PiximiError
from piximi_core.jobs.folder import Job, write_json
from piximi_core.jobs.service import Request, Result, Said
from piximi_core.messages import Message, in_a_row
from piximi_core.project.contents.runs import RunClass
from piximi_core.project.files import ProjectFiles
from piximi_core.services.scoring.items import Item, read_items
from piximi_core.services.scoring.pixels import training_arrays
from piximi_core.services.scoring.predict import load_classifier
from piximi_core.services.scoring.scores import Scores, drop_scores, merge_scores
from piximi_core.services.training.starting_run import (
    START_FOLDER,
    Start,
)
from piximi_core.services.training.training_log import TrainingLog, carried_over
from piximi_core.vocabulary import IMAGE_KIND, TRAINING, VALIDATION

__all__ = ["TrainRequest", "TrainResult", "run", "run_settings"]

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
