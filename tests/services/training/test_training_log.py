"""What a training tells, also when it was interrupted and goes on."""

from __future__ import annotations

from pathlib import Path

from piximi_core.classification.training.progress import EpochRow, Progress
from piximi_core.jobs.folder import Job
from piximi_core.services.training.training_log import TrainingLog, read_history


def row(epoch: int, loss: float) -> EpochRow:
    return EpochRow(epoch, loss, 0.5, None, None, 1.0, 32)


def done(epoch: int, loss: float) -> Progress:
    return Progress(epoch=epoch, epochs=4, fraction=1.0, row=row(epoch, loss))


def test_a_resumed_run_keeps_its_earlier_epochs_and_repeats_none(tmp_path: Path) -> None:
    job = Job.create(tmp_path / "runs" / "one", "train", {})
    first = TrainingLog(job, "CPU")
    for epoch in (1, 2, 3):
        first(done(epoch, 1 / epoch))
    # Epoch 3 was not in the last checkpoint, so it is done again.
    second = TrainingLog(job, "CPU")
    second(done(3, 0.25))
    assert [(r.epoch, r.loss) for r in read_history(job.folder / "history.csv")] == [
        (1, 1.0),
        (2, 0.5),
        (3, 0.25),
    ]


def test_batch_losses_and_notes_outlive_an_interruption_and_the_end(tmp_path: Path) -> None:
    job = Job.create(tmp_path / "runs" / "one", "train", {})
    job.report(4, 4, "", curve=[[0.5, 2.0], [1.5, 1.0]], notes=["halved"])
    log = TrainingLog(job, "CPU")
    log(Progress(epoch=2, epochs=4, fraction=0.25, batch_loss=0.9, note="halved"))
    log.storing(4)
    progress = job.progress()
    assert progress["curve"] == [[0.5, 2.0], [1.25, 0.9]], "points of the repeated part are gone"
    assert progress["notes"] == ["halved"]
    assert log.notes == ("halved",)
