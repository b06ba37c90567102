"""What a training tells while it runs: progress, curves, ``history.csv`` and ``train.log``."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from piximi_core.classification.progress import EpochRow, Progress
from piximi_core.jobs.folder import Job
from piximi_core.project.files import replace_atomically
from piximi_core.project.ids import now

__all__ = ["TrainingLog", "read_history", "write_history"]

_CURVE_POINTS = 400


class TrainingLog:
    """Turns the training's reports into the job's progress, its history and its log.

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
        self._rows: list[EpochRow] = []
        self._curve: list[tuple[float, float]] = []
        self._notes: list[str] = []

    def __call__(self, progress: Progress) -> None:
        """Take one report."""
        if progress.row is not None:
            self._rows.append(progress.row)
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
            f"Epoch {progress.epoch} of {progress.epochs}",
            phase="train",
            running_loss=progress.running_loss,
            images_per_second=progress.images_per_second,
            seconds_left=progress.seconds_left,
            device=self._device,
            curve=self._curve,
            notes=self._notes,
        )

    def _add_to_curve(self, at: float, loss: float) -> None:
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
    """Read what `write_history` wrote; empty before the first epoch is done."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
    except FileNotFoundError:
        return []
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
        for line in lines
    ]
