"""The classifiers of a Piximi project as runs, and what Piximi predicted as their predictions."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from piximi_core.classification.runtime import import_quietly
from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.piximi_project import IMAGE, PiximiModel, PiximiProject, Repairs
from piximi_core.formats.tfjs.bundle import MAX_WEIGHTS_BYTES
from piximi_core.formats.tfjs.model_look import look_at_model
from piximi_core.jobs.folder import Job, write_json
from piximi_core.messages import Message
from piximi_core.project.contents.categories import MAX_NAME, clean_name, list_categories
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.database.schema import images, project
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.imported_run import register_imported, write_imported
from piximi_core.services.scoring import predict
from piximi_core.services.scoring.scores import load_scores, merge_scores
from piximi_core.vocabulary import UNKNOWN_NAME, new_id

__all__ = ["PIXIMI_FACTS", "WITHOUT_RUN", "bring_in_models", "keep_predictions"]

PIXIMI_FACTS = "piximi.json"
"""What Piximi keeps of a classifier and we do not, in the folder of its run."""

WITHOUT_RUN = "piximi"
"""What stands for the run of predictions whose classifier is not in the file."""


_LONGEST_NAME = 200


def bring_in_models(job: Job, store: Store, found: PiximiProject, who: str) -> list[Run]:
    """Make every classifier of the file a run; those that cannot be used are left out and noted."""
    runs = []
    for model in found.models:
        if not model.files:
            continue
        job.raise_if_stopped()
        job.report(0.99, 1.0, Message("Reading the classifier {model}", model=model.name[:60]))
        folder = store.files.jobs / new_id()
        try:
            runs.append(_bring_in(store, model, folder, who, found.repairs))
        except PiximiError as error:
            found.repairs.note(
                Message("A classifier was left out: {error}", error=error), model.name
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return runs


def _bring_in(store: Store, model: PiximiModel, folder: Path, who: str, repairs: Repairs) -> Run:
    paths = _unpacked(model, folder / "given")
    # Refused here without the seconds that TensorFlow takes to load.
    look_at_model(paths)
    import_quietly()
    from piximi_core.formats.tfjs.adopting import adopt_classifier

    channels, depth = _pictures(store)
    adopted = adopt_classifier(paths, channels=channels, bit_depth=depth)
    names = _class_names(store, model, adopted.metadata.classes, repairs)
    out = folder / "out"
    made = write_imported(
        out, adopted, names, model.title or model.name, of_objects=model.kind_id != IMAGE, who=who
    )
    share = min(max(model.settings.training_percent, 0.1), 0.99)
    made = made.model_copy(update={"settings": {**made.settings, "training_percentage": share}})
    write_json(out / PIXIMI_FACTS, {"eval_results": [dict(r) for r in model.eval_results]})
    run_id = new_id()
    with store.write() as db:
        return register_imported(db, store, made, out, run_id, model.kind_id)


def _unpacked(model: PiximiModel, folder: Path) -> list[Path]:
    """Write the description and the weights as files of their own names."""
    folder.mkdir(parents=True)
    paths = []
    for file, ending in zip(model.files, ("json", "weights.bin"), strict=True):
        if file.size > MAX_WEIGHTS_BYTES:
            raise BadInput(
                "its {ending} has {size:,} bytes, too many for a classifier.",
                ending=ending,
                size=file.size,
            )
        # The description looks for its weights by their name.
        usable = file.basename.endswith(ending) and len(file.basename.encode()) < _LONGEST_NAME
        paths.append(folder / (file.basename if usable else f"model.{ending}"))
        try:
            content = file.read()
        except Exception as error:  # zipfile raises anything on damaged bytes
            raise BadInput(
                "its {ending} is damaged ({error}).", ending=ending, error=error
            ) from error
        paths[-1].write_bytes(content)
    return paths


def _pictures(store: Store) -> tuple[int | None, int]:
    """Return how many channels the images have, and how deep they are."""
    with store.read() as db:
        channels = db.execute(select(project.c.channels)).scalar_one()
        depth = db.execute(select(images.c.bit_depth).limit(1)).scalar_one_or_none()
    return channels, depth or 8


def _class_names(
    store: Store, model: PiximiModel, classes: Sequence[str], repairs: Repairs
) -> list[str]:
    """Return the category of each class: as the file maps it, else of the class's own name.

    No two classes are one category, and none is Unknown, which means "not labelled yet".
    """
    unknown, *known = list_categories(store, model.kind_id)
    by_id = {category.id: category.name for category in known}
    mapped: dict[int, str] = {}
    for number in range(len(classes)):
        name = by_id.get(model.class_map.get(number, ""))
        if name is not None and name not in mapped.values():
            mapped[number] = name
    taken = {unknown.name, UNKNOWN_NAME, *mapped.values()}
    for number, name in enumerate(classes):
        if number in mapped:
            continue
        wanted = clean_name(name.strip() or str(number))
        mapped[number] = _unused(wanted, taken, by_id.values())
        taken.add(mapped[number])
        if number in model.class_map or mapped[number] != wanted:
            repairs.note(
                Message(
                    "Classes that would share a category, or be Unknown, got one of their own."
                ),
                name,
            )
    return [mapped[number] for number in range(len(classes))]


def _unused(wanted: str, taken: Collection[str], known: Collection[str]) -> str:
    """Return the name, or with a number where another class has it; then no known category's."""
    name, number = wanted, 1
    while name in taken or (number > 1 and name in known):
        number += 1
        name = f"{wanted[: MAX_NAME - 10]} {number}"
    return name


