"""An import that asked a question, asked for again with the answer and the same files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from piximi_core.jobs import add_images
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.sources import SourceFile
from piximi_core.project.ids import new_id
from piximi_core.project.store import Store

__all__ = ["ask_again", "asks_for_channels"]


def asks_for_channels(job: Job) -> int | None:
    """Return the frames of the stack whose channels an import could not tell, None if none."""
    if job.state() is not JobState.FAILED:
        return None
    frames = job.progress().get("frames")
    return int(frames) if frames else None


def ask_again(store: Store, job: Job, channels: int, *, who: str | None = None) -> Job:
    """Ask for the import again with so many channels; its uploaded files move to the new job."""
    request = job.request()
    job_id = new_id()
    before, after = job.folder, store.files.jobs / job_id
    after.mkdir(parents=True)
    options = replace(add_images.AddOptions(**request["options"]), channels=channels)
    for name in ("upload", "labels.csv"):
        if (before / name).exists():
            (before / name).rename(after / name)

    def moved(text: str) -> Path:
        path = Path(text)
        return after / path.relative_to(before) if path.is_relative_to(before) else path

    if options.labels not in (None, "folders"):
        options = replace(options, labels=str(moved(str(options.labels))))
    sources = [SourceFile(moved(s["path"]), s["name"]) for s in request["sources"]]
    return add_images.ask(store, sources, options, job_id=job_id, who=who)
