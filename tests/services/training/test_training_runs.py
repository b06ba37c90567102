"""Runs: planned, trained, killed, resumed, repeated, scored, exported."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import BadInput, PiximiError, Stopped
from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.jobs.applying import apply_finished, settle_project
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents import labelling
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.runs import find_run, list_runs
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.project.files import hash_file
from piximi_core.services.classifiers import export
from piximi_core.services.evaluation.evaluate_run import evaluate_run, unscored_ids
from piximi_core.services.scoring import predict
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings, plan_training, split_again
from piximi_core.services.training.training_log import read_history
from tests.services.conftest import add, write_classes

pytestmark = pytest.mark.slow

SMALL = ModelSettings(input_shape=(20, 20, 1), epochs=3, batch_size=8, seed=1, name="small")


def weights_of(store: Store, run_id: str) -> str:
    (path,) = store.files.run(run_id).glob("*.weights.bin")
    return hash_file(path)


def test_a_plan_says_what_stands_in_the_way(store: Store, tmp_path: Path) -> None:
    assert "no images" in str(plan_training(store, SMALL).obstacle)
    add(store, write_classes(tmp_path / "a", classes=("one",), count=3))
    assert "No image has a label" in str(plan_training(store, SMALL).obstacle)
    one = create_category(store, "one")
    ids = find_ids(store, ThingFilter())
    labelling.label_things(store, ids[:2], one.id)
    assert "at least one more category" in str(plan_training(store, SMALL).obstacle)
    with pytest.raises(BadInput, match="one more category"):
        train.ask(store, SMALL)
    other = create_category(store, "other")
    create_category(store, "empty")
    labelling.label_things(store, ids[2:], other.id)
    plan = plan_training(store, SMALL)
    assert plan.obstacle is None
    assert plan.left_out == ("empty",)
    assert (plan.count("Training"), plan.count("Validation")) == (2, 1)
    wrong = SMALL.model_copy(update={"input_shape": (20, 20, 3)})
    assert "channels" in str(plan_training(store, wrong).obstacle)
    assert default_settings(store).input_shape == (24, 24, 1)


def test_new_labels_are_dealt_without_moving_old_ones(labelled: Store, tmp_path: Path) -> None:
    run_here(labelled, train.ask(labelled, SMALL))
    dealt = {t.id: t.partition for t in get_things(labelled, find_ids(labelled, ThingFilter()))}
    more = write_classes(tmp_path / "more", count=3, seed=8)
    assert add(labelled, more, labels="folders").added == 6
    plan = plan_training(labelled, SMALL)
    assert {thing: plan.parts[thing] for thing in dealt} == dealt
    assert split_again(labelled) == 24


def test_one_image_per_category_trains(store: Store, tmp_path: Path) -> None:
    add(store, write_classes(tmp_path / "in", count=1), labels="folders")
    result = run_here(store, train.ask(store, SMALL))
    assert result.val_accuracy is None
    assert result.accuracy in (0.5, 1.0)


def test_a_run_keeps_everything_that_repeats_it(labelled: Store, tmp_path: Path) -> None:
    job = train.ask(labelled, SMALL, who="Ada")
    result = run_here(labelled, job)
    run = find_run(labelled, "latest")
    folder = labelled.files.run(run.id)
    assert (run.id, run.name, run.counts) == (job.id, "small", {"Training": 18, "Validation": 6})
    kept = json.loads((folder / "settings.json").read_text())
    assert kept["settings"]["seed"] == 1
    assert len(kept["split"]["Training"]) == 18
    assert kept["versions"]["tensorflow"].startswith("2.19")
    assert len(read_history(folder / "history.csv")) == 3
    assert result.parameters == sum(
        row["parameters"] for row in json.loads((folder / "summary.json").read_text())
    )
    # The next run overwrites nothing, and a category renamed since keeps its old name here.
    before = weights_of(labelled, run.id)
    run_here(labelled, train.ask(labelled, SMALL))
    assert [r.name for r in list_runs(labelled)] == ["small 2", "small"]
    assert weights_of(labelled, run.id) == before
    # Same data, settings and seed in a fresh project: the same weights, bit for bit.
    fresh = create_store(tmp_path / "fresh", "Another name")
    add(fresh, write_classes(tmp_path / "again"), labels="folders")
    run_here(fresh, train.ask(fresh, SMALL))
    assert weights_of(fresh, find_run(fresh, "latest").id) == before


KILLED = """
import os, sys
from pathlib import Path
from piximi_core.jobs.folder import Job
from piximi_core.jobs.running import run_job
from piximi_core.services.training import training_log

original = training_log.TrainingLog.write_history

def killed_after_two_epochs(self, rows):
    original(self, rows)
    if len(rows) == 2:
        os.kill(os.getpid(), 9)

