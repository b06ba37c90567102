"""Files cut short: the project opens, and at worst one sentence is said."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import BadInput, PiximiError
from piximi_core.jobs.applying import apply_result, jobs_of, settle_project, unsettled_jobs
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things, list_things
from piximi_core.project.database import history
from piximi_core.project.database.schema import images
from piximi_core.project.database.store import Store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.scoring.items import item_of, read_items, write_items
from piximi_core.services.scoring.pixels import readable_batches
from piximi_core.services.scoring.scores import Scores, load_scores, merge_scores
from piximi_core.services.training import train
from piximi_core.services.training.training_log import TrainingLog, carried_over, read_history
from tests.images.readers.dicom_files import ramp, write_dicom
from tests.services.conftest import add, write_classes
from tests.services.importing.uploading import upload as upload_of

HISTORY = """epoch,loss,accuracy,val_loss,val_accuracy,seconds,batch_size
1,0.7,0.5,0.6,0.5,0.1,8
2,0.6,0.75,,,0.1,8
"""


def cuts(length: int) -> list[int]:
    """Lengths to cut a file to: none, one byte, somewhere, all but one."""
    return [0, 1, *np.random.default_rng(length).integers(1, length, 12).tolist(), length - 1]


def asked(store: Store, folder: Path) -> Job:
    """An import that is asked for and not done."""
    write_classes(folder, count=2)
    return add_images.ask(store, [SourceFile(folder, "in")], AddOptions(labels="folders"))


@pytest.mark.parametrize("name", ["request.json", "started", "progress.json", "result.json"])
def test_a_job_with_a_torn_file_has_a_state_and_the_project_opens(
    store: Store, tmp_path: Path, name: str
) -> None:
    job = asked(store, tmp_path / "in")
    run_job(job.folder)
    whole = (job.folder / name).read_bytes()
    for cut in cuts(len(whole)):
        (job.folder / name).write_bytes(whole[:cut])
        assert job.state() in set(JobState)
        assert carried_over(job) == {"curve": [], "notes": []}
        assert isinstance(job.progress(), dict)
        settle_project(store)
        assert {found.id for found in jobs_of(store)} <= {job.id}
    if name == "request.json":
        # Nothing says any more what was asked: the project lives without it.
        assert unsettled_jobs(store) == []
        job.reopen()
        run_job(job.folder)
        assert "damaged" in job.result()["error"]


def test_a_torn_list_of_images_ends_the_import_and_not_the_project(
    store: Store, tmp_path: Path
) -> None:
    job = asked(store, tmp_path / "in")
    run_job(job.folder)
    whole = (job.folder / "images.jsonl").read_bytes()
    (job.folder / "images.jsonl").write_bytes(whole[: len(whole) // 2 + 3])
    settle_project(store)
    assert job.state() is JobState.FAILED
    assert "damaged" in job.result()["error"]
    assert unsettled_jobs(store) == []
    assert find_ids(store, ThingFilter()) == []
    # It can be asked for again.
    assert add(store, tmp_path / "in").added == 4


def test_a_torn_history_and_scores_are_made_again(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    for cut in cuts(len(HISTORY)):
        path.write_text(HISTORY[:cut])
        assert len(read_history(path)) <= 2
        TrainingLog(Job(tmp_path), "CPU")
    path.write_bytes(b"\x00\xff\x00")
    assert read_history(path) == []
    scores = Scores(["a:0", "b:0"], np.array([[0.25, 0.75], [1, 0]], np.float32))
    merge_scores(tmp_path, scores)
    whole = (tmp_path / "scores.npz").read_bytes()
    for cut in cuts(len(whole)):
        (tmp_path / "scores.npz").write_bytes(whole[:cut])
        assert load_scores(tmp_path) is None
        merge_scores(tmp_path, scores)
        found = load_scores(tmp_path)
        assert found is not None
        assert found.keys == ["a:0", "b:0"]


def test_a_torn_list_of_things_is_said(labelled: Store, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    things = get_things(labelled, find_ids(labelled, ThingFilter()))
    write_items(path, (item_of(thing, settings={}) for thing in things))
    whole, items = path.read_bytes(), list(read_items(path))
    assert len(items) == len(things)
    said = []
    for cut in cuts(len(whole)):
        path.write_bytes(whole[:cut])
        try:
            found = list(read_items(path))
        except PiximiError as error:
            said.append(str(error))
        else:
            # What is cut between two lines, or within the last value, cannot be told from a
            # shorter list; all else must be as it was written.
            assert found[:-1] == items[: max(0, len(found) - 1)]
    assert said
    sentence = r"The list of images in .+/data\.csv is missing or damaged; ask for the work again\."
    assert all(re.fullmatch(sentence, text) for text in said), said
    path.unlink()
    with pytest.raises(PiximiError, match="missing or damaged"):
        read_items(path)


@pytest.mark.slow
def test_a_torn_cache_is_made_again(labelled: Store) -> None:
    items = [item_of(thing, settings={}) for thing in list_things(labelled, ThingFilter())]
    (expected,) = readable_batches(items, labelled.files, (20, 20, 1), keep=True)
    cached = sorted(labelled.files.cache.rglob("resized/**/*.npy"))
    assert len(cached) == len(items)
    whole = cached[0].stat().st_size
    for path, cut in zip(cached, cuts(whole), strict=False):
        path.write_bytes(path.read_bytes()[:cut])
    (again,) = readable_batches(items, labelled.files, (20, 20, 1), keep=True)
    assert len(again.items) == len(items)
    assert np.array_equal(again.pixels, expected.pixels)
    assert {path.stat().st_size for path in cached} == {whole}


def test_a_zip_half_unpacked_is_unpacked_again(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", count=2)
    packed = Path(shutil.make_archive(str(tmp_path / "in"), "zip", folder))
    job = add_images.ask(store, [SourceFile(packed, "in.zip")], AddOptions(labels="folders"))
    half = job.folder / "unpacked" / "0"
    half.mkdir(parents=True)
    (half / "000000").write_bytes(b"half a pict")
    result = run_here(store, job)
    assert (result.added, result.failed) == (4, ())


def test_an_upload_is_kept_until_its_result_is(store: Store, tmp_path: Path) -> None:
    paths = sorted(write_classes(tmp_path / "in", count=2).rglob("*.png"))
    upload = upload_of(store, [(path.name, path.read_bytes()) for path in paths])
    job = add_images.ask(store, upload.sources, AddOptions(), job_id=upload.job_id)
    run_job(job.folder)
    # Killed before its result reached the disk: it runs again, from what was uploaded.
    (job.folder / "result.json").unlink()
    job.reopen()
    assert run_here(store, job).added == 4
    assert not (job.folder / "upload").exists()


def test_the_same_dicom_twice_is_a_duplicate(store: Store, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    first = write_dicom(tmp_path / "in" / "0.dcm", ramp("uint16", 64, 64))
    for number in range(1, 8):
        (tmp_path / "in" / f"{number}.dcm").write_bytes(first.read_bytes())
    result = add(store, tmp_path / "in")
    assert (result.added, len(result.duplicates), result.failed) == (1, 7, ())
    stored = [path for path in (store.folder / "images").rglob("*") if path.is_file()]
    assert len(stored) == 1


def test_an_ended_job_leaves_redo_alone(labelled: Store, tmp_path: Path) -> None:
    history.undo(labelled)
    job = add_images.ask(labelled, [SourceFile(tmp_path, "in")], AddOptions())
    job.fail("It did not go.")
    assert apply_result(labelled, job)
    assert not apply_result(labelled, job)
    assert history.redo(labelled) is not None
    with labelled.read() as db:
        assert len(db.execute(select(images.c.id)).all()) == 24


def test_requests_never_completed_are_dropped_a_day_later(store: Store) -> None:
    fresh, old = store.files.jobs / "fresh", store.files.runs / "old"
    for folder in (fresh, old):
        folder.mkdir()
        (folder / "data.csv").write_text("id")
    os.utime(old, (time.time() - 90_000,) * 2)
    scratch = store.files.cache / "training" / "gone.npy"
    scratch.parent.mkdir(parents=True)
    scratch.write_bytes(b"pixels")
    settle_project(store)
    assert fresh.exists()
    assert not old.exists()
    assert not scratch.exists()


FULL = """
import resource, signal, sys
from pathlib import Path
from piximi_core.errors import NoSpace
from piximi_core.jobs.running import run_job
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from piximi_core.jobs.folder import Job
original = Job.claim
def claim(self):
    done = original(self)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    return done
Job.claim = claim
try:
    run_job(Path(sys.argv[1]))
except NoSpace as error:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(error, Job(Path(sys.argv[1])).state())
"""


@pytest.mark.slow
def test_a_job_that_cannot_write_its_end_is_interrupted(store: Store, tmp_path: Path) -> None:
    job = asked(store, tmp_path / "in")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(job.folder)], capture_output=True, text=True, check=True
    )
    # Told by the very process that lives on, as a worker does.
    assert "disk is full" in done.stdout
    assert done.stdout.split()[-1] == "interrupted"
    job.reopen()
    assert run_here(store, job).added == 4


@pytest.mark.slow
def test_a_run_without_its_files_is_not_resumed(labelled: Store) -> None:
    job = train.ask(labelled, ModelSettings(input_shape=(20, 20, 1), epochs=1))
    run = find_run(labelled, job.id)
    shutil.rmtree(job.folder)
    with pytest.raises(BadInput, match="missing or damaged"):
        train.ask_to_resume(labelled, run)
