"""The Images page: what is shown, found, labelled, renamed, deleted and added."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from piximi_core.jobs.applying import added_things, apply_result
from piximi_core.jobs.folder import Job
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things, list_things
from piximi_core.project.database.history import history, undo
from piximi_core.project.workspace import create_project
from piximi_core.services.importing import add_images
from piximi_ui.base.label_actions import label_actions
from piximi_ui.components.gallery.contract import GalleryMemory
from piximi_ui.images import browser
from piximi_ui.jobs import job_news
from piximi_ui.server.actions import Action
from tests.services.importing.uploading import upload as upload_of

GALLERY = "gallery-memory:images-digits"


def words(test: AppTest) -> str:
    return " ".join(str(e.value) for e in [*test.markdown, *test.caption])


def labels(test: AppTest) -> list[str]:
    return [button.label for button in test.button]


def select(test: AppTest, ids: list[str]) -> AppTest:
    memory = GalleryMemory()
    memory.selected = tuple(ids)
    test.session_state[GALLERY] = memory
    return test.run()


def shown_total(test: AppTest) -> int:
    """How many images the gallery says there are."""
    import json

    data = [json.loads(component.proto.json) for component in test.get("bidi_component")]
    return next(each["total"] for each in data if "total" in each)


@pytest.fixture
def opened(open_page, untrained) -> AppTest:
    return open_page("images", project="digits")


def test_an_empty_project_invites_to_add_images(open_page, workspace):
    create_project("Empty")
    test = open_page("images", project="empty")
    assert "No images yet" in words(test)
    test.button(key="add-images").click().run()
    assert test.button(key="add-start").disabled


def test_an_unknown_project_says_so_and_leads_back(open_page, workspace):
    test = open_page("images", project="nowhere")
    assert "no project" in test.error[0].value


def test_it_shows_every_image_and_the_counts_of_categories(opened):
    assert shown_total(opened) == 60
    opened.session_state["filter"] = True
    opened.run()
    [pills] = [group for group in opened.button_group if group.key == "view-categories-digits"]
    assert len(pills.options) == 11
    assert "Unknown" in pills.options[0]
    assert "12" in pills.options[0]


def test_search_and_category_narrow_the_gallery_and_stay_in_the_address(opened, untrained):
    opened.text_input(key="view-search-digits").set_value("digit-000").run()
    assert shown_total(opened) == 10
    assert opened.query_params["search"] == "digit-000"
    unknown = list_categories(untrained)[0].id
    opened.session_state["filter"] = True
    opened.run()
    [pills] = [group for group in opened.button_group if group.key == "view-categories-digits"]
    pills.set_value([unknown]).run()
    assert opened.query_params["categories"] == unknown
    assert 0 < shown_total(opened) < 10
    opened.button(key="clear-filters").click().run()
    assert shown_total(opened) == 60
    assert opened.text_input(key="view-search-digits").value == ""


def test_filters_come_from_the_address(open_page, untrained):
    test = open_page("images", project="digits", state="unlabelled", sort="name", page_size="200")
    assert shown_total(test) == 12
    assert open_page("images", project="digits", state="nonsense", sort="'; drop") is not None


def test_a_page_can_ask_to_show_certain_images(opened, untrained):
    chosen = find_ids(untrained, ThingFilter())[:3]
    opened.session_state["piximi_shown_ids"] = ("Image", "3 taken for 8", chosen)
    opened.run()
    assert shown_total(opened) == 3
    assert any("3 taken for 8" in label for label in labels(opened))
    opened.button(key="stop-showing").click().run()
    assert shown_total(opened) == 60


def test_one_selected_image_can_be_renamed_labelled_and_moved(opened, untrained):
    [chosen, *_rest] = find_ids(untrained, ThingFilter())
    select(opened, [chosen])
    name = opened.text_input(key=f"name-{chosen}-digit-0000.png")
    name.set_value("<b>first</b> *one*").run()
    three = next(c for c in list_categories(untrained) if c.name == "3")
    unknown = list_categories(untrained)[0]
    opened.selectbox(key=f"category-of-{chosen}-{unknown.id}").set_value(three.id).run()
    opened.selectbox(key=f"partition-of-{chosen}-Unassigned").set_value("Test").run()
    [thing] = get_things(untrained, [chosen])
    assert (thing.name, thing.category_id, thing.partition) == (
        "<b>first</b> *one*",
        three.id,
        "Test",
    )


def test_a_name_that_is_taken_is_refused_in_one_sentence(opened, untrained):
    [first, *_rest] = find_ids(untrained, ThingFilter())
    select(opened, [first])
    opened.text_input(key=f"name-{first}-digit-0000.png").set_value("digit-0001.png").run()
    assert "already an image named" in opened.error[0].value


def test_undo_asks_to_look_first_where_another_person_was_quicker(opened, untrained):
    [first, second, *_rest] = find_ids(untrained, ThingFilter())
    three = next(c for c in list_categories(untrained) if c.name == "3")
    label_things(untrained, [first], three.id, who="Ben")
    opened.run()
    label_things(untrained, [second], three.id, who="Ada")
    opened.button(key="sidebar-undo").click().run()
    assert "Ada has changed the project meanwhile" in opened.error[0].value
    opened.button(key="sidebar-undo").click().run()
    kept = {thing.id: thing.category_id for thing in get_things(untrained, [first, second])}
    assert (kept[first] == three.id, kept[second] == three.id) == (True, False)


def test_several_selected_images_are_labelled_at_once(opened, untrained):
    chosen = find_ids(untrained, ThingFilter())[:4]
    select(opened, chosen)
    assert "4 images selected" in words(opened)
    seven = next(c for c in list_categories(untrained) if c.name == "7")
    category = next(box for box in opened.selectbox if box.key.startswith("many-category"))
    category.set_value(seven.id).run()
    opened.button(key="many-apply").click().run()
    assert {thing.category_id for thing in get_things(untrained, chosen)} == {seven.id}
    assert history(untrained)[0].label == "Label 4 images"


def test_deleting_asks_first_and_can_be_undone(opened, untrained):
    chosen = find_ids(untrained, ThingFilter())[:2]
    select(opened, chosen)
    opened.button(key="delete-selected").click().run()
    assert "Undo brings them back" in words(opened)
    assert len(get_things(untrained, chosen)) == 2
    opened.button(key="delete-confirm").click().run()
    assert get_things(untrained, chosen) == []
    assert shown_total(opened) == 58
    undo(untrained)
    assert len(get_things(untrained, chosen)) == 2


def test_keeping_deletes_nothing(opened, untrained):
    select(opened, find_ids(untrained, ThingFilter())[:2])
    opened.button(key="delete-selected").click().run()
    opened.button(key="delete-cancel").click().run()
    assert shown_total(opened) == 60
    assert "delete-confirm" not in {button.key for button in opened.button}


def test_categories_are_created_renamed_recoloured_and_deleted(opened, untrained):
    opened.button(key="new-category").click().run()
    opened.text_input(key="category-name-new").set_value("Späße 🦠 *x*")
    opened.button(key="category-save-new").click().run()
    made = list_categories(untrained)[-1]
    assert made.name == "Späße 🦠 *x*"
    opened.button(key="edit-categories").click().run()
    opened.selectbox(key="category-chosen").set_value(made.id).run()
    opened.text_input(key=f"category-name-{made.id}").set_value("Plain")
    opened.color_picker(key=f"category-color-{made.id}").set_value("#123456")
    opened.button(key=f"category-save-{made.id}").click().run()
    made = list_categories(untrained)[-1]
    assert (made.name, made.color) == ("Plain", "#123456")
    opened.button(key="edit-categories").click().run()
    opened.selectbox(key="category-chosen").set_value(made.id).run()
    opened.button(key="category-delete").click().run()
    assert made.id not in {category.id for category in list_categories(untrained)}


def test_a_deleted_category_no_longer_filters(opened, untrained):
    made = next(c for c in list_categories(untrained) if c.name == "9")
    opened.query_params["categories"] = made.id
    fresh = opened
    fresh.session_state["piximi_view:digits"] = browser.View(categories=(made.id, "gone"))  # type: ignore[attr-defined]
    fresh.run()
    assert fresh.session_state["piximi_view:digits"].categories == (made.id,)


def test_a_prediction_is_shown_and_can_be_accepted(opened, untrained):
    [thing, *_rest] = list_things(untrained, ThingFilter(labelled=False))
    eight = next(c for c in list_categories(untrained) if c.name == "8")
    with untrained.step("Predict") as db:
        store_predictions(db, "run", [PredictedThing(thing.id, eight.id, "8", 0.93, [0.93, 0.07])])
    select(opened, [thing.id])
    assert "93.0 %" in words(opened)
    opened.button(key="accept-prediction").click().run()
    [accepted] = get_things(untrained, [thing.id])
    assert accepted.category_id == eight.id
    assert accepted.prediction is None


def test_the_predictions_of_several_are_answered_at_once(opened, untrained):
    things = list_things(untrained, ThingFilter())[-4:]
    eight = next(c for c in list_categories(untrained) if c.name == "8")
    # As of a Piximi project whose classifier is not in the file.
    said = [PredictedThing(thing.id, eight.id, "8", 0, []) for thing in things[:3]]
    with untrained.step("Predict") as db:
        store_predictions(db, "", said)
    select(opened, [thing.id for thing in things])
    assert "**3** with a prediction" in words(opened)
    opened.button(key="accept-prediction").click().run()
    found = get_things(untrained, [thing.id for thing in things])
    assert [thing.category_id == eight.id for thing in found[:3]] == [True] * 3
    assert not any(thing.prediction for thing in found)


def png(shade: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (6, 5), shade).save(stream, "PNG")
    return stream.getvalue()


def looked(test: AppTest) -> AppTest:
    """Wait until the dialog shows what the chosen files are; the test's time limit ends it."""
    while "The files are being looked at" in words(test):
        test.run()
    return test


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


