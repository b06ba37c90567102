"""The Images page: what is shown, found, labelled, renamed and deleted."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things, list_things
from piximi_core.project.database.history import history, undo
from piximi_core.project.workspace import create_project
from piximi_ui.base.label_actions import label_actions
from piximi_ui.images import browser
from piximi_ui.server.actions import Action
from tests.pages.images.seen import select, shown_total, words


def labels(test: AppTest) -> list[str]:
    return [button.label for button in test.button]


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
