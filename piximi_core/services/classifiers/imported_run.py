"""A classifier from elsewhere as a run: its folder, made by a worker, and its row in the project.

Such a run has no history and learned from no image of the project; everything else that a run can
do, it can.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from piximi_core import __version__
from piximi_core.classification.settings import LOSSES, OPTIMIZERS, ModelSettings
from piximi_core.disk import flush_folder
from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.model_look import ModelSort
from piximi_core.jobs.folder import Job, JobState, write_json
from piximi_core.jobs.service import Record, Result, Said
from piximi_core.project.contents.categories import clean_name, ensure_categories
from piximi_core.project.contents.runs import Run, RunClass, finish_run, register_run, reserve_run
from piximi_core.project.database.schema import categories, kinds
from piximi_core.project.database.store import Store
from piximi_core.services.scoring.items import write_items
from piximi_core.vocabulary import now

__all__ = [
    "ARCHITECTURE",
    "ImportedClassifier",
    "is_imported",
    "register_imported",
    "write_imported",
]

ARCHITECTURE = "Imported"
"""What the settings of such a run name as its architecture."""


class Origin(Record):
    """What a classifier was before it was brought in; see `ModelLook`."""

    sort: str
    name: str
    classes: tuple[str, ...]
    values: str


class ImportedSummary(Record):
    """What the row of the run says of it, as `TrainResult` says of a training."""

    stem: str
    imported: Origin
    accuracy: float | None = None
    val_accuracy: float | None = None
    epochs: int = 0
    best_epoch: int | None = None
    parameters: int
    notes: tuple[Said, ...] = ()


class ImportedClassifier(Result):
    """The row of a run whose folder is written.

    Attributes
    ----------
    classes
        The category that each class is.
    """

    name: str
    settings: dict[str, Any]
    classes: tuple[str, ...]
    summary: ImportedSummary


def is_imported(run: Run) -> bool:
    """Whether a run's classifier comes from elsewhere and was not trained here."""
    return run.settings.get("architecture") == ARCHITECTURE


def write_imported(
    folder: Path, adopted: Any, names: Sequence[str], name: str, *, of_objects: bool, who: str
) -> ImportedClassifier:
    """Write the folder of a run around a classifier; TensorFlow is needed.

    Parameters
    ----------
    folder
        Becomes the run's folder by `register_imported`; made here.
    adopted : AdoptedClassifier
        What `formats.adopting.adopt_classifier` returned.
    names
        The category that each class is.
    name
        What the run is to be called.
    of_objects
        Whether it is for objects; Piximi's own then sees them cut out as Piximi does.
    who
        Who brought it in.

    """
    from piximi_core.classification.networks.architectures import summary
    from piximi_core.formats.tfjs.classifier import write_classifier

    metadata = adopted.metadata.model_copy(update={"classes": tuple(names)})
    description, _ = write_classifier(adopted.model, metadata, folder, name)
    layers = [asdict(row) for row in summary(adopted.model)]
    write_json(folder / "summary.json", layers)
    write_items(folder / "data.csv", [])
    look = adopted.look
    settings = _settings(metadata, name)
    if of_objects and look.sort is ModelSort.PIXIMI:
        settings["object_crop"] = "Piximi"
    origin = Origin(
        sort=look.sort.value,
        name=look.name,
        classes=tuple(look.classes),
        values=look.values.value,
    )
    _write_facts(folder, settings, origin, who)
    return ImportedClassifier(
        name=name,
        settings=settings,
        classes=tuple(names),
        summary=ImportedSummary(
            stem=description.stem,
            imported=origin,
            parameters=sum(layer["parameters"] for layer in layers),
            notes=tuple(adopted.notes),
        ),
    )


def _write_facts(folder: Path, settings: dict[str, Any], origin: Origin, who: str) -> None:
    facts = {
        "settings": settings,
        "imported": origin.model_dump(mode="json"),
        "versions": {"piximi-dashboard": __version__},
    }
    write_json(folder / "settings.json", facts)
    # Without a service: this folder never was a job, but shows where the run stands.
    write_json(folder / "request.json", {"who": who, "settings": settings})
    Job(folder).finish({"imported": origin.model_dump(mode="json")}, JobState.DONE)


def _settings(metadata: Any, name: str) -> dict[str, Any]:
    """Return what a training of it would be set to; what this program lacks takes its default."""
    known = metadata.optimizer
    shape = metadata.preprocess.input_shape
    settings: dict[str, Any] = ModelSettings().model_dump(mode="json")
    settings |= {
        "name": name,
        "architecture": ARCHITECTURE,
        "input_shape": [shape.height, shape.width, shape.channels],
        "shuffle": metadata.preprocess.shuffle,
    }
    if known.optimization_algorithm.value in OPTIMIZERS:
        settings["optimizer"] = known.optimization_algorithm.value
    if known.loss_function.value in LOSSES:
        settings["loss"] = known.loss_function.value
    if 0 < known.learning_rate <= 1000:
        settings["learning_rate"] = known.learning_rate
    settings["epochs"] = min(max(known.epochs, 1), 100_000)
    settings["batch_size"] = min(known.batch_size, 65_536)
    return settings


def register_imported(
    db: Connection, store: Store, made: ImportedClassifier, folder: Path, run_id: str, kind_id: str
) -> Run:
    """Take a folder into the project as a run, inside an open step; categories are created.

    Parameters
    ----------
    made
        What `write_imported` returned.
    folder
        Moved to its place among the runs; may be there already, after a crash.

    Raises
    ------
    BadInput
        The kind is gone, or the folder is.
    """
    if db.execute(select(kinds.c.id).where(kinds.c.id == kind_id)).first() is None:
        raise BadInput("The kind that this classifier is for is gone meanwhile; bring it again.")
    ids = ensure_categories(db, kind_id, list(made.classes))
    colors = {row.id: row.color for row in db.execute(select(categories.c.id, categories.c.color))}
    classes = tuple(RunClass(ids[n], clean_name(n), colors[ids[n]]) for n in made.classes)
    _, number, name = reserve_run(db, kind_id, made.name, ARCHITECTURE)
    run = Run(
        id=run_id,
        kind_id=kind_id,
        number=number,
        name=name,
        settings={**made.settings, "name": name},
        classes=classes,
        counts={},
        created_at=now(),
        finished_at=None,
        summary=None,
    )
    _move(folder, store.files.run(run_id))
    register_run(db, run)
    finish_run(db, run_id, made.summary.model_dump(mode="json"))
    return run


def _move(folder: Path, target: Path) -> None:
    if folder.is_dir():
        # Half of an earlier attempt, which a crash ended before its row was written.
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.replace(target)
        flush_folder(target.parent)
    elif not target.is_dir():
        raise BadInput("The files of this classifier are gone; bring it in again.")
