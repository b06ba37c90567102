"""The Predict page: what is predicted, what is shown, and answers that undo takes back."""

from __future__ import annotations

import csv
import io

import pytest

from piximi_core.project.contents.answers import accepted_by_category
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.predictions import accept_predictions, reject_predictions
from piximi_core.project.contents.runs import find_run
from piximi_core.project.contents.things import (
    ThingFilter,
    count_things,
    find_ids,
    get_things,
    list_things,
)
from piximi_core.project.database.history import undo
from piximi_core.services.evaluation.evaluate_run import note_checked
from piximi_ui.base.label_actions import label_actions
from piximi_ui.components.gallery.contract import GalleryMemory
from piximi_ui.prediction.downloads import table_of
from piximi_ui.prediction.filters import all_predictions
from piximi_ui.server.actions import Action
from tests.pages.results import button, drawn, links, predict_here, texts, wait_until

pytestmark = pytest.mark.slow


def waiting(store) -> int:
    """How many predictions nobody has answered."""
    return count_things(store, ThingFilter(predicted=True))


def test_without_a_run_it_leads_to_training(open_page, untrained):
    assert links(open_page("predict", project="digits")) == ["Go to Train"]


def test_predict_the_unlabelled_ones_as_a_job(open_page, digits):
    page = open_page("predict", project="digits")
    assert "There is no prediction of this run to review" in texts(page)
    ask = button(page, "Predict 40 images")
    assert ask.proto.type == "primary"
    ask.click().run()
    wait_until(page, lambda p: any(b.key == "review-accept-all" for b in p.button))
    assert waiting(digits) == 40
    assert button(page, "Accept all 40 shown").proto.type == "secondary"


def test_what_was_accepted_is_shown_by_category_and_linked(open_page, digits):
    ids = predict_here(digits)
    accept_predictions(digits, ids)
    page = open_page("predict", project="digits")
    assert "You accepted 40:" in texts(page)
    by_category = accepted_by_category(digits, find_run(digits, "latest").id)
    assert sum(map(len, by_category.values())) == 40
    for category, accepted in by_category.items():
        assert page.button(key=f"accepted-{category}").label.endswith(f" {len(accepted)}")
    category, accepted = next(iter(by_category.items()))
    page.button(key=f"accepted-{category}").click().run()
    kind_id, _title, shown = page.session_state["piximi_shown_ids"]
    assert (kind_id, list(shown)) == ("Image", accepted)


def test_nothing_to_predict_says_why(open_page, digits):
    ids = find_ids(digits, ThingFilter(labelled=False))
    label_things(digits, ids, list_categories(digits)[1].id)
    page = open_page("predict", project="digits")
    assert not [b for b in page.button if b.label.startswith("Predict 0")]
    assert "Every image has a label" in texts(page)


def test_what_could_not_be_read_is_named_with_the_reason(open_page, digits):
    broken = list_things(digits, ThingFilter(labelled=False))[0]
    digits.files.original(broken.file_sha256, broken.extension).unlink()
    predict_here(digits)
    test = open_page("predict", project="digits")
    [left_out] = [e for e in test.expander if "could not be read" in e.label]
    assert left_out.label == "1 could not be read last time"
    assert broken.name in left_out.markdown[0].value.replace("\\", "")


def test_what_is_selected_on_the_images_page_can_be_predicted(open_page, digits):
    from piximi_ui.images.view import gallery_key

    chosen = find_ids(digits, ThingFilter())[:5]
    page = open_page("predict", project="digits")
    memory = GalleryMemory()
    memory.impose([*chosen, "deleted since"])
    page.session_state[f"gallery-memory:{gallery_key(digits)}"] = memory
    page.session_state["predict-which-digits"] = "selected"
    page.run()
    assert not button(page, "Predict 5 images").disabled


