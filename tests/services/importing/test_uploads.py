"""Uploaded files: copied under numbers, named by data only, and never twice the disk."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.errors import BadInput, NoSpace, NotFound
from piximi_core.jobs.folder import JobState
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_again import ask_again
from piximi_core.services.importing.arriving import Conflict, Receiver, arriving, upload_folder
from piximi_core.services.importing.open_question import OpenQuestion, open_question
from piximi_core.services.importing.uploads import discard, gather, stage_labels, sweep
from piximi_core.vocabulary import new_id
from tests.services.importing.uploading import lot, send
from tests.services.importing.uploading import upload as upload_of


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return create_store(tmp_path / "project", "Uploads")


def sent(name: str, content: bytes) -> tuple[str, bytes]:
    return name, content


def png(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (6, 5), shade).save(stream, "PNG")
    return stream.getvalue()


def test_names_become_data_and_never_paths(store):
    upload = upload_of(store, [sent("../../etc/passwd", b"x"), sent("a\\b\\c🦠.png", b"yy")])
    assert [source.name for source in upload.sources] == ["etc/passwd", "a/b/c🦠.png"]
    folder = store.files.jobs / upload.job_id / "upload"
    assert [source.path for source in upload.sources] == [folder / "000001", folder / "000002"]
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == [b"x", b"yy"]
    assert upload.size == 3


def test_a_second_batch_comes_after_the_first(store):
    first = upload_of(store, [sent("a.png", b"1")])
    both = upload_of(store, [sent("b.png", b"2")], first.job_id)
    assert both.job_id == first.job_id
    assert [source.path.name for source in both.sources] == ["000001", "000002"]
    assert both.size == 2


def test_folders_are_those_that_hold_images(store):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("set/WBC/1.png", b"")
        archive.writestr("set/readme.txt", b"")
        archive.writestr("__MACOSX/set/x.png", b"")
    upload = upload_of(
        store,
        [sent("up/RBC/1.png", b""), sent("up/notes.txt", b""), sent("z.zip", content.getvalue())],
    )
    assert upload.folders == {"RBC", "WBC"}


def test_a_broken_zip_is_left_to_the_job(store):
    assert upload_of(store, [sent("z.zip", b"PK\x03\x04 no zip at all")]).folders == frozenset()


def test_more_than_the_disk_holds_is_refused_before_a_byte_is_kept(store):
    with pytest.raises(NoSpace, match="free"):
        send(store, new_id(), lot([(1, "big.tif", 1 << 31, 0, b"x")], rest=1 << 60))
    assert list(store.files.jobs.iterdir()) == []


def test_a_full_disk_keeps_what_has_arrived_and_goes_on(store, monkeypatch):
    upload_id = new_id()
    send(store, upload_id, lot([(1, "a.png", 3, 0, b"abc")]))
    real = Receiver._take

    def full(self, data):
        real(self, data[:-2])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Receiver, "_take", full)
        with pytest.raises(NoSpace, match="disk of the dashboard is full"):
            send(store, upload_id, lot([(2, "b.png", 6, 0, b"defghi")]))
    [first, second] = arriving(upload_folder(store.files.jobs, upload_id))
    assert (first.is_whole, second.is_whole, second.arrived) == (True, False, 4)
    assert gather(store, upload_id).broken_off == 1
    assert send(store, upload_id, lot([(2, "b.png", 6, 4, b"hi")])) == {2: 6}
    upload = gather(store, upload_id)
    assert [source.path.read_bytes() for source in upload.sources] == [b"abc", b"defghi"]


def test_a_large_file_comes_in_pieces_and_a_repeated_piece_changes_nothing(store):
    upload_id, content = new_id(), bytes(range(256)) * 40
    size = len(content)
    send(store, upload_id, lot([(1, "stack.tif", size, 0, content[:4000])]), chunk=7)
    again = lot([(1, "stack.tif", size, 2000, content[2000:9000])])
    assert send(store, upload_id, again, chunk=999) == {1: 9000}
    with pytest.raises(Conflict, match="part of this file is missing"):
        send(store, upload_id, lot([(1, "stack.tif", size, 9500, content[9500:])]))
    assert gather(store, upload_id).sources == ()
    send(store, upload_id, lot([(1, "stack.tif", size, 9000, content[9000:])]))
    assert gather(store, upload_id).sources[0].path.read_bytes() == content


def test_a_lot_that_breaks_off_leaves_whole_files_and_a_beginning(store):
    upload_id = new_id()
    content = lot([(1, "a.png", 3, 0, b"abc"), (2, "b.png", 3, 0, b"def")])
    with pytest.raises(BadInput, match="broke off"):
        send(store, upload_id, content[:-2])
    assert [(f.name, f.arrived) for f in arriving(upload_folder(store.files.jobs, upload_id))] == [
        ("a.png", 3),
        ("b.png", 1),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"no json\n",
        b"{}\n",
        b'{"pieces": [], "rest": 0}\n',
        b'{"pieces": [[0, "a", 1, 0, 1]], "rest": 1}\nx',
        b'{"pieces": [[1, "", 1, 0, 1]], "rest": 1}\nx',
        b'{"pieces": [[1, "a", 1, -1, 1]], "rest": 1}\nx',
        b'{"pieces": [[1, "a", 1, 0, 2]], "rest": 1}\nxy',
        b'{"pieces": [["../../x", "a", 1, 0, 1]], "rest": 1}\nx',
        b'{"pieces": [[1, "a", 1, 0, 1]], "rest": 1}\nxy',
        b'{"pieces": [[1, "a", 99999999999, 0, 1]], "rest": 1}\nx',
        b'{"pieces": [[1, "a", 70000000, 0, 70000000]], "rest": 1}\nx',
        b"[" * 100_000 + b"\n",
        b"x" * 3_000_000,
    ],
)
def test_a_lot_that_lies_is_refused_in_words(store, content):
    with pytest.raises(BadInput):
        send(store, new_id(), content)
    assert not [path for path in store.folder.rglob("*") if path.name == "x"]


def test_an_upload_takes_no_files_of_another_number_or_once_it_is_asked_for(store):
    upload = upload_of(store, [sent("a.png", png(1))])
    with pytest.raises(Conflict, match="Another file has this number"):
        send(store, upload.job_id, lot([(1, "other.png", 1, 0, b"x")]))
    add_images.ask(store, upload.sources, add_images.AddOptions(), job_id=upload.job_id)
    with pytest.raises(Conflict, match="being added already"):
        send(store, upload.job_id, lot([(2, "b.png", 1, 0, b"x")]))
    for strange in ("../runs", "", "x" * 36, upload.job_id + "/.."):
        with pytest.raises(NotFound):
            upload_folder(store.files.jobs, strange)


def test_what_is_left_is_cleared_within_the_hour_by_a_clock_that_nobody_sets(store):
    left, going = upload_of(store, [sent("a.png", b"1")]), upload_of(store, [sent("b.png", b"2")])
    # By the disk's clock both are from 1970, or from a time to come.
    for upload, moment in ((left, 0), (going, 4_000_000_000)):
        for path in (store.files.jobs / upload.job_id).rglob("*"):
            os.utime(path, (moment, moment))
        os.utime(store.files.jobs / upload.job_id, (moment, moment))
    sweep(store.folder, moment=1000.0)
    sweep(store.folder, moment=4500.0)
    assert len(list(store.files.jobs.iterdir())) == 2
    upload_of(store, [sent("c.png", b"3")], going.job_id)
    sweep(store.folder, moment=4700.0)
    assert [path.name for path in store.files.jobs.iterdir()] == [going.job_id]
    sweep(store.folder, moment=8000.0)
    assert [path.name for path in store.files.jobs.iterdir()] == [going.job_id]
    sweep(store.folder, moment=8400.0)
    assert list(store.files.jobs.iterdir()) == []


def test_discard_and_sweep_leave_asked_jobs_alone(store):
    kept = upload_of(store, [sent("a.png", png(1))])
    add_images.ask(store, kept.sources, add_images.AddOptions(), job_id=kept.job_id)
    discard(store, kept)
    fresh = upload_of(store, [sent("c.png", b"")])
    os.utime(store.files.jobs / kept.job_id, (0, 0))
    for moment in (0.0, 9999.0):
        sweep(store.folder, moment=moment)
        assert kept.job_id in {path.name for path in store.files.jobs.iterdir()}
    upload_of(store, [sent("c.png", b"")], fresh.job_id)
    discard(store, fresh)
    assert {path.name for path in store.files.jobs.iterdir()} == {kept.job_id}


def test_an_upload_with_a_table_becomes_labelled_images(store):
    upload = upload_of(store, [sent("x/a.png", png(10)), sent("x/b.png", png(20))])
    table = stage_labels(store, upload, "name,category\na.png,Früh\n".encode())
    options = add_images.AddOptions(labels=str(table))
    job = add_images.ask(store, upload.sources, options, job_id=upload.job_id)
    assert run_here(store, job).added == 2
    assert {t.name: t.is_labelled for t in list_things(store, ThingFilter())} == {
        "a.png": True,
        "b.png": False,
    }


@pytest.mark.slow
def test_a_stack_that_does_not_say_is_asked_about_and_added_again(store):
    stream = io.BytesIO()
    frames = np.arange(6 * 5 * 7, dtype=np.uint8).reshape(6, 5, 7)
    tifffile.imwrite(stream, frames, photometric="minisblack", metadata=None)
    upload = upload_of(store, [sent("stack.tif", stream.getvalue())])
    job = add_images.ask(store, upload.sources, add_images.AddOptions(), job_id=upload.job_id)
    run_job(job.folder)
    assert job.state() is JobState.FAILED
    assert open_question(job) == OpenQuestion("channels", 6)
    again = ask_again(store, job, channels=3)
    assert run_here(store, again).added == 1
    [thing] = list_things(store, ThingFilter())
    assert (thing.channels, thing.planes) == (3, 2)


def test_other_failures_ask_nothing(store):
    upload = upload_of(store, [sent("a.png", png(1))])
    job = add_images.ask(store, upload.sources, add_images.AddOptions(), job_id=upload.job_id)
    job.fail("Something else.")
    assert open_question(job) is None


@pytest.mark.slow
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
    upload = upload_of(store, [sent("a.png", png(1)), *files])
    upload = upload_of(store, [sent("b.png", png(2))], upload.job_id)
    assert [source.name for source in upload.sources] == ["a.png", "day1/cell.zarr", "b.png"]
    assert upload.folders == {"day1"}
    job = add_images.ask(store, upload.sources, add_images.AddOptions(), job_id=upload.job_id)
    assert run_here(store, job).added == 3
    assert {thing.name for thing in list_things(store, ThingFilter())} == {
        "a.png",
        "b.png",
        "cell.zarr",
    }


@pytest.mark.slow
def test_a_folder_that_only_looks_like_a_zarr_gets_no_path_of_its_own(store):
    names = ["x/.zarray", "x/evil name.png", "x/../../up.png"]
    upload = upload_of(store, [sent(name, png(n)) for n, name in enumerate(names)])
    assert [source.path.name for source in upload.sources] == ["000001", "000002", "000003"]
