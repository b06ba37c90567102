"""What came of jobs is told on every page, on the list of projects, and to who comes back later."""

from __future__ import annotations

import pytest

from piximi_core.jobs.folder import Job
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import Store
from piximi_core.services.scoring import predict
from piximi_ui.jobs.job_news import expect
from tests.pages.results import texts

pytestmark = pytest.mark.slow


def news(page) -> list[str]:
    """The lines in the sidebar that lead to what a job made."""
    return [
        link.proto.label
        for link in page.sidebar.get("page_link")
        if link.proto.label.startswith(("Predicted", "The engine"))
    ]


def ask(store: Store, who: str | None = None) -> Job:
    ids = find_ids(store, ThingFilter(labelled=False))
    job = predict.ask(store, find_run(store, "latest"), ids, who=who)
    expect(job)
    return job


def test_a_person_who_comes_back_reads_what_came_of_a_job_until_they_see_it(
    open_page, digits
) -> None:
    run_here(digits, ask(digits))
    assert news(open_page("images", project="digits")) == ["Predicted 40 images\\."]
    assert news(open_page("home")) == ["Predicted 40 images\\."]
    # Being where the job's work is shown is having read it.
    assert news(open_page("predict", project="digits")) == []
    assert news(open_page("images", project="digits")) == []


def test_a_failure_is_told_too(open_page, digits) -> None:
    job = ask(digits)
    job.fail("The engine broke.")
    assert news(open_page("train", project="digits")) == ["The engine broke\\."]


def test_what_another_person_asked_for_is_told_to_them(open_page, digits) -> None:
    run_here(digits, ask(digits, who="anna@lab.example"))
    assert news(open_page("images", project="digits")) == []


def test_a_job_under_way_is_shown_with_stop_on_the_list_of_projects(open_page, digits) -> None:
    job = ask(digits)  # asked by this process, which lives: it waits
    page = open_page("home")
    stop = page.button(key=f"stop-{job.id}")
    assert "Digits" in [caption.value for caption in page.sidebar.caption]
    assert stop.label == "Stop"
    stop.click().run()
    assert job.should_stop()


def test_the_guide_names_the_next_step_on_every_page_but_its_own(open_page, digits) -> None:
    page = open_page("train", project="digits")
    assert page.button(key="guide-go").label == "See how good it is"
    page = open_page("evaluate", project="digits")
    # The figures are on the page: the next step is another one already.
    assert page.button(key="guide-go").label == "Predict 40 images"
    page = open_page("predict", project="digits")
    assert "guide-go" not in {b.key for b in page.button}
    assert "Next: **Predict 40 images**" in texts(page)
    assert "guide-go" not in {b.key for b in open_page("home").button}
