"""Uploaded files of imports that fail: kept while an answer or another try needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from piximi_core.errors import PiximiError
from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.folder import Job, JobState
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.running import run_job
from piximi_core.project.database.store import Store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_again import ask_again
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.open_question import open_question
from tests.services.conftest import write_tiff_pages
from tests.services.importing.uploading import upload as upload_of


def uploaded(store: Store, path: Path) -> Job:
    upload = upload_of(store, [(path.name, path.read_bytes())])
    return add_images.ask(store, upload.sources, AddOptions(), job_id=upload.job_id)


@pytest.fixture
def asking(store: Store, tmp_path: Path) -> Job:
    """An import that wants to know how many channels a stack has."""
    job = uploaded(store, write_tiff_pages(tmp_path / "stack.tif", 6))
    run_job(job.folder)
    apply_result(store, job)
    assert open_question(job) is not None
    return job


def test_a_failed_import_keeps_no_upload(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = uploaded(store, write_tiff_pages(tmp_path / "stack.tif", 6))

    def full(*_: object) -> None:
        raise PiximiError("The disk is full.")

    monkeypatch.setattr(add_images, "require_space", full)
    run_job(job.folder)
    assert job.state() is JobState.FAILED
    apply_result(store, job)
    assert not (job.folder / "upload").exists()


def test_an_open_question_keeps_its_upload_for_the_answer(store: Store, asking: Job) -> None:
    assert (asking.folder / "upload").exists()
    again = ask_again(store, asking, channels=2)
    assert run_here(store, again).added == 1
    assert not (again.folder / "upload").exists()


def test_a_dismissed_question_leaves_no_upload(asking: Job) -> None:
    add_images.give_up(asking)
    assert not (asking.folder / "upload").exists()


def test_nothing_is_given_up_that_may_run_again(store: Store, tmp_path: Path) -> None:
    job = uploaded(store, write_tiff_pages(tmp_path / "stack.tif", 6))
    job.claim()
    job.let_go()
    assert job.state() is JobState.INTERRUPTED
    add_images.give_up(job)
    assert (job.folder / "upload").exists()
