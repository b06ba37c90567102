"""Try one on the Predict page: a picture in, an answer out, and nothing left behind."""

from __future__ import annotations

import base64

import pytest

from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_ui.components.paste import MOST_BYTES, pasted
from tests.pages.conftest import open_menu
from tests.pages.results import predict_here, texts


@pytest.mark.slow
def test_a_file_is_answered_as_the_run_predicts_it_and_then_forgotten(open_page, digits):
    predict_here(digits)
    [thing] = list_things(digits, ThingFilter(labelled=False), limit=1)
    content = digits.files.original(thing.file_sha256, thing.extension).read_bytes()
    page = open_page("predict", project="digits")
    open_menu(page, "try-one")
    page.file_uploader[0].upload("mine.png", content, "image/png").run(timeout=120)
    _run, name, found = page.session_state["try-one-answer"]
    assert name == "mine.png"
    assert found.probabilities == pytest.approx(thing.prediction.probabilities, abs=1e-6)
    assert "Resized from 8×8 to 20×20 pixels." in texts(page)
    assert "The picture was not kept" in texts(page)
    assert list((digits.files.cache / "tried").iterdir()) == []
    # The upload is empty again: Streamlit holds the picture no longer.
    assert not page.file_uploader[0].value
    page.button(key="try-one-clear").click().run()
    assert "The picture was not kept" not in texts(page)


@pytest.mark.slow
def test_what_is_no_picture_is_refused_in_one_sentence(open_page, digits):
    page = open_page("predict", project="digits")
    open_menu(page, "try-one")
    page.file_uploader[0].upload("mine.png", b"no picture " * 9, "image/png").run(timeout=120)
    [error] = page.error
    assert "mine.png" in error.value
    run = find_run(digits, "latest")
    assert page.session_state["try-one-answer"][0] == run.id


def test_only_a_picture_of_usual_size_is_taken_from_the_browser():
    assert pasted({"name": "a.png", "content": base64.b64encode(b"x").decode()}) == ("a.png", b"x")
    assert pasted({"name": "", "content": "eA=="}) == ("pasted picture", b"x")
    for hostile in (
        None,
        "eA==",
        {"name": "a"},
        {"name": 3, "content": "eA=="},
        {"name": "a", "content": "not base64 ☃"},
        {"name": "a", "content": ""},
        {"name": "a", "content": base64.b64encode(bytes(MOST_BYTES + 1)).decode()},
    ):
        assert pasted(hostile) is None
