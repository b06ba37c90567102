"""What came of an import: told, shown at once, and gone after its undo."""

from __future__ import annotations

from pathlib import Path

from piximi_core.jobs.applying import added_things, apply_result
from piximi_core.jobs.folder import Job
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.things import get_things
from piximi_core.project.database.history import undo
from piximi_core.project.workspace import create_project
from piximi_core.services.importing import add_images
from piximi_ui.jobs import job_news
from tests.pages.images.seen import png, shown_total, words


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
