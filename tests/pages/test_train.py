"""The Train page: settings kept at once, the button and its reasons, runs kept and continued."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from piximi_core.classification.learning_rates import PROPOSED_RATES
from piximi_core.classification.settings import ModelSettings
from piximi_core.jobs.folder import Job
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.drafts import load_draft
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.database.history import history, redo, undo
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import create_project
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings

OpenPage = Callable[..., AppTest]


def number(page: AppTest, label: str) -> Any:
    return next(w for w in page.number_input if w.label == label)


def button(page: AppTest, label: str) -> Any:
    return next(w for w in page.button if w.label == label)


def said(page: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*page.caption, *page.markdown, *page.warning))


def test_the_proposed_settings_are_right_for_people(open_page: OpenPage, untrained: Store) -> None:
    page = open_page("train", project="digits")
    shown = {w.label: w.value for w in page.number_input}
    assert shown["Learning rate"] == 0.001
    assert (shown["Input height"], shown["Input width"], shown["Input channels"]) == (21, 21, 1)
    assert {w.label for w in page.number_input} >= {"Epochs", "Batch size", "Seed"}
    assert all(w.help for w in page.number_input), "every setting has its tip"
    assert load_draft(untrained) == {}, "looking changes nothing"


def test_the_curves_stand_there_before_the_first_training(
    open_page: OpenPage, untrained: Store
) -> None:
    page = open_page("train", project="digits")
    assert "No training yet" in said(page)
    assert len(page.get("plotly_chart")) == 2, "their code is in the browser when it is needed"


@pytest.mark.slow
def test_an_edit_is_kept_at_once_and_undo_shows_in_the_widget(
    open_page: OpenPage, untrained: Store
) -> None:
    page = open_page("train", project="digits")
    number(page, "Epochs").set_value(20).run()
    assert load_draft(untrained) == {"epochs": 20}
    assert history(untrained)[0].label == "Change epochs to 20"
    number(page, "Input height").set_value(32).run()
    number(page, "Input width").set_value(28).run()
    assert load_draft(untrained)["input_shape"] == [32, 28, 1]
    undo(untrained)
    page.run()
    assert (number(page, "Input height").value, number(page, "Input width").value) == (32, 21)
    undo(untrained)
    page.run()
    assert (number(page, "Input height").value, number(page, "Input width").value) == (21, 21)
    undo(untrained)
    page.run()
    assert number(page, "Epochs").value == 10
    redo(untrained)
    page.run()
    assert number(page, "Epochs").value == 20


def test_a_value_that_cannot_be_used_gets_a_sentence_and_is_not_kept(
    open_page: OpenPage, untrained: Store
) -> None:
    page = open_page("train", project="digits")
    number(page, "Epochs").set_value(0).run()
    assert "Epochs must be at least 1, not 0" in said(page).replace("\\", "")
    assert "Mend the settings marked in red first" in said(page)
    assert button(page, "Train on 36, validate on 12").disabled
    assert load_draft(untrained) == {}
    number(page, "Epochs").set_value(3).run()
    assert "must be at least" not in said(page)
    assert not button(page, "Train on 36, validate on 12").disabled


def test_the_learning_rate_follows_the_optimizer(open_page: OpenPage, untrained: Store) -> None:
    page = open_page("train", project="digits")
    choice = next(w for w in page.selectbox if w.label == "Optimization algorithm")
    choice.set_value("Adadelta").run()
    assert number(page, "Learning rate").value == PROPOSED_RATES["Adadelta"]
    assert load_draft(untrained) == {"optimizer": "Adadelta"}
    number(page, "Learning rate").set_value(0.001).run()
    assert "Far from what Adadelta learns at" in said(page)
    button(page, "Use 1, which is proposed for Adadelta").click().run()
    assert number(page, "Learning rate").value == 1.0
    assert load_draft(untrained) == {"optimizer": "Adadelta"}
    assert "Far from" not in said(page)


def test_the_input_size_has_to_fit_the_network(open_page: OpenPage, untrained: Store) -> None:
    page = open_page("train", project="digits")
    number(page, "Input height").set_value(5).run()
    assert "sides from 16 to 1024 pixels" in said(page)
    assert load_draft(untrained) == {}


def test_without_images_the_button_says_so_and_leads_to_them(
    open_page: OpenPage, workspace: object
) -> None:
    create_project("Empty")
    page = open_page("train", project="empty")
    assert button(page, "Train").disabled
    assert "There are no images yet" in said(page)
    links = [link.label for link in page.get("page_link")]
    assert "Go to Images" in links


def test_other_channels_are_mended_by_a_click(open_page: OpenPage, untrained: Store) -> None:
    page = open_page("train", project="digits")
    number(page, "Input channels").set_value(3).run()
    assert button(page, "Train").disabled
    assert "the images have 1" in said(page)
    button(page, "Set the channels to those of the images").click().run()
    assert default_settings(untrained).input_shape == (21, 21, 1)
    assert not button(page, "Train on 36, validate on 12").disabled


def test_categories_without_labels_are_said_without_their_markup(
    open_page: OpenPage, untrained: Store
) -> None:
    create_category(untrained, "**bold** <b>x</b>")
    page = open_page("train", project="digits")
    text = next(c.value for c in page.caption if "Left out, no labels" in c.value)
    assert r"\*\*bold\*\* \<b\>" in text


def test_the_finished_run_shows_figures_curves_and_ways_on(
    open_page: OpenPage, digits: Store
) -> None:
    (run,) = list_runs(digits)
    page = open_page("train", project="digits")
    assert "Run 1 · Digits" in said(page)
    share = f"{100 * run.summary['val_accuracy']:.1f} %"
    assert f"{share} of 40 images never seen in training" in said(page).replace("\\", "")
    specs = [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]
    assert [spec["layout"]["title"]["text"] for spec in specs] == ["Loss", "Accuracy"]
    assert {trace["name"] for trace in specs[0]["data"]} == {"Batches", "Training", "Validation"}
    button(page, "Evaluate").click().run()
    assert page.query_params["run"] in (run.id, [run.id])
    assert page.query_params["project"] in ("digits", ["digits"])


def test_settings_of_a_run_are_used_again_and_undone(open_page: OpenPage, digits: Store) -> None:
    page = open_page("train", project="digits")
    assert number(page, "Epochs").value == 10
    button(page, "Use these settings again").click().run()
    assert number(page, "Epochs").value == 2
    assert number(page, "Seed").value == 1
    assert default_settings(digits) == ModelSettings.model_validate_json(
        json.dumps(list_runs(digits)[0].settings)
    )
    undo(digits)
    page.run()
    assert number(page, "Epochs").value == 10


def test_an_interrupted_run_offers_resume_and_the_list_keeps_both(
    open_page: OpenPage, digits: Store
) -> None:
    job = train.ask(digits, ModelSettings(input_shape=(20, 20, 1), epochs=3, seed=5))
    abandon(job)
    page = open_page("train", project="digits")
    (runs,) = (frame.value for frame in page.dataframe if "accuracy" in frame.value.columns)
    assert list(runs["state"]) == ["Interrupted", "Done"]
    assert list(runs["number"]) == [2, 1]
    assert "Interrupted in epoch 1 of 3" in said(page).replace("\\", "")
    assert button(page, "Resume")
    button(page, "Dismiss").click().run()
    assert Job(job.folder).result()["state"] == "failed"
    assert button(page, "Resume"), "it can still be resumed"


def test_the_address_chooses_the_run(open_page: OpenPage, digits: Store) -> None:
    (first,) = list_runs(digits)
    abandon(train.ask(digits, ModelSettings(input_shape=(20, 20, 1), epochs=3)))
    page = open_page("train", project="digits", run=first.id)
    assert "Run 1 · Digits" in said(page)
    page = open_page("train", project="digits", run="not-there")
    assert "Run 2" in said(page)
    assert "is not here" in said(page)


def abandon(job: Job) -> None:
    """Leave a job as a process that is gone would: asked for by nobody alive."""
    request = job.request()
    request["asked_by"] = {**request["asked_by"], "pid": 2**22 + 1, "since": 0.0}
    (job.folder / "request.json").write_text(json.dumps(request), encoding="utf-8")


@pytest.mark.slow
def test_split_again_deals_anew_and_is_undoable(open_page: OpenPage, digits: Store) -> None:
    page = open_page("train", project="digits")
    assert button(page, "Train on 120, validate on 40")
    button(page, "Deal 160 images anew").click().run()
    assert history(digits)[0].label == "Split again"
    page.slider[0].set_value(50).run()
    assert button(page, "Train on 80, validate on 80")