def test_accept_all_shown_obeys_the_threshold_and_is_one_step(open_page, digits):
    ids = predict_here(digits)
    confidences = sorted(t.prediction.confidence for t in get_things(digits, ids))
    least = int(100 * confidences[20]) + 1
    expected = sum(confidence >= least / 100 for confidence in confidences)
    page = open_page("predict", project="digits")
    page.slider[0].set_value(least).run()
    predicted = {t.id: t.prediction for t in get_things(digits, ids)}
    page.button(key="review-accept-all").click().run()
    labelled = [thing for thing in get_things(digits, ids) if thing.is_labelled]
    assert len(labelled) == expected
    assert all(t.category_id == predicted[t.id].category_id for t in labelled)
    assert waiting(digits) == 40 - expected
    undo(digits)
    assert waiting(digits) == 40
    assert not any(thing.is_labelled for thing in get_things(digits, ids))


def answered(store, action: Action) -> list[str]:
    """Let an action of the gallery be carried out, as the page does; return what is said then."""
    said: list[str] = []
    assert label_actions(store, answers=True)(action, lambda text, _icon: said.append(text))
    return said


def test_selected_ones_are_accepted_or_rejected_once(open_page, digits):
    ids = predict_here(digits)
    page = open_page("predict", project="digits")
    gallery = drawn(page, "items")
    assert {"accept", "reject"} <= set(gallery["allow"])
    for uid in ("one", "one"):
        answered(digits, Action("accept", tuple(ids[:2]), None, 1, uid))
    answered(digits, Action("reject", tuple(ids[2:5]), None, 2, "two"))
    found = get_things(digits, ids)
    assert [thing.is_labelled for thing in found[:5]] == [True, True, False, False, False]
    assert waiting(digits) == 35
    assert undo(digits) == "Reject 3 predictions"
    assert undo(digits) == "Accept 2 predictions"
    assert waiting(digits) == 40


def test_an_answer_to_what_others_did_since_is_refused_in_words(open_page, digits):
    ids = predict_here(digits)
    seen = str(digits.revision())
    label_things(digits, ids[:1], list_categories(digits)[1].id, who="ann")
    reject_predictions(digits, ids[1:2])
    action = Action("accept", tuple(ids[:3]), None, 1, "one", seen=seen)
    said = answered(digits, action)
    assert any("labelled by someone else" in text for text in said)
    assert any("1 was left as it is" in text for text in said)
    assert [t.is_labelled for t in get_things(digits, ids[:3])] == [True, False, True]
    assert get_things(digits, ids[:1])[0].labelled_by == "ann"


def test_rejecting_leads_to_labels_by_hand_and_never_to_the_same_run(open_page, digits):
    ids = predict_here(digits)
    note_checked(digits, find_run(digits, "latest"))
    reject_predictions(digits, ids[:3])
    accept_predictions(digits, ids[3:])
    page = open_page("predict", project="digits")
    assert page.button(key="guide-go").label == "Label 3 by hand"
    assert not [b for b in page.button if b.label.startswith("Predict 0")]
    page.button(key="guide-go").click().run()
    assert page.session_state["piximi_view:digits"].state == "unlabelled"
    undo(digits)
    undo(digits)
    assert waiting(digits) == 40


def test_labelled_images_are_left_out_of_bulk_answers_until_asked_for(open_page, digits):
    predict_here(digits, labelled=True)
    page = open_page("predict", project="digits")
    assert page.button(key="review-accept-all").disabled
    run = find_run(digits, "latest")
    page.segmented_control(key=f"review-labelled-digits-{run.id}").set_value("with").run()
    assert not page.button(key="review-accept-all").disabled
    assert "160 of those shown have a label, which accepting replaces" in texts(page)


def test_clear_all_takes_every_prediction_and_undo_brings_them_back(open_page, digits):
    predict_here(digits)
    page = open_page("predict", project="digits")
    page.button(key="review-clear").click().run()
    assert waiting(digits) == 0
    undo(digits)
    assert waiting(digits) == 40


def test_the_table_has_a_probability_per_category(digits):
    ids = predict_here(digits)
    run = find_run(digits, "latest")
    text = table_of(digits, run, all_predictions(run)).decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == len(ids)
    for line in lines:
        shares = {name: float(line[f"p:{name}"]) for name in (c.name for c in run.classes)}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
        assert line["category"] == max(shares, key=shares.__getitem__)
