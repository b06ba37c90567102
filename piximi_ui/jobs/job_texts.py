"""Jobs in words: what one is called, what it is doing, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.service import service_of
from piximi_core.messages import Message
from piximi_core.services.annotations.add_annotations import ADD_ANNOTATIONS, AnnotationsAdded
from piximi_core.services.annotations.propose_objects import PROPOSE_OBJECTS, ObjectsProposed
from piximi_core.services.classifiers.import_model import IMPORT_MODEL
from piximi_core.services.classifiers.imported_run import ImportedClassifier
from piximi_core.services.importing.add_images import ADD
from piximi_core.services.importing.add_request import Added
from piximi_core.services.scoring.predict import PREDICT, PredictRequest, PredictResult
from piximi_core.services.training.train import TRAIN
from piximi_core.services.training.training_work import TrainRequest, TrainResult
from piximi_ui.base.kinds import of_kind
from piximi_ui.language.texts import _, percent, plural, told

__all__ = ["doing", "outcome", "title"]


def title(job: Job) -> str:
    """Return what the job is called."""
    try:
        return told(service_of(job).title)
    except PiximiError:
        return _("Working")  # at something that this program does not know


def doing(job: Job, state: JobState) -> str:
    """Return what the job is doing at this moment."""
    if state is JobState.QUEUED:
        before = engine.waits_for(job)
        return _("Waits for: {job}").format(job=title(before)) if before else _("Starting…")
    text = str(job.progress().get("text") or "")
    return told(text)[:80] or _("Starting…")


def outcome(job: Job) -> str:
    """Return what came of a job, in one line."""
    if job.error is not None:
        return told(job.error)
    if job.state() is JobState.STOPPED:
        return _("{job}: stopped.").format(job=title(job))
    try:
        service = service_of(job)
        say = _SAID.get(service.name)
        if say is not None:
            return say(service.request(job), service.result(job))
    except PiximiError as error:
        return told(str(error))
    return _("{job}: done.").format(job=title(job))


def _brought_in(_request: Any, made: ImportedClassifier) -> str:
    return _("Brought in the classifier {name}.").format(name=made.name[:60])


def _imported(_request: Any, result: AnnotationsAdded) -> str:
    return plural("Imported {n} object.", "Imported {n} objects.", result.added)


def _proposed(_request: Any, result: ObjectsProposed) -> str:
    found = plural("{n} object", "{n} objects", result.found)
    looked = plural("{n} image", "{n} images", result.images)
    text = _(
        "Found {objects} on {images}; what is not drawn already waits for your answer."
    ).format(objects=found, images=looked)
    if not result.failed:
        return text
    return (
        f"{text} {plural('{n} could not be read.', '{n} could not be read.', len(result.failed))}"
    )


def _predicted(request: PredictRequest, result: PredictResult) -> str:
    count, kind_id = result.total, request.kind_id
    text = of_kind(
        kind_id, Message.plural("Predicted {n} {thing}.", "Predicted {n} {things}.", n=count)
    )
    if not result.failed:
        return text
    # Which they are, and why, stands on the page of predictions.
    return (
        f"{text} {plural('{n} could not be read.', '{n} could not be read.', len(result.failed))}"
    )


def _added(_request: Any, result: Added) -> str:
    added = result.added
    parts = [
        plural("Added {n} image", "Added {n} images", added) if added else _("Nothing was added")
    ]
    if duplicates := len(result.duplicates):
        parts.append(plural("{n} was there already", "{n} were there already", duplicates))
    if result.labels_came:
        parts.append(plural("{n} label given", "{n} labels given", result.labels_given))
    if conflicts := len(result.conflicts):
        parts.append(plural("{n} conflict", "{n} conflicts", conflicts))
    if failed := len(result.failed):
        parts.append(plural("{n} failed", "{n} failed", failed))
    if hidden := len(result.hidden):
        parts.append(plural("{n} hidden file left out", "{n} hidden files left out", hidden))
    if equal := len(result.equal):
        parts.append(plural("{n} of equal pixels", "{n} of equal pixels", equal))
    return ", ".join(parts) + "."


def _trained(request: TrainRequest, result: TrainResult) -> str:
    checked = result.val_accuracy
    if checked is not None:
        text = of_kind(
            request.kind_id,
            Message("Training done: right on {share} of the validation {things}."),
        )
        return text.format(share=percent(checked))
    return _("Training done.")


_SAID: dict[str, Callable[[Any, Any], str]] = {
    ADD.name: _added,
    TRAIN.name: _trained,
    PREDICT.name: _predicted,
    IMPORT_MODEL.name: _brought_in,
    ADD_ANNOTATIONS.name: _imported,
    PROPOSE_OBJECTS.name: _proposed,
}