training_log.TrainingLog.write_history = killed_after_two_epochs
run_job(Path(sys.argv[1]))
"""


def test_killed_and_resumed_equals_uninterrupted(labelled: Store) -> None:
    longer = SMALL.model_copy(update={"epochs": 5})
    whole = train.ask(labelled, longer)
    run_here(labelled, whole)
    job = train.ask(labelled, longer.model_copy(update={"name": "killed"}))
    done = subprocess.run([sys.executable, "-c", KILLED, str(job.folder)], capture_output=True)
    assert done.returncode == -signal.SIGKILL
    assert job.state() is JobState.INTERRUPTED
    settle_project(labelled)
    run = find_run(labelled, job.id)
    assert not run.has_classifier
    run_here(labelled, train.ask_to_resume(labelled, run))
    assert weights_of(labelled, job.id) == weights_of(labelled, whole.id)
    with pytest.raises(PiximiError, match="all its epochs"):
        train.ask_to_resume(labelled, find_run(labelled, job.id))


def test_a_stopped_run_keeps_its_best_weights_and_resumes(labelled: Store) -> None:
    job = train.ask(labelled, SMALL.model_copy(update={"epochs": 2000}))
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, pathlib\n"
            "from piximi_core.jobs.running import run_job\n"
            "run_job(pathlib.Path(sys.argv[1]))\n",
            str(job.folder),
        ]
    )
    history = job.folder / "history.csv"
    while worker.poll() is None and len(read_history(history)) < 2:
        pass
    assert job.state() is JobState.RUNNING
    job.ask_to_stop()
    assert worker.wait() == 0
    (applied,) = [found for found in apply_finished(labelled) if found.id == job.id]
    assert applied.result()["stopped"] is True
    epochs = applied.result()["epochs"]
    assert 2 <= epochs < 2000
    assert find_run(labelled, "latest").id == job.id
    again = train.ask_to_resume(labelled, find_run(labelled, job.id))
    assert again.state() is JobState.QUEUED
    (job.folder / "stop").touch()
    with pytest.raises(Stopped):
        run_here(labelled, again)
    # Stopped again before it began: the classifier of before is still there.
    kept = find_run(labelled, "latest").summary
    assert kept is not None
    assert kept["epochs"] == epochs


def test_scores_evaluation_prediction_and_export_agree(labelled: Store, tmp_path: Path) -> None:
    run_here(labelled, train.ask(labelled, SMALL.model_copy(update={"epochs": 8})))
    run = find_run(labelled, "latest")
    assert unscored_ids(labelled, run, "Validation") == []
    result = evaluate_run(labelled, run, "Validation")
    expected = confusion_matrix(result.truth, result.predicted, labels=[0, 1])
    assert np.array_equal(result.figures.confusion_matrix, expected)
    assert result.figures.accuracy == accuracy_score(result.truth, result.predicted)
    cells = [result.cell(t, p) for t in range(2) for p in range(2)]
    assert [len(cell) for cell in cells] == expected.ravel().tolist()
    # The truth is the label of this moment.
    other = list_categories(labelled)[1 + (1 - int(result.truth[0]))]
    labelling.label_things(labelled, [result.ids[0]], other.id)
    changed = evaluate_run(labelled, run, "Validation")
    assert changed.truth[list(changed.ids).index(result.ids[0])] == 1 - result.truth[0]

    new = write_classes(tmp_path / "new", classes=("more",), count=3, seed=8)
    add(labelled, new)
    unlabelled = find_ids(labelled, ThingFilter(labelled=False))
    run_here(labelled, predict.ask(labelled, run, unlabelled))
    for thing in get_things(labelled, unlabelled):
        assert thing.prediction is not None
        assert thing.prediction.confidence == max(thing.prediction.probabilities)
        assert sum(thing.prediction.probabilities) == pytest.approx(1, abs=1e-5)

    for export_format in export.FORMATS:
        job = export.ask(labelled, run, export_format, shard_bytes=4000)
        outcome = run_here(labelled, job)
        files = export.delivered(job)
        assert outcome.difference <= 1e-6
        assert outcome.compared == len(find_ids(labelled, ThingFilter()))
        assert check_for_piximi(files[0] if len(files) == 1 else files) == []
    assert len(files) >= 4


def test_things_deleted_or_labelled_meanwhile_are_skipped(labelled: Store, tmp_path: Path) -> None:
    run_here(labelled, train.ask(labelled, SMALL))
    run = find_run(labelled, "latest")
    add(labelled, write_classes(tmp_path / "new", ("more",), count=4, seed=8))
    ids = find_ids(labelled, ThingFilter(labelled=False))
    job = predict.ask(labelled, run, ids)
    labelling.delete_things(labelled, ids[:1])
    labelling.label_things(labelled, ids[1:2], list_categories(labelled)[1].id)
    run_here(labelled, job)
    assert json.loads((job.folder / "applied.json").read_text()) == {"kept": 2, "skipped": 2}
    predicted = find_ids(labelled, ThingFilter(predicted=True))
    assert predicted == ids[2:]


def test_a_damaged_export_delivers_nothing(labelled: Store) -> None:
    run_here(labelled, train.ask(labelled, SMALL))
    run = find_run(labelled, "latest")
    (weights,) = labelled.files.run(run.id).glob("*.weights.bin")
    weights.write_bytes(weights.read_bytes()[:-4])
    job = export.ask(labelled, run, "piximi")
    with pytest.raises(PiximiError):
        run_here(labelled, job)
    assert export.delivered(job) == []


def test_a_worker_killed_before_it_begins(labelled: Store) -> None:
    script = (
        "import sys, pathlib\n"
        "from piximi_core.project.database.store import open_store\n"
        "from piximi_core.classification.settings import ModelSettings\n"
        "from piximi_core.services.training import train\n"
        "settings = ModelSettings(input_shape=(20, 20, 1), epochs=1)\n"
        "print(train.ask(open_store(pathlib.Path(sys.argv[1])), settings).id)\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", script, str(labelled.folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    job = Job(labelled.files.run(asked.stdout.strip()))
    assert job.state() is JobState.INTERRUPTED
    result = run_here(labelled, train.ask_to_resume(labelled, find_run(labelled, job.id)))
    assert result.epochs == 1
    assert (job.folder / "history.csv").exists()
