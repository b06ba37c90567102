"""Imports: labels from folders and tables, each picture once, every refusal with its reason."""

from __future__ import annotations

import io
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from piximi_core.errors import BadInput, PiximiError
from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.folder import JobState
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.things import Thing, ThingFilter, list_things
from piximi_core.project.database import history
from piximi_core.project.database.store import Store
from piximi_core.project.files import hash_file
from piximi_core.services.importing import add_images
from piximi_core.services.importing.add_images import AddOptions
from piximi_core.services.importing.sources import SourceFile
from tests.services.conftest import add, colour, grey, write_classes


def things(store: Store) -> list[Thing]:
    return list_things(store, ThingFilter())


def labels(store: Store) -> dict[str, str]:
    names = {c.id: c.name for c in list_categories(store)}
    return {thing.name: names[thing.category_id] for thing in things(store)}


def test_folders_become_categories(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", count=2)
    shutil.copy(folder / "dark" / "dark-00.png", folder / "loose.png")
    outcome = add(store, folder, labels="folders")
    assert (outcome.added, outcome.failed, outcome.conflicts) == (4, (), ())
    assert outcome.duplicates == (("dark/dark-00.png", "is the same picture as loose.png"),)
    assert labels(store) == {
        "loose.png": "dark",
        "dark-01.png": "dark",
        "light-00.png": "light",
        "light-01.png": "light",
    }
    for thing in things(store):
        original = store.files.original(thing.file_sha256, thing.extension)
        assert hash_file(original) == thing.sha256
        assert store.files.thumbnail(thing.file_sha256).is_file()
    assert history.undo(store) == "Add 4 images"
    assert things(store) == []


def test_the_same_picture_in_two_class_folders_is_a_conflict(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", count=1)
    shutil.copy(folder / "dark" / "dark-00.png", folder / "light" / "copy.png")
    outcome = add(store, folder, labels="folders")
    ((name, reason),) = outcome.conflicts
    assert name == "light/copy.png"
    assert "kept as dark, not light" in reason
    again = add(store, folder, labels="folders")
    assert (again.added, len(again.duplicates)) == (0, 3)


def test_a_table_labels_by_path_then_by_base_name(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", count=2)
    table = tmp_path / "labels.csv"
    table.write_text(
        "name,category,partition\ndark/dark-00.png,None,Test\nlight-01.png,01,\nnowhere.png,x,\n",
        encoding="utf-8",
    )
    outcome = add(store, folder, labels=str(table))
    assert outcome.failed == (("nowhere.png", "no image of this name"),)
    found = labels(store)
    assert found["dark-00.png"] == "None"
    assert found["light-01.png"] == "01"
    assert found["dark-01.png"] == "Unknown"
    assert {t.name: t.partition for t in things(store)}["dark-00.png"] == "Test"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a,b,c,d\n1,2,3,4\n", "columns name and category"),
        (b"name,category,partition\nx.png,a,Nowhere\n", "no partition"),
        (b"name,category\nx.png,a\nx.png,b\n", "twice"),
        (b"name,category\n,a\n", "name is empty"),
        (b'name,category\n"x,a\n', "CSV"),
    ],
)
def test_bad_tables_change_nothing(
    store: Store, tmp_path: Path, content: bytes, reason: str
) -> None:
    table = tmp_path / "labels.csv"
    table.write_bytes(content)
    with pytest.raises(BadInput, match=reason):
        add(store, write_classes(tmp_path / "in", count=1), labels=str(table))
    assert things(store) == []


def test_bad_files_are_listed_and_the_others_come_in(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", classes=("good",), count=2)
    whole = (folder / "good" / "good-00.png").read_bytes()
    (folder / "truncated.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.png").write_text("I am no image")
    (folder / "huge.png").write_bytes(_png_claiming(200_000, 200_000))
    (folder / "colour.png").write_bytes(_png((8, 8, 3)))
    (folder / "link.png").symlink_to(folder / "good" / "good-00.png")
    (folder / "really-a-jpeg.png").write_bytes(_jpeg())
    outcome = add(store, folder)
    # Files come by name, those of the top folder first: the first one sets the channels.
    assert sorted(name for name, _ in outcome.failed) == sorted(
        [
            "truncated.png",
            "empty.png",
            "text.png",
            "huge.png",
            "good/good-00.png",
            "good/good-01.png",
            "really-a-jpeg.png",
        ]
    )
    assert all(reason and "Traceback" not in reason for _, reason in outcome.failed)
    assert list(labels(store)) == ["colour.png"]


def _png(shape: tuple[int, ...]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.full(shape, 9, np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def _jpeg() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.full((8, 8), 9, np.uint8)).save(stream, "JPEG")
    return stream.getvalue()


def _png_claiming(width: int, height: int) -> bytes:
    import struct
    import zlib

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\x00\x00\x00\x00IEND\xaeB`\x82"
    )


def test_zips_come_in_and_hostile_ones_do_not(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", count=1)
    good = tmp_path / "good.zip"
    with zipfile.ZipFile(good, "w") as archive:
        for path in folder.rglob("*.png"):
            archive.write(path, path.relative_to(folder).as_posix())
    evil = tmp_path / "evil.zip"
    with zipfile.ZipFile(evil, "w") as archive:
        archive.writestr("../../outside.png", _png((8, 8)))
    links = tmp_path / "links.zip"
    with zipfile.ZipFile(links, "w") as archive:
        info = zipfile.ZipInfo("link.png")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    outcome = add(store, good, evil, links, labels="folders")
    assert outcome.added == 2
    assert set(labels(store).values()) == {"dark", "light"}
    assert [name for name, _ in outcome.failed] == ["evil.zip", "links.zip"]
    assert not (tmp_path / "outside.png").exists()


def test_names_are_data_whatever_they_hold(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = ["a\"q'.png", "<b>x&.png", "🧫🔬.png", "n" * 240 + ".png", "=1+1.png", "-rf.png"]
    for number, name in enumerate(names):
        Image.fromarray(np.full((8, 8), number, np.uint8)).save(folder / name, "PNG")
    assert add(store, folder).added == len(names)
    assert sorted(labels(store)) == sorted(names)


def test_an_undeclared_stack_asks_for_channels_and_adds_nothing(
    store: Store, tmp_path: Path
) -> None:
    folder = write_classes(tmp_path / "in", count=1)
    stack = np.arange(6 * 8 * 8, dtype=np.uint16).reshape(6, 8, 8)
    with tifffile.TiffWriter(folder / "stack.tif") as writer:
        for page in stack:
            writer.write(page, photometric="minisblack", metadata=None, contiguous=False)
    with pytest.raises(PiximiError, match="say how many"):
        add(store, folder)
    assert things(store) == []
    add(store, folder / "stack.tif", channels=2)
    (thing,) = things(store)
    assert (thing.planes, thing.channels, thing.bit_depth) == (3, 2, 16)


def test_constant_and_nan_images_come_in(store: Store, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "nan.tif", np.full((16, 16), np.nan, np.float32))
    tifffile.imwrite(tmp_path / "flat.tif", np.full((16, 16), 3.5, np.float32))
    assert add(store, tmp_path / "nan.tif", tmp_path / "flat.tif").added == 2
    assert {thing.bit_depth for thing in things(store)} == {32}


def test_a_missing_path_is_said(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no file or folder"):
        add(store, tmp_path / "nothing")


def test_a_stopped_import_keeps_what_it_had(store: Store, tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "in", count=3)
    job = add_images.ask(store, [SourceFile(folder, "in")], AddOptions())
    job.ask_to_stop()
    run_job(job.folder)
    assert job.result()["stopped"] is True
    assert apply_result(store, job) is True
    assert apply_result(store, job) is False
    assert len(things(store)) == job.result()["added"] < 6


def test_a_full_disk_adds_nothing(store: Store, tmp_path: Path) -> None:
    big = tmp_path / "big.tif"
    tifffile.imwrite(big, np.random.default_rng(1).integers(0, 255, (600, 600), np.uint8))
    job = add_images.ask(store, [SourceFile(big, "big.tif")], AddOptions())
    script = (
        "import resource, signal, sys, pathlib\n"
        "from piximi_core.jobs.running import run_job\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "run_job(pathlib.Path(sys.argv[1]))\n"
    )
    subprocess.run([sys.executable, "-c", script, str(job.folder)], check=True)
    assert job.state() is JobState.FAILED
    assert "disk is full" in job.result()["error"]
    apply_result(store, job)
    assert things(store) == []
    assert list((store.folder / "images").rglob("*.tif")) == []


def test_a_dicom_is_stored_without_the_patient(store: Store, shared_data: Path) -> None:
    (source,) = (shared_data / "piximi" / "images").glob("*.dcm")
    add(store, source)
    (thing,) = things(store)
    assert thing.sha256 == hash_file(source)
    assert thing.file_sha256 != thing.sha256
    stored = store.files.original(thing.file_sha256, "dcm")
    import pydicom

    assert not pydicom.dcmread(stored).get("PatientName")
    assert pydicom.dcmread(source).get("PatientName")


def test_a_file_that_kills_its_reader_costs_only_itself(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", str(64 * 2**20))
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(6):
        grey(folder / f"{number}.png", number)
    (folder / "3.png").write_bytes(_png_claiming(12_000, 12_000))
    outcome = add(store, folder)
    assert (outcome.added, [name for name, _ in outcome.failed]) == (5, ["3.png"])
    assert not (store.files.jobs / "copies").exists()


def test_an_import_leaves_no_scratch_behind(store: Store, tmp_path: Path) -> None:
    add(store, grey(tmp_path / "first.png"))
    add(store, colour(tmp_path / "colour.png"), convert=True)
    for folder in store.files.jobs.iterdir():
        assert {"copies", "unpacked"} & {inner.name for inner in folder.iterdir()} == set()
    assert list((store.folder / "images").rglob(".*")) == []
