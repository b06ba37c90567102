"""What an import that could not tell something from its files waits to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from piximi_core.jobs.folder import Job, JobState

__all__ = ["OpenQuestion", "open_question"]


@dataclass(frozen=True)
class OpenQuestion:
    """What an import could not tell from a file.

    Attributes
    ----------
    about
        How many channels its frames have, or which time point is meant.
    count
        How many frames, or time points, there are.
    """

    about: Literal["channels", "time"]
    count: int


def open_question(job: Job) -> OpenQuestion | None:
    """Return what an import waits to be told before it can be asked for again, None if nothing."""
    progress = job.progress()
    about = progress.get("question")
    if job.state() is not JobState.FAILED or about not in ("channels", "time"):
        return None
    return OpenQuestion(about, int(progress["count"]))
