"""Uploaded files: copied under numbers, named by data only, and never twice the disk."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.errors import NoSpace
from piximi_core.jobs import add_images
from piximi_core.jobs.add_again import OpenQuestion, ask_again, open_question
from piximi_core.jobs.folder import JobState
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.running import run_job
from piximi_core.jobs.uploads import UploadedFile, discard, stage, stage_labels, sweep
from piximi_core.project.store import Store, create_store
from piximi_core.project.things import ThingFilter, list_things


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "project", "Uploads")


def sent(name: str, content: bytes) -> UploadedFile:
    return UploadedFile(name, len(content), io.BytesIO(content))


def png(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (6, 5), shade).save(stream, "PNG")
    return stream.getvalue()


def test_names_become_data_and_never_paths(store):
    upload = stage(store, [sent("../../etc/passwd", b"x"), sent("a\\b\\c🦠.png", b"yy")])
    assert [source.name for source in upload.sources] == ["etc/passwd", "a/b/c🦠.png"]
    folder = store.files.jobs / upload.job_id / "upload"
    assert [source.path for source in upload.sources] == [folder / "000001", folder / "000002"]
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == [b"x", b"yy"]
    assert upload.size == 3


def test_a_second_batch_comes_after_the_first(store):
    first = stage(store, [sent("a.png", b"1")])
    both = stage(store, [sent("b.png", b"2")], first)
    assert both.job_id == first.job_id
    assert [source.path.name for source in both.sources] == ["000001", "000002"]
    assert both.size == 2


def test_folders_are_those_that_hold_images(store):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("set/WBC/1.png", b"")
        archive.writestr("set/readme.txt", b"")
        archive.writestr("__MACOSX/set/x.png", b"")
    upload = stage(
        store,
        [sent("up/RBC/1.png", b""), sent("up/notes.txt", b""), sent("z.zip", content.getvalue())],
    )
    assert upload.folders == {"RBC", "WBC"}


def test_a_broken_zip_is_left_to_the_job(store):
    assert stage(store, [sent("z.zip", b"PK\x03\x04 no zip at all")]).folders == frozenset()


def test_more_than_the_disk_holds_is_refused_before_copying(store):
    with pytest.raises(NoSpace, match="free"):
        stage(store, [UploadedFile("big.tif", 1 << 60, io.BytesIO(b"x"))])
    assert list(store.files.jobs.iterdir()) == []


def test_discard_and_sweep_leave_asked_jobs_alone(store):
    kept = stage(store, [sent("a.png", png(1))])
    add_images.ask(store, kept.sources, add_images.AddOptions(), job_id=kept.job_id)
    discard(store, kept)
    old, fresh = stage(store, [sent("b.png", b"")]), stage(store, [sent("c.png", b"")])
    os.utime(store.files.jobs / old.job_id, (0, 0))
    os.utime(store.files.jobs / kept.job_id, (0, 0))
    sweep(store)
    assert {path.name for path in store.files.jobs.iterdir()} == {kept.job_id, fresh.job_id}
    discard(store, fresh)
    assert {path.name for path in store.files.jobs.iterdir()} == {kept.job_id}


def test_an_upload_with_a_table_becomes_labelled_images(store):
    upload = stage(store, [sent("x/a.png", png(10)), sent("x/b.png", png(20))])
    table = stage_labels(store, upload, "name,category\na.png,Früh\n".encode())
    options = add_images.AddOptions(labels=str(table))
    job = add_images.ask(store, upload.sources, options, job_id=upload.job_id)
    assert run_here(store, job)["added"] == 2
    assert {t.name: t.is_labelled for t in list_things(store, ThingFilter())} == {
        "a.png": True,
        "b.png": False,
    }


def test_a_stack_that_does_not_say_is_asked_about_and_added_again(store):
    stream = io.BytesIO()
    frames = np.arange(6 * 5 * 7, dtype=np.uint8).reshape(6, 5, 7)
    tifffile.imwrite(stream, frames, photometric="minisblack", metadata=None)
    upload = stage(store, [sent("stack.tif", stream.getvalue())])
    job = add_images.ask(store, upload.sources, add_images.AddOptions(), job_id=upload.job_id)
    run_job(job.folder)
    assert job.state() is JobState.FAILED
    assert open_question(job) == OpenQuestion("channels", 6)
    again = ask_again(store, job, channels=3)
    assert run_here(store, again)["added"] == 1
    [thing] = list_things(store, ThingFilter())
    assert (thing.channels, thing.planes) == (3, 2)


def test_other_failures_ask_nothing(store):
    upload = stage(store, [sent("a.png", png(1))])
    job = add_images.ask(store, upload.sources, add_images.AddOptions(), job_id=upload.job_id)
    job.fail("Something else.")
    assert open_question(job) is None


def test_an_uploaded_zarr_folder_is_one_image(store, tmp_path):
    import numpy as np
    import zarr

    folder = tmp_path / "day1"
    array = zarr.create_array(folder / "cell.zarr", shape=(6, 10), dtype="u1", zarr_format=2)
    array[:] = np.arange(60).reshape(6, 10)
    files = [
        sent(path.relative_to(tmp_path).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    upload = stage(store, [sent("a.png", png(1)), *files])
    upload = stage(store, [sent("b.png", png(2))], upload)
    assert [source.name for source in upload.sources] == ["a.png", "day1/cell.zarr", "b.png"]
    assert upload.folders == {"day1"}
    job = add_images.ask(store, upload.sources, add_images.AddOptions(), job_id=upload.job_id)
    assert run_here(store, job)["added"] == 3
    assert {thing.name for thing in list_things(store, ThingFilter())} == {
        "a.png",
        "b.png",
        "cell.zarr",
    }


def test_a_folder_that_only_looks_like_a_zarr_gets_no_path_of_its_own(store):
    names = ["x/.zarray", "x/evil name.png", "x/../../up.png"]
    upload = stage(store, [sent(name, png(n)) for n, name in enumerate(names)])
    assert [source.path.name for source in upload.sources] == ["000001", "000002", "000003"]
