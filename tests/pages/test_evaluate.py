"""The Evaluate page: figures by hand, cells that lead to images, and what is missing in words."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from piximi_core.formats.tables.evaluation_table import evaluation_csv
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.workspace import create_project
from piximi_core.services.evaluation.evaluate_run import evaluate_run, unscored_ids
from tests.pages.results import button, links, texts, wait_until

pytestmark = pytest.mark.slow


def test_without_images_it_leads_to_images(open_page, workspace):
    create_project("Empty")
    page = open_page("evaluate", project="empty")
    assert "no images yet" in texts(page)
    assert links(page) == ["Add images"]


def test_without_a_run_it_leads_to_training(open_page, untrained):
    page = open_page("evaluate", project="digits")
    assert "48 images have a label" in texts(page)
    assert links(page) == ["Go to Train"]


def test_the_sentence_and_the_table_are_those_of_the_evaluation(open_page, digits):
    page = open_page("evaluate", project="digits")
    run = find_run(digits, "latest")
    result = evaluate_run(digits, run, "Validation")
    assert f"Right on {result.figures.correct} of {result.figures.count} images never" in texts(
        page
    )
    table = page.dataframe[0].value
    assert list(table["category"][:-1]) == [c.name for c in run.classes]
    by_hand = [int((result.truth == index).sum()) for index in range(len(run.classes))]
    assert list(table["support"][:-1]) == by_hand
    assert table["support"].iloc[-1] == sum(by_hand)


def test_the_tip_of_the_table_names_every_group_of_its_columns(open_page, digits):
    page = open_page("evaluate", project="digits")
    [tip] = [b.proto.help for b in page.main.get("link_button") if b.proto.label == "CSV"]
    header = evaluation_csv(evaluate_run(digits, find_run(digits, "latest"), "Validation").figures)
    overall = [name for name in header.splitlines()[0].split(",") if name.startswith("all:")]
    words = {
        "all:accuracy": "accuracy",
        "all:accuracy_low": "95 % interval",
        "all:accuracy_high": "95 % interval",
        "all:cross_entropy": "cross entropy",
        "all:macro_precision": "macro means",
        "all:macro_recall": "macro means",
        "all:macro_f1": "macro means",
    }
    assert list(words) == overall
    assert all(word in tip for word in words.values())


def test_a_corrected_label_is_in_the_run_menu_at_once(open_page, digits):
    run = find_run(digits, "latest")
    result = evaluate_run(digits, run, "Validation")
    wrong = result.ids.index(result.mistakes()[0])
    label_things(digits, [result.ids[wrong]], run.classes[int(result.predicted[wrong])].id)
    page = open_page("evaluate", project="digits")
    share = evaluate_run(digits, run, "Validation").figures.accuracy
    assert share > result.figures.accuracy
    menu = next(w for w in page.selectbox if w.label == "Run")
    assert f"{100 * share:.1f} % right in validation" in menu.options[0]
    assert f"({100 * share:.1f} %, " in texts(page).replace("\\", "")


def test_a_clicked_cell_shows_its_images(open_page, digits):
    page = open_page("evaluate", project="digits")
    run = find_run(digits, "latest")
    result = evaluate_run(digits, run, "Validation")
    truth, predicted = int(result.truth[0]), int(result.predicted[0])
    page.session_state[f"cell-{run.id}-Validation"] = (truth, predicted)
    page.run()
    count = int(((result.truth == truth) & (result.predicted == predicted)).sum())
    assert f"{count} image{'s' * (count != 1)}**" in texts(page)
    button(page, "Open in Images").click().run()
    kind_id, title, ids = page.session_state["piximi_shown_ids"]
    assert kind_id == "Image"
    assert list(ids) == result.cell(truth, predicted)
    assert run.classes[predicted].name in title


def test_an_empty_cell_says_so(open_page, digits):
    run = find_run(digits, "latest")
    matrix = evaluate_run(digits, run, "Validation").figures.confusion_matrix
    row, column = next(
        (r, c) for r, counts in enumerate(matrix) for c, n in enumerate(counts) if not n
    )
    page = open_page("evaluate", project="digits")
    page.session_state[f"cell-{run.id}-Validation"] = (row, column)
    page.run()
    assert "No image is in this cell" in texts(page)


def test_images_that_the_run_has_not_seen_are_scored_on_demand(open_page, digits):
    run = find_run(digits, "latest")
    unlabelled = find_ids(digits, ThingFilter(labelled=False))[:3]
    label_things(digits, unlabelled, list_categories(digits)[1].id)
    assert len(unscored_ids(digits, run, "Unassigned")) == 3
    page = open_page("evaluate", project="digits", partition="Unassigned")
    button(page, "Evaluate on 3 more images").click().run()
    wait_until(page, lambda p: "of 3 unseen images" in texts(p))
    assert not unscored_ids(digits, run, "Unassigned")


def test_an_address_of_another_run_is_answered_with_the_newest(open_page, digits):
    page = open_page("evaluate", project="digits", run="gone")
    assert "not here" in texts(page)
    assert "Right on" in texts(page)


def test_a_category_without_images_says_so_in_its_line():
    def table():
        from types import SimpleNamespace

        from piximi_core.classification.evaluation.measures import evaluate
        from piximi_ui.evaluation.figures import draw_table

        figures = evaluate([[1, 0, 0], [1, 0, 0]], [0, 1], ["a", "b", "c"])
        draw_table(figures, SimpleNamespace(id="1", name="Run", kind_id="Image"), "Validation")  # type: ignore[arg-type]

    drawn = AppTest.from_function(table).run().dataframe[0].value
    assert list(drawn["precision"]) == ["50.0 %", "never predicted", "no images", "25.0 %"]
    assert list(drawn["recall"]) == ["100.0 %", "0.0 %", "no images", "50.0 %"]
