"""Jobs in words: what one is called, what it is doing, what came of it."""

from __future__ import annotations

from typing import Any

from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job, JobState
from piximi_core.messages import Message
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.kinds import of_kind
from piximi_ui.texts import _, percent, plural, told

__all__ = ["doing", "outcome", "title"]


def title(job: Job) -> str:
    """Return what the job is called."""
    request = job.request()
    names = {
        "add": _("Adding images"),
        "train": _("Training"),
        "predict": _("Predicting"),
        "export": _("Exporting"),
        "duplicate": _("Copying the project"),
        "archive": _("Archiving the project"),
        "open_archive": _("Opening an archive"),
        "open_piximi": _("Opening a Piximi project"),
        "save_piximi": _("Saving for Piximi"),
        "import-model": _("Bringing in a classifier"),
        "read-annotations": _("Reading annotations"),
        "add-annotations": _("Importing annotations"),
        "export-annotations": _("Exporting annotations"),
    }
    if request.get("purpose") == "evaluate":
        return _("Evaluating")
    return names.get(str(request.get("service")), _("Working"))


def doing(job: Job, state: JobState) -> str:
    """Return what the job is doing at this moment."""
    if state is JobState.QUEUED:
        before = engine.waits_for(job)
        return _("Waits for: {job}").format(job=title(before)) if before else _("Starting…")
    text = str(job.progress().get("text") or "")
    return told(text)[:80] or _("Starting…")


def outcome(job: Job) -> str:
    """Return what came of a job, in one line."""
    result, state = job.result(), job.state()
    if state is JobState.FAILED:
        return told(str(result.get("error")))
    if state is JobState.STOPPED:
        return _("{job}: stopped.").format(job=title(job))
    service = job.request().get("service")
    kind_id = str(job.request().get("kind_id", IMAGE_KIND))
    if service == "add":
        return _added(result)
    if service == "train":
        return _trained(result, kind_id)
    if service == "predict":
        return _predicted(result, kind_id)
    if service == "import-model":
        return _("Brought in the classifier {name}.").format(name=str(result["name"])[:60])
    if service == "add-annotations":
        return plural("Imported {n} object.", "Imported {n} objects.", int(result["added"]))
    return _("{job}: done.").format(job=title(job))


def _predicted(result: dict[str, Any], kind_id: str) -> str:
    count = int(result["total"])
    text = of_kind(
        kind_id, Message.plural("Predicted {n} {thing}.", "Predicted {n} {things}.", n=count)
    )
    failed = result.get("failed") or []
    if not failed:
        return text
    # Which they are, and why, stands on the page of predictions.
    return f"{text} {plural('{n} could not be read.', '{n} could not be read.', len(failed))}"


def _added(result: dict[str, object]) -> str:
    added = int(str(result["added"]))
    parts = [
        plural("Added {n} image", "Added {n} images", added) if added else _("Nothing was added")
    ]
    duplicates, conflicts, failed, hidden = (
        len(listed) if isinstance(listed := result.get(key), list) else 0
        for key in ("duplicates", "conflicts", "failed", "hidden")
    )
    if duplicates:
        parts.append(plural("{n} was there already", "{n} were there already", duplicates))
    if result.get("labels_came"):
        given = int(str(result["labels_given"]))
        parts.append(plural("{n} label given", "{n} labels given", given))
    if conflicts:
        parts.append(plural("{n} conflict", "{n} conflicts", conflicts))
    if failed:
        parts.append(plural("{n} failed", "{n} failed", failed))
    if hidden:
        parts.append(plural("{n} hidden file left out", "{n} hidden files left out", hidden))
    if isinstance(equal := result.get("equal"), list) and equal:
        parts.append(plural("{n} of equal pixels", "{n} of equal pixels", len(equal)))
    return ", ".join(parts) + "."


def _trained(result: dict[str, object], kind_id: str) -> str:
    checked = result.get("val_accuracy")
    if isinstance(checked, float):
        text = of_kind(
            kind_id, Message("Training done: right on {share} of the validation {things}.")
        )
        return text.format(share=percent(checked))
    return _("Training done.")
