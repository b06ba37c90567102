"""Piximi projects on the pages: what Piximi cannot hold is said before, what was repaired after."""

from __future__ import annotations

import pytest

from piximi_core.jobs.inline import run_apart
from piximi_core.project.contents.labelling import set_partition
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.services.piximi import open_piximi, save_piximi
from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_reader import strict_read
from tests.pages.results import button, texts, wait_until


@pytest.mark.slow
def test_the_whole_project_is_saved_after_what_is_lost_was_said(open_page, untrained):
    set_partition(untrained, find_ids(untrained, ThingFilter())[:3], "Test")
    page = open_page("export", project="digits")
    page.main.get("button_group")[0].set_value("project").run()
    assert "3 things in Test will be in Validation" in texts(page)
    button(page, "Save for Piximi").click().run()
    wait_until(page, lambda p: "nothing had to be repaired" in texts(p))
    (job,) = save_piximi.finished_saves(untrained)
    assert len(strict_read(save_piximi.saved_file(job))["things"]) == 60


def test_what_was_repaired_is_told_where_projects_are(open_page, workspace, tmp_path):
    files = made.things_project("1.1.4")
    made.edit(files, "project/things/b.png-cell_0", mask=[1])
    with made.zipped(files, tmp_path / "a.zip").open("rb") as content:
        job = open_piximi.ask_uploaded(content, "mine.zip", 1000)
    run_apart(job)
    page = open_page("home")
    shown = texts(page)
    assert "“Blood” is ready." in shown
    assert "2 images · 1 object" in shown
    assert "Masks that did not fill their box" in shown
    button(page, "Close").click().run()
    assert "is ready" not in texts(page)
    assert not job.folder.exists()


def test_a_project_without_remarks_opens_by_itself_where_it_was_asked_for(
    open_page, workspace, tmp_path
):
    with made.zipped(made.things_project("1.1.4"), tmp_path / "a.zip").open("rb") as content:
        job = open_piximi.ask_uploaded(content, "mine.zip", 1000)
    run_apart(job)
    page = open_page("home")
    assert "“Blood” is ready." in texts(page)  # somebody else asked for it
    page.session_state["piximi_openings_asked"] = {job.id}
    page.run()
    assert page.query_params["project"] == "blood"
    assert not job.folder.exists()
