"""The projects page: start, open, rename, and the example."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from piximi_core.jobs.folder import Job
from piximi_core.project.care.bin import binned
from piximi_core.project.workspace import create_project, list_projects
from piximi_ui.projects.project_list import ago
from tests.pages.conftest import open_menu


def words(test: AppTest) -> str:
    return " ".join(str(e.value) for e in [*test.markdown, *test.caption, *test.title])


def test_without_projects_it_says_what_the_program_does(open_page):
    test = open_page("home")
    assert "label some of them" in words(test)
    assert test.button(key="try-digits").label == "Try with Digits"
    assert test.text_input(key="new-project-name").label == "Name"


def test_no_project_is_made_before_images_were_chosen(open_page, workspace):
    """The browser asks for them; an empty project was left where nothing was chosen."""
    page = open_page("home")
    page.button(key="start-choose").click().run()
    assert list_projects() == []


def test_new_project_asks_for_a_name_and_opens_its_images(open_page, workspace):
    test = open_page("home")
    test.text_input(key="new-project-name").set_value("Cells *of* <b>July</b> 🦠")
    test.button(key="new-project-create").click().run()
    assert [p.name for p in list_projects()] == ["Cells *of* <b>July</b> 🦠"]
    assert test.query_params["project"] == list_projects()[0].address


def test_an_empty_name_is_refused_with_one_sentence(open_page, workspace):
    test = open_page("home")
    test.button(key="new-project-create").click().run()
    assert "Type a name first." in test.caption[0].value
    assert not list_projects()


def test_the_list_counts_and_opens(open_page, digits):
    test = open_page("home")
    assert re.search(r"200 images · 160 labelled · 1 run · [\d.,]+ [kM]B · used ", words(test))
    test.button(key="open-digits").click().run()
    assert test.query_params["project"] == "digits"


def test_a_damaged_project_is_listed_with_the_reason(open_page, workspace):
    good = create_project("Good")
    (workspace / "broken").mkdir()
    (workspace / "broken" / "project.sqlite").write_bytes(b"no database at all" * 100)
    test = open_page("home")
    assert "cannot be opened" in words(test)
    assert test.button(key=f"open-{good.folder.name}")
    assert "open-broken" not in {button.key for button in test.button}


def test_renaming_changes_the_name_and_keeps_the_address(open_page, digits):
    test = open_page("home")
    open_menu(test, "menu-digits")
    test.text_input(key="rename-name-digits").set_value("My digits")
    test.button(key="rename-save-digits").click().run()
    assert [(p.address, p.name) for p in list_projects()] == [("digits", "My digits")]


def test_deleting_is_taken_back_at_once_or_from_the_bin(open_page, digits):
    test = open_page("home")
    open_menu(test, "menu-digits")
    test.button(key="delete-digits").click().run()
    assert list_projects() == []
    assert "“Digits” is in the bin." in words(test)
    test.button(key="undo-delete-go").click().run()
    assert [p.address for p in list_projects()] == ["digits"]
    open_menu(test, "menu-digits")
    test.button(key="delete-digits").click().run()
    [entry] = [p.entry for p in binned()]
    test.button(key=f"restore-{entry}").click().run()
    assert [p.address for p in list_projects()] == ["digits"]
    assert not binned()


def test_the_bin_is_emptied_after_a_question_that_says_what_it_frees(open_page, digits):
    test = open_page("home")
    open_menu(test, "menu-digits")
    test.button(key="delete-digits").click().run()
    assert "Delete 1 project for good?" in words(test)
    assert re.search(r"It frees [\d.,]+ [kM]B", words(test))
    test.button(key="empty-bin-go").click().run()
    assert not binned()
    assert not list_projects()


def test_a_project_at_work_is_not_deleted(open_page, digits):
    Job.create(digits.files.jobs / "1-job", "export", {})
    test = open_page("home")
    open_menu(test, "menu-digits")
    test.button(key="delete-digits").click().run()
    assert "work under way" in test.error[0].value
    open_menu(test, "menu-digits")
    test.button(key="duplicate-digits").click().run()
    assert "work under way" in test.error[0].value
    assert [p.address for p in list_projects()] == ["digits"]


@pytest.mark.slow
def test_duplicating_makes_a_second_project(open_page, digits):
    test = open_page("home")
    open_menu(test, "menu-digits")
    test.button(key="duplicate-digits").click().run(timeout=60)
    end = time.monotonic() + 60
    while len(list_projects()) < 2 or test.session_state["piximi_copies"]:
        assert time.monotonic() < end, words(test)
        time.sleep(0.3)
        test.run(timeout=60)
    first, second = list_projects()
    assert first.name == "Copy of Digits"
    figures = [(p.images, p.labelled, p.runs) for p in (first, second)]
    assert figures == [(200, 160, 1)] * 2


def test_a_damaged_project_can_only_be_deleted(open_page, workspace):
    (workspace / "broken").mkdir()
    (workspace / "broken" / "project.sqlite").write_bytes(b"no database at all" * 100)
    test = open_page("home")
    open_menu(test, "menu-broken")
    assert not [b.key for b in test.button if b.key in ("duplicate-broken", "open-broken")]
    test.button(key="delete-broken").click().run()
    assert not list_projects()


@pytest.mark.slow
def test_many_projects_are_searched_and_sorted(open_page, workspace):
    for number in range(9):
        create_project(f"Plate {9 - number}")
    test = open_page("home")

    def shown() -> list[str]:
        return [b.key for b in test.button if str(b.key).startswith("open-plate")]

    assert shown()[0] == "open-plate-1"  # used last
    test.selectbox(key="sort-projects").set_value("name").run()
    assert shown() == [f"open-plate-{n}" for n in range(1, 10)]
    test.text_input(key="find-project").set_value("PLATE 7").run()
    assert shown() == ["open-plate-7"]
    test.text_input(key="find-project").set_value("nothing").run()
    assert "No project has this in its name." in words(test)


def test_an_existing_example_is_offered_again(open_page, digits):
    test = open_page("home")
    open_menu(test, "examples")
    test.button(key="open-again-digits").click().run()
    assert test.query_params["project"] == "digits"


@pytest.mark.slow
def test_try_with_digits_ends_with_a_finished_run(open_page, workspace: Path):
    from piximi_core.jobs.applying import unsettled_jobs
    from piximi_core.jobs.folder import JobState
    from piximi_core.project.contents.runs import list_runs
    from piximi_core.project.workspace import open_project

    test = open_page("home")
    test.button(key="try-digits").click().run(timeout=60)
    store = open_project("digits")
    assert len(list_runs(store)) == 1
    [job] = unsettled_jobs(store)
    assert job.state() in (JobState.QUEUED, JobState.RUNNING)
    assert "1,797 scanned digits added" in words(test)


@pytest.mark.slow
def test_try_with_cells_shows_the_import_and_ends_at_the_images(open_page, workspace: Path):
    test = open_page("home")
    test.button(key="try-cells").click().run(timeout=60)
    assert "300 cells drawn, three of four labelled" in words(test)
    end = time.monotonic() + 60
    while "project" not in test.query_params:
        assert time.monotonic() < end, words(test)
        time.sleep(0.3)
        test.run(timeout=60)
    assert test.query_params["project"] == "cells"
    [cells] = list_projects()
    assert (cells.images, cells.labelled, cells.runs) == (300, 225, 0)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "just now"), (60, "1 minute ago"), (7300, "2 hours ago"), (90_000, "1 day ago")],
)
def test_ago(seconds, said):
    assert ago(1_000_000 - seconds, now=1_000_000) == said


def test_long_ago_is_a_date():
    assert "1970" in ago(0, now=10_000_000)


def test_the_finished_example_opens_by_itself(open_page, digits):
    test = open_page("home")
    test.session_state["piximi_example"] = "digits"
    test.run()
    assert test.query_params["project"] == "digits"
    assert "piximi_example" not in test.session_state


def test_a_card_is_a_link_to_its_project(open_page, digits):
    home = open_page("home")
    [link] = [link for link in home.get("page_link") if "Digits" in link.proto.label]
    assert link.proto.query_string == "project=digits"
