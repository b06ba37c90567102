"""Looking at images: in full size, compared, in another order, filtered under a name."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from piximi_core.images import Look
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import describe_thing, label_things, set_partition
from piximi_core.project.contents.looks import keep_look, look_of
from piximi_core.project.contents.saved_filters import list_saved_filters, save_filter
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store
from piximi_ui.components.viewer import ViewerAction, read_action
from piximi_ui.images import viewer_dialog
from piximi_ui.images.info_panel import shared_facts
from piximi_ui.images.view import View, to_address, view_from_address
from tests.pages.images.seen import select, words
from tests.pages.results import drawn

LOOK = "ffff00:0:128"
ICON = ":material/filter_list:"


def shown(test: AppTest) -> list[str]:
    gallery = drawn(test, "items")
    assert gallery is not None
    return [item["id"] for item in gallery["items"]]


@pytest.mark.slow
def test_an_image_opens_in_full_size_with_its_neighbours_at_hand(opened, untrained):
    first, second, *_rest = find_ids(untrained, ThingFilter())
    select(opened, [first])
    opened.button(key="enlarge").click().run()
    data = drawn(opened, "images")
    assert data is not None
    [image] = data["images"]
    assert image["id"] == first
    assert image["plane"].endswith("/{plane}")
    assert image["look"] == ""
    assert (image["place"], data["total"]) == (0, 60)
    assert data["around"]["before"] == []
    after = find_ids(untrained, ThingFilter())[1:9]
    assert [(each["id"], each["place"]) for each in data["around"]["after"]] == [
        (thing_id, place) for place, thing_id in enumerate(after, start=1)
    ]
    [neighbour] = get_things(untrained, [second])
    assert any(neighbour.file_sha256 in address for address in data["ahead"])


def test_two_selected_images_are_compared(opened, untrained):
    chosen = find_ids(untrained, ThingFilter())[5:7]
    select(opened, chosen)
    opened.button(key="compare").click().run()
    data = drawn(opened, "images")
    assert data is not None
    assert [image["id"] for image in data["images"]] == chosen
    assert data["linked"]
    assert all(image["name"].startswith("digit-") for image in data["images"])


@pytest.fixture
def state(monkeypatch) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.session_state", kept)
    monkeypatch.setattr("streamlit.query_params", _Query())
    return kept


class _Query(dict):
    def to_dict(self) -> dict[str, str]:
        return dict(self)


def test_the_viewer_goes_on_in_the_order_shown_and_stops_at_the_ends(untrained, state):
    order = find_ids(untrained, ThingFilter())

    def after(origin: str, by: int) -> str:
        viewer_dialog.act(untrained, ViewerAction("step", (origin,), by))
        return state["piximi_dialog"][1]["ids"][0]

    assert after(order[3], 2) == order[5]
    assert after(order[3], -100) == order[0]
    assert after(order[3], 1000) == order[-1]


def test_a_look_is_kept_for_one_image_or_for_all_and_undone(untrained, state):
    order = find_ids(untrained, ThingFilter())
    look = Look.parse(LOOK)
    viewer_dialog.act(untrained, ViewerAction("keep", (order[0],), look=look))
    assert [look_of(thing) for thing in get_things(untrained, order[:2])] == [look, None]
    viewer_dialog.act(untrained, ViewerAction("keep_all", (order[0],), look=look))
    assert {look_of(thing) for thing in get_things(untrained, order)} == {look}
    assert state["piximi_viewer_said"] == "60 images are shown so."
    undo(untrained)
    assert look_of(get_things(untrained, order[1:2])[0]) is None
    wrong = Look.parse(f"{LOOK},{LOOK}")
    viewer_dialog.act(untrained, ViewerAction("keep_all", (order[0],), look=wrong))
    assert "another number of channels" in state["piximi_viewer_said"]


def test_the_thumbnails_follow_the_look(open_page, untrained):
    first, second, *_rest = find_ids(untrained, ThingFilter())
    keep_look(untrained, [first], Look.parse(LOOK))
    gallery = drawn(open_page("images", project="digits"), "items")
    assert gallery is not None
    thumbs = {item["id"]: item["thumb"] for item in gallery["items"]}
    assert thumbs[first].endswith("?look=ffff00%3A0%3A128")
    assert "?" not in thumbs[second]


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        {},
        {"type": "delete", "ids": ["a"]},
        {"type": "step", "from": "a"},
        {"type": "step", "from": 1, "by": 1},
        {"type": "step", "from": "a", "by": 1.5},
        {"type": "step", "from": "a", "by": 10**9},
        {"type": "keep", "ids": [], "look": ""},
        {"type": "keep", "ids": ["a"], "look": None},
        {"type": "keep", "ids": ["a"], "look": "ffffff:nan:1"},
        {"type": "keep_all", "ids": [1], "look": ""},
    ],
)
def test_what_the_browser_says_wrongly_is_no_action(raw):
    assert read_action(raw) is None


def test_what_the_browser_says_rightly_is_one():
    assert read_action({"type": "keep", "ids": ["a"], "look": LOOK}) == ViewerAction(
        "keep", ("a",), look=Look.parse(LOOK)
    )
    assert read_action({"type": "keep_all", "ids": ["a"], "look": ""}) == ViewerAction(
        "keep_all", ("a",)
    )


def test_a_random_order_has_a_seed_that_stands_in_the_address(open_page, untrained):
    test = open_page("images", project="digits", sort="random", seed="41")
    before = shown(test)
    assert sorted(before) == sorted(find_ids(untrained, ThingFilter()))
    assert before == find_ids(untrained, ThingFilter(sort="random", seed=41))
    test.session_state["sort"] = True
    test.run()
    assert test.number_input(key="view-seed-digits").value == 41
    test.button(key="shuffle").click().run()
    assert test.query_params["seed"] == "42"
    assert shown(test) != before
    again = open_page("images", project="digits", sort="random", seed="41")
    assert shown(again) == before


def test_filters_are_shown_as_chips_that_can_be_taken_away(open_page, untrained):
    three = next(c for c in list_categories(untrained) if c.name == "3")
    test = open_page(
        "images", project="digits", state="labelled", search="digit", categories=three.id
    )
    assert test.button(key="clear-filters").label == "Clear 3 filters"
    assert test.button(key=f"chip-categories-{three.id}").label == "3"
    few = len(shown(test))
    test.button(key=f"chip-categories-{three.id}").click().run()
    assert len(shown(test)) == 48 > few
    assert "categories" not in test.query_params
    test.button(key="chip-search").click().run()
    test.button(key="chip-state").click().run()
    assert len(shown(test)) == 60
    assert "clear-filters" not in {button.key for button in test.button}


def menu(test: AppTest) -> AppTest:
    """Open the menu of saved filters, which AppTest cannot click."""
    test.session_state["saved-filters"] = True
    return test.run()


def click(test: AppTest, key: str) -> AppTest:
    button = menu(test).button(key=key).click()
    test.session_state["saved-filters"] = True
    return button.run()


def test_what_is_shown_is_saved_chosen_renamed_and_deleted(open_page, untrained):
    test = open_page("images", project="digits", state="unlabelled", sort="name")
    menu(test).text_input(key="filter-new").set_value("To do").run()
    [saved] = list_saved_filters(untrained)
    assert (saved.name, saved.settings) == ("To do", {"state": "unlabelled", "sort": "name"})
    test.button(key="chip-state").click().run()
    assert len(shown(test)) == 60
    click(test, f"filter-{saved.id}")
    assert len(shown(test)) == 12
    assert test.query_params["state"] == "unlabelled"
    click(test, f"filter-manage-{saved.id}")
    test.text_input(key=f"filter-rename-{saved.id}").set_value("Later").run()
    assert [one.name for one in list_saved_filters(untrained)] == ["Later"]
    click(test, f"filter-manage-{saved.id}")
    click(test, f"filter-delete-{saved.id}")
    assert list_saved_filters(untrained) == []
    assert len(shown(test)) == 12
    undo(untrained)
    assert [one.name for one in list_saved_filters(untrained)] == ["Later"]


def test_a_name_that_is_taken_is_said(open_page, untrained):
    save_filter(untrained, "Mine", {"sort": "name"})
    test = open_page("images", project="digits")
    menu(test).text_input(key="filter-new").set_value("Mine").run()
    assert "already a filter" in " ".join(
        [*(toast.value for toast in test.toast), *(e.value for e in test.error)]
    )
    assert len(list_saved_filters(untrained)) == 1


def test_a_filter_that_has_run_empty_says_that_all_is_done_or_that_it_hides_all(
    open_page, untrained
):
    test = open_page("images", project="digits", state="unlabelled", search="nowhere")
    texts = drawn(test, "items")["texts"]
    assert (texts["empty"], texts["show_all"]) == ("No image passes the filter.", "Show all")
    red = list_categories(untrained)[1]
    label_things(untrained, find_ids(untrained, ThingFilter(labelled=False)), red.id)
    test = open_page("images", project="digits", state="unlabelled")
    gallery = drawn(test, "items")
    assert gallery["items"] == []
    assert (gallery["texts"]["empty"], gallery["texts"]["show_all"]) == (
        "All images are labelled.",
        "Show all",
    )
    assert "show_all" in gallery["allow"]


def test_a_menu_that_was_opened_and_left_says_nothing(open_page, untrained):
    save_filter(untrained, "Mine", {"sort": "name"})
    test = open_page("images", project="digits")
    menu(test).text_input(key="filter-new").set_value("  ").run()
    [saved] = list_saved_filters(untrained)
    click(test, f"filter-manage-{saved.id}")
    test.text_input(key=f"filter-rename-{saved.id}").set_value("").run()
    assert not test.toast
    assert not test.error
    assert [one.name for one in list_saved_filters(untrained)] == ["Mine"]


def test_a_view_comes_back_from_what_is_saved():
    view = View(sort="random", seed=7, search="a,b", state="predicted", partitions=("Test",))
    assert view_from_address(to_address(view)) == view
    assert to_address(View(seed=7)) == {}
    assert view_from_address({"sort": "random", "seed": "-1"}).seed == 0
    assert view_from_address({"sort": "random", "seed": "9999999"}).seed == 0


def test_several_images_show_what_they_share(opened, untrained):
    chosen = find_ids(untrained, ThingFilter())[:3]
    set_partition(untrained, chosen, "Test")
    describe_thing(untrained, chosen[0], {"stain": "DAPI"})
    select(opened, chosen)
    assert "Size: 8 × 8" in words(opened)
    assert "stain: various" in words(opened)
    assert opened.selectbox[1].placeholder == "All: Test"


def test_shared_facts_say_what_differs():
    each = [{"Size": "1 × 1", "Planes": "1"}, {"Size": "1 × 1", "Planes": "9", "Note": "x"}]
    assert shared_facts(each) == {"Size": "1 × 1", "Planes": "various", "Note": "various"}


def test_the_filter_stays_the_same_popover_while_more_is_chosen(
    open_page: Any, untrained: Store
) -> None:
    def popover(page: AppTest) -> str:
        blocks: list[Any] = [page.main]
        for block in blocks:
            blocks += getattr(block, "children", {}).values()
        [found] = [b.proto for b in blocks if b.type == "popover" and b.proto.popover.icon == ICON]
        return str(found.id)

    known = [category.id for category in list_categories(untrained)]
    page = open_page("images", project="digits")
    narrowed = open_page("images", project="digits", categories=known[1])
    assert popover(page) == popover(narrowed) != "", "another one would close at every choice"