def imported(store, files: dict[str, bytes], folder: Path) -> Job:
    from piximi_core.services.importing.sources import SourceFile

    folder.mkdir()
    sources = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        sources.append(SourceFile(folder / name, name))
    job = add_images.ask(store, sources, add_images.AddOptions())
    run_job(job.folder)
    apply_result(store, job)
    job_news.expect(job)
    return job


def test_the_outcome_of_an_import_stays_until_it_is_dismissed(open_page, workspace, tmp_path):
    store = create_project("New")
    files = {"a.png": png(1), "again.png": png(1), "broken.png": b"\x89PNG\r\n\x1a\n"}
    job = imported(store, files, tmp_path / "files")
    test = open_page("images", project="new")
    assert "Added 1 image, 1 was there already, 1 failed." in words(test)
    rows = test.dataframe[0].value
    assert set(rows["outcome"]) == {"Failed", "Duplicate"}
    assert any("same picture as a.png" in reason for reason in rows["reason"])
    test.button(key=f"outcome-dismiss-{job.id}").click().run()
    assert "1 was there already" not in words(test)


def test_what_went_well_is_a_message_and_what_it_brought_is_shown(open_page, workspace, tmp_path):
    store = create_project("New")
    test = open_page("images", project="new")
    first = imported(store, {"a.png": png(1)}, tmp_path / "first")
    second = imported(store, {"b.png": png(2), "c.png": png(3)}, tmp_path / "second")
    test.session_state["piximi_own_jobs"] = {first.id, second.id}
    test.run()
    assert [toast.value for toast in test.toast] == ["Added 2 images."]
    assert not any((job.folder / "unread").exists() for job in (first, second))
    assert test.button(key="stop-showing").label == "Showing: Just added"
    assert shown_total(test) == 2
    test.button(key="stop-showing").click().run()
    assert shown_total(test) == 3
    assert not test.toast


