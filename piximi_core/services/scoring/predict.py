"""The services "predict" and "evaluate": a run's probabilities for things not scored yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from piximi_core.classification.runtime import import_quietly
from piximi_core.errors import BadInput, PiximiError
from piximi_core.jobs.applying import done_jobs
from piximi_core.jobs.folder import Job, write_json
from piximi_core.jobs.service import Change, Request, Result, Said, Service
from piximi_core.messages import Message
from piximi_core.project.contents.labelling import counted, thing_word, things_word
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.runs import Run, RunClass, require_classifier
from piximi_core.project.contents.things import among, get_things
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store, current_user
from piximi_core.project.files import ProjectFiles
from piximi_core.project.workspace import float_range
from piximi_core.services.scoring.items import Item, item_of, read_items, write_items
from piximi_core.services.scoring.pixels import readable_batches
from piximi_core.services.scoring.scores import Scores, load_scores, merge_scores, save_scores
from piximi_core.vocabulary import IMAGE_KIND, new_id

__all__ = [
    "EVALUATE",
    "PREDICT",
    "PredictRequest",
    "PredictResult",
    "ask",
    "classifier_files",
    "has_predicted",
    "load_classifier",
    "run",
]

Purpose = Literal["predict", "evaluate"]


class PredictRequest(Request):
    """What a run is to score; the things are in ``data.csv``."""

    classes: tuple[RunClass, ...]
    input_shape: tuple[int, int, int]
    float_range: tuple[float, float] | None = None
    kind_id: str = IMAGE_KIND


class PredictResult(Result):
    """What came of it.

    Attributes
    ----------
    scored, total
        How many were scored now, and how many answers there are.
    failed
        What could not be read: name and reason.
    """

    scored: int = 0
    total: int
    failed: tuple[tuple[str, Said], ...] = ()


def ask(
    store: Store,
    run: Run,
    ids: Sequence[str],
    *,
    purpose: Purpose = "predict",
    who: str | None = None,
) -> Job:
    """Write the request to score things.

    Parameters
    ----------
    ids
        The things, in the order the answers are wanted.
    purpose
        "predict" puts the answers beside the labels; "evaluate" only keeps them with the run.

    Raises
    ------
    BadInput
        The run has no classifier, or there is nothing to predict.
    """
    require_classifier(run)
    if not ids:
        raise BadInput(
            "There is no {thing} to predict; choose others, or add {things} first.",
            thing=thing_word(run.kind_id),
            things=things_word(run.kind_id),
        )
    place = {thing_id: number for number, thing_id in enumerate(ids)}
    found = get_things(store, ids, run.kind_id)
    found.sort(key=lambda thing: place[thing.id])
    folder = store.files.jobs / new_id()
    write_items(
        folder / "data.csv",
        (
            item_of(thing, "labelled" if thing.is_labelled else "", settings=run.settings)
            for thing in found
        ),
    )
    request = PredictRequest(
        run_id=run.id,
        classes=run.classes,
        input_shape=run.settings["input_shape"],
        float_range=float_range(store),
        kind_id=run.kind_id,
        who=who or current_user(),
    )
    return (PREDICT if purpose == "predict" else EVALUATE).ask(folder, request)


def load_classifier(run_folder: Path) -> Any:
    """Return the run's stored classifier (a `formats` Classifier) with its best weights.

    Raises
    ------
    PiximiError
        Its files are missing or damaged.
    """
    files = classifier_files(run_folder)
    return _read(files, tuple(map(_version, files)))


def classifier_files(run_folder: Path) -> tuple[Path, Path]:
    """Return the description and the weights of a run's stored classifier.

    Raises
    ------
    PiximiError
        They are missing.
    """
    for weights in sorted(run_folder.glob("*.weights.bin")):
        return weights.with_name(f"{weights.name.removesuffix('.weights.bin')}.json"), weights
    raise PiximiError(
        "The classifier of the run {run} is missing on the disk; train again.",
        run=run_folder.name[:8],
    )


def has_predicted(store: Store, run_id: str) -> bool:
    """Whether the run was ever let predict, and has: an evaluation alone is no prediction."""
    return any(done_jobs(store, PREDICT, run_id=run_id))


# Building and compiling a network takes as long as predicting hundreds of small images, and workers
# are asked again and again for the same runs: two are kept until their files change.
@lru_cache(maxsize=2)
def _read(files: tuple[Path, ...], _versions: tuple[object, ...]) -> Any:
    from piximi_core.formats.tfjs.classifier_reader import read_classifier

    return read_classifier(list(files))


def _version(path: Path) -> tuple[int, int, int] | None:
    """Return what changes whenever a file is replaced or written; None without a file."""
    if not path.is_file():
        return None
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def run(job: Job, request: PredictRequest) -> PredictResult:
    """Score what the run has not scored before; keep all in the job's folder.

    What cannot be read is left out and told in the result's ``failed``, as (name, reason). An
    evaluation is of a whole partition, so there it is an error.
    """
    items = read_items(job.folder / "data.csv")
    files = ProjectFiles(job.project_folder)
    known = load_scores(files.run(request.run_id))
    rows = known.rows() if known is not None else {}
    missing = [item for item in items if item.key not in rows]
    failed: list[tuple[Item, str]] = []
    fresh = _score(job, request, missing, files, failed) if missing else None
    if failed and (EVALUATE.is_of(job) or len(failed) == len(items)):
        raise BadInput.saying(failed[0][1])
    found = {
        key: probabilities
        for scores in (known, fresh)
        if scores is not None
        for key, probabilities in zip(scores.keys, scores.probabilities, strict=True)
    }
    wanted = [item.key for item in items if item.key in found]
    save_scores(job.folder, Scores(wanted, np.stack([found[key] for key in wanted])))
    return PredictResult(
        scored=len(missing) - len(failed),
        total=len(wanted),
        failed=tuple((item.name, reason) for item, reason in failed),
    )


def _score(
    job: Job,
    request: PredictRequest,
    items: Sequence[Item],
    files: ProjectFiles,
    failed: list[tuple[Item, str]],
) -> Scores:
    job.report(0, len(items), Message("Starting TensorFlow"))
    import_quietly()
    from piximi_core.classification.prediction import predict

    model = load_classifier(files.run(request.run_id)).model
    answers: list[NDArray[np.float32]] = []
    read: list[Item] = []
    done = 0
    for batch in readable_batches(
        items,
        files,
        request.input_shape,
        float_range=request.float_range,
        check=job.raise_if_stopped,
    ):
        failed += batch.failed
        if batch.items:
            answers.append(predict(model, batch.pixels))
            read += batch.items
        done += len(batch.items) + len(batch.failed)
        job.report(
            done,
            len(items),
            Message("Predicting: {done:,} of {count:,}", done=done, count=len(items)),
        )
    nothing = np.zeros((0, len(request.classes)), np.float32)
    return Scores.of(read, np.concatenate([nothing, *answers]))


def _step_name(_job: Job, request: PredictRequest, result: PredictResult) -> str:
    return Message("Predict {things}", things=counted(result.total, request.kind_id))


def _keep_scores(
    store: Store, _db: Connection, job: Job, request: PredictRequest, _result: PredictResult
) -> Scores:
    """Keep the scores with the run."""
    scores = load_scores(job.folder)
    if scores is None:
        raise PiximiError("The scores of the job {job} are damaged; predict again.", job=job.id[:8])
    merge_scores(store.files.run(request.run_id), scores)
    return scores


def _bring_in(
    store: Store, db: Connection, job: Job, request: PredictRequest, result: PredictResult
) -> None:
    """Keep the scores, and put predictions beside the labels.

    Things that a person labelled meanwhile keep their label and get no prediction.
    """
    scores = _keep_scores(store, db, job, request, result)
    kept = _store(job, request, scores, db)
    write_json(job.folder / "applied.json", {"kept": kept, "skipped": result.total - kept})


def _store(job: Job, request: PredictRequest, scores: Scores, db: Connection) -> int:
    scored = set(scores.keys)
    items = [item for item in read_items(job.folder / "data.csv") if item.key in scored]
    labelled_now = set(
        db.execute(
            select(schema.things.c.id).where(
                among(schema.things.c.id, [item.id for item in items]),
                schema.things.c.category_id.not_like("0%"),
            )
        ).scalars()
    )
    found = []
    for item, row in zip(items, scores.probabilities, strict=True):
        if item.partition != "labelled" and item.id in labelled_now:
            continue
        best = int(np.argmax(row))
        found.append(
            PredictedThing(
                item.id,
                request.classes[best].id,
                request.classes[best].name,
                float(row[best]),
                [float(p) for p in row],
            )
        )
    return store_predictions(db, request.run_id, found)


PREDICT = Service(
    name="predict",
    title=Message("Predicting"),
    asks=PredictRequest,
    finds=PredictResult,
    run=run,
    page="predict",
    change=Change(_bring_in, _step_name),
)
EVALUATE = Service(
    name="evaluate",
    title=Message("Evaluating"),
    asks=PredictRequest,
    finds=PredictResult,
    run=run,
    page="evaluate",
    change=Change(_keep_scores),
    shown="while active",
)
