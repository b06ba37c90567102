"""An import that asked a question, asked for again with the answer and the same files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from piximi_core.jobs.folder import Job
from piximi_core.project.database.store import Store
from piximi_core.services.importing import add_images
from piximi_core.vocabulary import new_id

__all__ = ["ask_again"]


def ask_again(
    store: Store,
    job: Job,
    *,
    channels: int | None = None,
    time: int | Literal["planes"] | None = None,
    who: str | None = None,
) -> Job:
    """Ask for the import again with the answer; its uploaded files move to the new job."""
    request = add_images.ADD.request(job)
    job_id = new_id()
    before, after = job.folder, store.files.jobs / job_id
    after.mkdir(parents=True)
    # An answer that was given before stands.
    options = request.options
    options = replace(
        options, channels=channels or options.channels, time=options.time if time is None else time
    )
    for name in ("upload", "labels.csv"):
        if (before / name).exists():
            (before / name).rename(after / name)

    def moved(path: Path) -> Path:
        return after / path.relative_to(before) if path.is_relative_to(before) else path

    if options.labels not in (None, "folders"):
        options = replace(options, labels=str(moved(Path(str(options.labels)))))
    sources = [replace(source, path=moved(source.path)) for source in request.sources]
    return add_images.ask(store, sources, options, job_id=job_id, who=who)