def test_into_an_empty_project_everything_is_new_and_nothing_is_hidden(
    open_page, workspace, tmp_path
):
    store = create_project("New")
    test = open_page("images", project="new", state="labelled")
    job = imported(store, {"a.png": png(1)}, tmp_path / "first")
    test.session_state["piximi_own_jobs"] = {job.id}
    test.run()
    assert [toast.value for toast in test.toast] == ["Added 1 image."]
    assert shown_total(test) == 1
    assert "stop-showing" not in {button.key for button in test.button}


def test_what_another_window_added_changes_nothing_of_ones_view(open_page, workspace, tmp_path):
    store = create_project("New")
    imported(store, {"a.png": png(1)}, tmp_path / "first")
    imported(store, {"b.png": png(2)}, tmp_path / "second")
    test = open_page("images", project="new", state="unlabelled")
    assert [toast.value for toast in test.toast] == ["Added 1 image."]
    assert test.query_params["state"] == "unlabelled"
    assert "stop-showing" not in {button.key for button in test.button}


def test_what_an_import_brought_is_gone_from_view_after_its_undo(open_page, workspace, tmp_path):
    store = create_project("New")
    imported(store, {"a.png": png(1)}, tmp_path / "first")
    job = imported(store, {"b.png": png(2)}, tmp_path / "second")
    assert [thing.name for thing in get_things(store, added_things(job))] == ["b.png"]
    undo(store)
    test = open_page("images", project="new")
    assert shown_total(test) == 1
    assert "stop-showing" not in {button.key for button in test.button}


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


def action(kind: str, ids: list[str], category: str | None = None) -> Action:
    return Action(kind, tuple(ids), category, 1, "u")


def test_gallery_actions_label_and_a_mistake_stops_nothing(untrained):
    said: list[str] = []
    chosen = find_ids(untrained, ThingFilter())[:2]
    five = next(c for c in list_categories(untrained) if c.name == "5")
    actions = [action("label", chosen, "no such category"), action("label", chosen, five.id)]
    carry = label_actions(untrained)
    for each in actions:
        assert carry(each, lambda text, _icon: said.append(text))
    assert {thing.category_id for thing in get_things(untrained, chosen)} == {five.id}
    assert "category is gone" in said[0]


def test_the_whole_page_follows_what_was_done_once(untrained, monkeypatch):
    monkeypatch.setattr("streamlit.session_state", {})
    browser.apply(untrained, ())
    assert browser.acted()
    assert not browser.acted()


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


def test_a_question_that_came_up_while_adding_can_be_answered(open_page, workspace, tmp_path):
    from piximi_core.services.importing.sources import SourceFile
    from tests.services.conftest import write_tiff_pages

    store = create_project("New")
    stack = write_tiff_pages(tmp_path / "stack.tif", 6)
    job = add_images.ask(store, [SourceFile(stack, "stack.tif")], add_images.AddOptions())
    run_job(job.folder)
    apply_result(store, job)
    job_news.expect(job)
    test = open_page("images", project="new")
    assert "a stack of 6 frames does not say" in words(test)
    assert test.button(key=f"outcome-again-{job.id}").disabled
    test.selectbox(key=f"outcome-channels-{job.id}").set_value(2).run()
    test.button(key=f"outcome-again-{job.id}").click().run()
    [again] = [Job(folder) for folder in store.files.jobs.iterdir() if folder != job.folder]
    assert again.request()["options"]["channels"] == 2
