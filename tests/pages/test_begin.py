"""What the guide's button names begins on the page it leads to: nobody presses twice."""

from __future__ import annotations

import pytest

from piximi_core.project.contents.runs import list_runs
from piximi_ui.base import begin


@pytest.fixture
def asked(open_page):
    """Open a page as the guide's button does that asks another to begin."""

    def run(page: str, asked_of: str):
        test = open_page(page, project="digits")
        test.session_state[begin._NEXT] = asked_of
        return test.run()

    return run


def test_the_training_that_the_guide_names_begins_once(asked, untrained):
    page = asked("train", "train")
    [run] = list_runs(untrained)
    assert page.query_params["run"] == run.id
    page.run()
    assert len(list_runs(untrained)) == 1


def test_what_was_asked_of_another_page_is_forgotten(asked, untrained):
    page = asked("export", "train")
    page.switch_page("../pages/train.py").run()
    assert list_runs(untrained) == []
