"""The dialog that adds images: what it looks at, asks, and hands to a job."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.folder import Job
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.workspace import create_project
from tests.pages.images.seen import looked, png, words
from tests.services.importing.uploading import upload as upload_of


@pytest.mark.slow
def test_uploaded_files_are_added_by_a_job(open_page, workspace):
    store = create_project("New")
    test = open_page("images", project="new")
    upload = upload_of(store, [("a.png", png(1)), ("b.png", b"no image")])
    test.session_state["piximi_upload:new"] = upload.job_id
    test.button(key="add-images").click().run()
    assert "2 files uploaded" in words(test)
    looked(test)
    assert "**1 PNG**, 8 bit, 1 channel, 1 plane, 6×5" in words(test)
    assert "is named like an image, but is none that we know" in words(test)
    assert test.button(key="add-start").label == "Add 1 file"
    test.button(key="add-start").click().run()
    [folder] = store.files.jobs.iterdir()
    assert Job(folder).request()["service"] == "add"
    assert "add-start" not in {button.key for button in test.button}
    assert (folder / "unread").exists()


def test_the_server_folder_says_how_to_configure_it(open_page, workspace, monkeypatch):
    monkeypatch.delenv("PIXIMI_IMPORT_ROOTS", raising=False)
    create_project("New")
    test = open_page("images", project="new")
    test.session_state["add-source"] = "server"
    test.button(key="add-images").click().run()
    assert "PIXIMI_IMPORT_ROOTS" in test.info[0].value


def test_a_folder_of_the_server_is_browsed_and_added(open_page, workspace, tmp_path, monkeypatch):
    (tmp_path / "images" / "set" / "RBC").mkdir(parents=True)
    (tmp_path / "images" / "set" / "RBC" / "1.png").write_bytes(png(3))
    monkeypatch.setenv("PIXIMI_IMPORT_ROOTS", str(tmp_path / "images"))
    create_project("New")
    test = open_page("images", project="new")
    test.session_state["add-source"] = "server"
    test.button(key="add-images").click().run()
    test.button(key="server-folder-0").click().run()
    assert "RBC" in words(test)
    assert "1 file in this folder" in words(test)
    looked(test)
    assert not test.button(key="add-start").disabled


def add_from_server(open_page, monkeypatch, folder: Path, project: str, **query: str) -> AppTest:
    """Open the dialog on a folder of the server and wait until it was looked at."""
    monkeypatch.setenv("PIXIMI_IMPORT_ROOTS", str(folder))
    test = open_page("images", project=project, **query)
    test.session_state["add-source"] = "server"
    test.button(key="add-images").click().run()
    return looked(test)


def request_of(store) -> dict:
    [job] = [Job(folder) for folder in store.files.jobs.iterdir()]
    return job.request()["options"]


def test_equal_pixels_stay_out_where_a_person_says_so(open_page, workspace, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    Image.new("L", (6, 5), 9).save(tmp_path / "in" / "one.png")
    Image.new("L", (6, 5), 9).save(tmp_path / "in" / "copy.bmp")
    store = create_project("New")
    test = add_from_server(open_page, monkeypatch, tmp_path / "in", "new")
    [switch] = [box for box in test.checkbox if box.key == "add-leave-out-equal"]
    assert not switch.value
    switch.check().run()
    test.button(key="add-start").click().run()
    [job] = [Job(folder) for folder in store.files.jobs.iterdir()]
    run_job(job.folder)
    while not job.is_over:  # a worker that other tests left may have taken it
        time.sleep(0.05)
    apply_result(store, job)
    assert len(find_ids(store, ThingFilter())) == 1


def test_nothing_is_added_while_a_question_is_open(open_page, workspace, tmp_path, monkeypatch):
    from tests.services.conftest import write_tiff_pages

    (tmp_path / "in").mkdir()
    write_tiff_pages(tmp_path / "in" / "stack.tif", 9)
    store = create_project("New")
    test = add_from_server(open_page, monkeypatch, tmp_path / "in", "new")
    assert "**1 TIFF**, 16 bit, 9 frames, 8×8" in words(test)
    assert test.button(key="add-start").disabled
    assert "Say first how many channels the stacks have." in words(test)
    test.selectbox(key="add-channels-9").set_value(3).run()
    assert not test.button(key="add-start").disabled
    test.button(key="add-start").click().run()
    assert request_of(store)["channels"] == 3


def test_images_of_other_channels_are_offered_conversion(
    open_page, untrained, tmp_path, monkeypatch
):
    (tmp_path / "in").mkdir()
    Image.new("RGB", (6, 5), "red").save(tmp_path / "in" / "red.png")
    test = add_from_server(open_page, monkeypatch, tmp_path / "in", "digits")
    [radio] = [radio for radio in test.radio if radio.key == "add-convert-1"]
    assert radio.options == [
        "Leave 1 image out",
        "Convert 1 image to 1 channel (brightness)",
    ]
    assert radio.value is None
    assert test.button(key="add-start").disabled
    assert "Say first what is to become of images with another number of channels." in words(test)
    radio.set_value("convert").run()
    test.button(key="add-start").click().run()
    assert request_of(untrained)["convert"] is True


def test_new_images_take_the_category_that_is_shown(open_page, untrained, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.png").write_bytes(png(3))
    seven = next(c for c in list_categories(untrained) if c.name == "7")
    test = add_from_server(open_page, monkeypatch, tmp_path / "in", "digits", categories=seven.id)
    assert test.selectbox(key=f"add-category-{seven.id}").value == "7"
    test.selectbox(key="add-partition").set_value("Test").run()
    test.button(key="add-start").click().run()
    asked = request_of(untrained)
    assert (asked["category"], asked["partition"]) == ("7", "Test")
