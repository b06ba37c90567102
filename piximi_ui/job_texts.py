"""Jobs in words: what one is called, what it is doing, what came of it."""

from __future__ import annotations

from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job, JobState
from piximi_ui.texts import _, plural

__all__ = ["doing", "outcome", "title"]


def title(job: Job) -> str:
    """Return what the job is called."""
    request = job.request()
    names = {
        "add": _("Adding images"),
        "train": _("Training"),
        "predict": _("Predicting"),
        "export": _("Exporting"),
    }
    if request.get("purpose") == "evaluate":
        return _("Evaluating")
    return names.get(str(request.get("service")), _("Working"))


def doing(job: Job, state: JobState) -> str:
    """Return what the job is doing at this moment."""
    if state is JobState.QUEUED:
        before = engine.waits_for(job)
        return _("Waits for: {job}").format(job=title(before)) if before else _("Starting…")
    text = str(job.progress().get("text") or _("Starting…"))
    return text[:80]


def outcome(job: Job) -> str:
    """Return what came of a job, in one line."""
    result, state = job.result(), job.state()
    if state is JobState.FAILED:
        return str(result.get("error"))
    if state is JobState.STOPPED:
        return _("{job}: stopped.").format(job=title(job))
    service = job.request().get("service")
    if service == "add":
        return _added(result)
    if service == "train":
        return _trained(result)
    if service == "predict":
        return plural("Predicted {n} image.", "Predicted {n} images.", int(result["total"]))
    return _("{job}: done.").format(job=title(job))


def _added(result: dict[str, object]) -> str:
    parts = [plural("Added {n} image", "Added {n} images", int(str(result["added"])))]
    for key, one, many in (
        ("duplicates", "{n} duplicate", "{n} duplicates"),
        ("conflicts", "{n} conflict", "{n} conflicts"),
        ("failed", "{n} failed", "{n} failed"),
    ):
        listed = result[key]
        if isinstance(listed, list) and listed:
            parts.append(plural(one, many, len(listed)))
    return ", ".join(parts) + "."


def _trained(result: dict[str, object]) -> str:
    checked = result.get("val_accuracy")
    if isinstance(checked, float):
        return _("Training done: right on {share:.0%} of unseen images.").format(share=checked)
    return _("Training done.")