def keep_predictions(
    job: Job,
    store: Store,
    found: PiximiProject,
    predicted: Mapping[str, Mapping[str, str]],
    runs: Sequence[Run],
) -> int:
    """Put what Piximi predicted beside the labels, with what our classifier makes of it.

    Piximi keeps the category alone. The confidence comes from its classifier, run here; where that
    is not in the file there is none, and 0 stands for it.

    Parameters
    ----------
    predicted
        By kind, the category that each thing was predicted to be.

    Returns
    -------
    int
        How many predictions there are.
    """
    kept = 0
    for kind_id, answers in predicted.items():
        if not answers:
            continue
        wanted = set(answers.values())
        # Of several the last one: Piximi predicts with the newest by itself.
        fitting = [
            run
            for run in runs
            if run.kind_id == kind_id and wanted <= {known.id for known in run.classes}
        ]
        run = fitting[-1] if fitting else None
        rows = _scored(job, store, found, run, answers) if run else {}
        if not rows:
            found.repairs.note(
                Message("Predictions whose classifier is not in the file have no confidence."),
            )
        names = {category.id: category.name for category in list_categories(store, kind_id)}
        with store.write() as db:
            kept += store_predictions(
                db,
                run.id if run else WITHOUT_RUN,
                [
                    _prediction(thing_id, category_id, names[category_id], run, rows.get(thing_id))
                    for thing_id, category_id in answers.items()
                ],
            )
    return kept


def _prediction(
    thing_id: str,
    category_id: str,
    name: str,
    run: Run | None,
    row: NDArray[np.float32] | None,
) -> PredictedThing:
    if run is None or row is None:
        return PredictedThing(thing_id, category_id, name, 0.0, [])
    number = [known.id for known in run.classes].index(category_id)
    return PredictedThing(thing_id, category_id, name, float(row[number]), [float(p) for p in row])


def _scored(
    job: Job, store: Store, found: PiximiProject, run: Run, answers: Mapping[str, str]
) -> dict[str, NDArray[np.float32]]:
    """Return the probabilities of each thing by the run, and say where they tell otherwise."""
    job.report(0.99, 1.0, Message("Predicting with {run}", run=run.name[:60]))
    inner = predict.ask(store, find_run(store, run.id), list(answers))
    try:
        predict.run(inner, predict.PREDICT.request(inner))
        scores = load_scores(inner.folder)
    except PiximiError as error:
        found.repairs.note(
            Message("The confidence of predictions is not known: {error}", error=error), run.name
        )
        return {}
    finally:
        shutil.rmtree(inner.folder, ignore_errors=True)
    if scores is None:
        return {}
    merge_scores(store.files.run(run.id), scores)
    ids = [known.id for known in run.classes]
    rows = {}
    for key, row in zip(scores.keys, scores.probabilities, strict=True):
        thing_id = key.rpartition(":")[0]
        rows[thing_id] = row
        if ids[int(np.argmax(row))] != answers[thing_id]:
            found.repairs.note(
                Message("Of some the classifier says something else than Piximi kept; that stays."),
                thing_id,
            )
    return rows
