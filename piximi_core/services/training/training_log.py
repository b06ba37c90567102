"""What a training tells while it runs: progress, curves, ``history.csv`` and ``train.log``."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from piximi_core.classification.training.progress import EpochRow, Progress
from piximi_core.jobs.folder import Job
from piximi_core.messages import Message
from piximi_core.project.files import replace_atomically
from piximi_core.vocabulary import now

__all__ = ["TrainingLog", "carried_over", "read_history", "write_history"]

_CURVE_POINTS = 400


def carried_over(job: Job) -> dict[str, list[Any]]:
    """Return what the progress of a run keeps from before it was interrupted: curve and notes."""
    before = job.progress()
    return {"curve": list(before.get("curve", [])), "notes": list(before.get("notes", []))}


class TrainingLog:
    """Turns the training's reports into the job's progress, its history and its log.

    A resumed run goes on with the history, curve and notes that its folder holds.

    Parameters
    ----------
    job
        The run.
    device
        What it runs on, shown beside the progress.
    """

    def __init__(self, job: Job, device: str) -> None:
        self._job = job
        self._device = device
        before = carried_over(job)
        self._rows = read_history(job.folder / "history.csv")
        self._curve = [(float(at), float(loss)) for at, loss in before["curve"]]
        self._notes = [str(note) for note in before["notes"]]

    @property
    def notes(self) -> tuple[str, ...]:
        """What was unusual so far, also before the run was resumed; each once."""
        return tuple(dict.fromkeys(self._notes))

    def __call__(self, progress: Progress) -> None:
        """Take one report."""
        if progress.row is not None:
            # The epochs between the last checkpoint and a crash are done a second time.
            kept = [row for row in self._rows if row.epoch < progress.row.epoch]
            self._rows = [*kept, progress.row]
            self.write_history(self._rows)
            self._log(json.dumps(progress.row.to_dict()))
        if progress.note is not None:
            self._notes.append(progress.note)
            self._log(progress.note)
        done = progress.epoch - 1 + progress.fraction
        if progress.batch_loss is not None:
            self._add_to_curve(done, progress.batch_loss)
        self._job.report(
            min(done, progress.epochs - 0.001),
            progress.epochs,
            Message("Epoch {epoch} of {epochs}", epoch=progress.epoch, epochs=progress.epochs),
            phase="train",
            running_loss=progress.running_loss,
            images_per_second=progress.images_per_second,
            seconds_left=progress.seconds_left,
            **self._so_far(),
        )

    def storing(self, epochs: int) -> None:
        """Say that the epochs are over and the classifier is written."""
        self._job.report(
            epochs, epochs, Message("Storing the classifier"), phase="store", **self._so_far()
        )

    def _so_far(self) -> dict[str, Any]:
        return {"device": self._device, "curve": self._curve, "notes": list(self.notes)}

    def _add_to_curve(self, at: float, loss: float) -> None:
        self._curve = [point for point in self._curve if point[0] < at]
        self._curve.append((round(at, 4), round(loss, 6)))
        if len(self._curve) > _CURVE_POINTS:
            # Every second point of the older half: recent batches stay fine-grained.
            middle = _CURVE_POINTS // 2
            self._curve = self._curve[:middle:2] + self._curve[middle:]

    def _log(self, line: str) -> None:
        with (self._job.folder / "train.log").open("a", encoding="utf-8") as log:
            log.write(f"{now()} {line}\n")

    def write_history(self, rows: Sequence[EpochRow]) -> None:
        """Write the epochs so far as ``history.csv``."""
        write_history(self._job.folder / "history.csv", rows)


def write_history(path: Path, rows: Sequence[EpochRow]) -> None:
    """Write one line per epoch; figures that do not exist stay empty."""
    with (
        replace_atomically(path, durable=False) as part,
        part.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, list(rows[0].to_dict()) if rows else ["epoch"])
        writer.writeheader()
        writer.writerows(row.to_dict() for row in rows)


def read_history(path: Path) -> list[EpochRow]:
    """Read what `write_history` wrote; empty before the first epoch is done, or if damaged.

    The rows themselves are safe in the checkpoint, from which the file is written again.
    """

    def number(text: str) -> float | None:
        return float(text) if text else None

    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                EpochRow(
                    epoch=int(line["epoch"]),
                    loss=float(line["loss"]),
                    accuracy=float(line["accuracy"]),
                    val_loss=number(line["val_loss"]),
                    val_accuracy=number(line["val_accuracy"]),
                    seconds=float(line["seconds"]),
                    batch_size=int(line["batch_size"]),
                )
                for line in csv.DictReader(file)
            ]
    except (FileNotFoundError, ValueError, KeyError, TypeError, csv.Error):
        return []
