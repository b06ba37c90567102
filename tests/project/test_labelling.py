"""Labels, partitions, categories, predictions and names."""

from __future__ import annotations

import pytest

from piximi_core.errors import BadInput, NotFound
from piximi_core.project.contents import categories, labelling, predictions, things
from piximi_core.project.contents.counts import count_by_category
from piximi_core.project.contents.things import ThingFilter, find_ids, list_things
from piximi_core.project.database.store import Store
from tests.project.conftest import fill, new_image


def ids_of(store: Store, **wanted: object) -> list[str]:
    return find_ids(store, ThingFilter(**wanted))  # type: ignore[arg-type]


def category(store: Store, name: str) -> categories.Category:
    return next(c for c in categories.list_categories(store) if c.name == name)


def test_images_come_in_with_labels_partitions_and_unique_names(store: Store) -> None:
    same = "cell.png"
    fill(store, [new_image(1, "red", same), new_image(2, None, same), new_image(3, "red", "x")])
    listed = list_things(store, ThingFilter())
    assert [thing.name for thing in listed] == ["cell.png", "cell_1.png", "x"]
    assert [thing.partition for thing in listed] == ["Unassigned", "Inference", "Unassigned"]
    assert [thing.labelled_by for thing in listed] == ["tester", None, "tester"]
    assert listed[0].pixel_size == {"x": 0.1 + 0.2, "y": 1 / 3, "z": None, "unit": "µm"}


def test_thousands_of_equal_names_are_numbered_in_order(store: Store) -> None:
    taken = [new_image(1, name="img_2.png"), new_image(2, name="img")]
    fill(store, [*taken, *(new_image(3 + i, name="img.png") for i in range(3000))])
    fill(store, [new_image(9000, name="img.png"), new_image(9001, name="img_2.png")])
    # The name img_2.png was taken before, so that number is passed over.
    numbers = [number for number in range(1, 3002) if number != 2]
    expected = ["img_2.png", "img", "img.png", *(f"img_{n}.png" for n in numbers), "img_2_1.png"]
    assert [thing.name for thing in list_things(store, ThingFilter())] == expected


def test_what_others_labelled_after_a_moment_is_known(filled: Store) -> None:
    a, b, c = ids_of(filled)[:3]
    white = category(filled, "white").id
    labelling.label_things(filled, [a], white, who="Ada")
    seen = filled.revision()
    labelling.label_things(filled, [b], white, who="Ada")
    labelling.label_things(filled, [c], white, who="Ben")
    assert labelling.labelled_by_others(filled, [a, b, c], since=seen, who="Ben") == [b]
    assert labelling.labelled_by_others(filled, [a, c], since=seen, who="Ada") == [c]
    assert set(labelling.labelled_by_others(filled, [b, c], since=seen)) == {b, c}


def test_the_same_picture_comes_in_once(store: Store) -> None:
    assert fill(store, [new_image(1), new_image(1, name="again.png")]) == 1
    assert fill(store, [new_image(1)]) == 0


def test_a_label_moves_only_what_was_not_dealt(filled: Store) -> None:
    a, b, *_ = ids_of(filled, labelled=False)
    labelling.set_partition(filled, [a], "Validation")
    white = category(filled, "white")
    assert labelling.label_things(filled, [a, b], white.id, who="Ada") == 2
    by_id = {thing.id: thing for thing in list_things(filled, ThingFilter())}
    assert (by_id[a].partition, by_id[b].partition) == ("Validation", "Unassigned")
    assert by_id[a].labelled_by == "Ada"
    unknown = categories.list_categories(filled)[0]
    labelling.label_things(filled, [a], unknown.id)
    thing = things.get_things(filled, [a])[0]
    assert (thing.partition, thing.labelled_by, thing.is_labelled) == ("Inference", None, False)


def test_labelling_with_a_category_that_is_gone(filled: Store) -> None:
    red = category(filled, "red")
    assert categories.delete_category(filled, red.id) == 2
    with pytest.raises(NotFound, match="gone"):
        labelling.label_things(filled, ids_of(filled), red.id)
    assert len(ids_of(filled, labelled=False)) == 4


@pytest.mark.parametrize(
    "name", ["a\"quote's", "<script>alert(1)</script>", "🧫🔬", "x" * 300, "=1+1", "None", "01"]
)
def test_category_names_are_data(filled: Store, name: str) -> None:
    made = categories.create_category(filled, name)
    assert category(filled, name).id == made.id
    with pytest.raises(BadInput, match="already"):
        categories.create_category(filled, f"  {name}  ")


@pytest.mark.parametrize("name", ["", "   ", "\n", "x" * 301])
def test_impossible_names_are_refused(filled: Store, name: str) -> None:
    with pytest.raises(BadInput):
        categories.create_category(filled, name)
    with pytest.raises(BadInput):
        labelling.rename_thing(filled, ids_of(filled)[0], name)


def test_unknown_stays(filled: Store) -> None:
    unknown = categories.list_categories(filled)[0]
    for act in (
        lambda: categories.rename_category(filled, unknown.id, "x"),
        lambda: categories.recolor_category(filled, unknown.id, "#000000"),
        lambda: categories.delete_category(filled, unknown.id),
    ):
        with pytest.raises(BadInput, match="Unknown"):
            act()


def test_colours_never_repeat_until_the_palette_is_used_up(store: Store) -> None:
    made = [categories.create_category(store, str(number)).color for number in range(40)]
    assert len(set(made)) == 40
    with pytest.raises(BadInput, match="#rrggbb"):
        categories.create_category(store, "bad", color="red; x")


def test_two_things_never_share_a_name(filled: Store) -> None:
    first, second, *_ = ids_of(filled)
    name = things.get_things(filled, [second])[0].name
    with pytest.raises(BadInput, match="already an image"):
        labelling.rename_thing(filled, first, name)


def predict(store: Store, ids: list[str], name: str) -> None:
    found = [
        predictions.PredictedThing(
            thing, category(store, name).id, name, 0.5 + i / 100, [0.5 + i / 100, 0.5 - i / 100]
        )
        for i, thing in enumerate(ids)
    ]
    with store.step("Predict") as db:
        assert predictions.store_predictions(db, "run", found) == len(ids)


def test_a_prediction_stands_beside_the_label_until_accepted(filled: Store) -> None:
    unlabelled = ids_of(filled, labelled=False)
    predict(filled, unlabelled, "red")
    thing = things.get_things(filled, unlabelled[:1])[0]
    assert not thing.is_labelled
    assert thing.prediction is not None
    assert thing.prediction.class_name == "red"
    assert ids_of(filled, predicted=True, sort="confidence", descending=True) == unlabelled[::-1]
    assert ids_of(filled, least_confidence=0.505) == unlabelled[1:]
    assert predictions.accept_predictions(filled, unlabelled[:1], who="Ada") == 1
    accepted = things.get_things(filled, unlabelled[:1])[0]
    assert (accepted.category_id, accepted.partition, accepted.labelled_by) == (
        category(filled, "red").id,
        "Unassigned",
        "Ada",
    )
    assert accepted.prediction is None
    assert predictions.reject_predictions(filled, unlabelled) == 1
    predict(filled, unlabelled[1:], "red")
    assert predictions.clear_predictions(filled) == 1


def test_a_prediction_of_a_deleted_category_cannot_be_accepted(filled: Store) -> None:
    unlabelled = ids_of(filled, labelled=False)
    predict(filled, unlabelled, "red")
    categories.delete_category(filled, category(filled, "red").id)
    assert predictions.accept_predictions(filled, unlabelled) == 0
    assert ids_of(filled, predicted=True) == unlabelled


def test_filters_sorts_and_counts(filled: Store) -> None:
    red = category(filled, "red")
    assert len(ids_of(filled, category_ids=[red.id])) == 2
    assert len(ids_of(filled, name_contains="0003")) == 1
    assert ids_of(filled, name_contains="%") == []
    names = [t.name for t in list_things(filled, ThingFilter(sort="name", descending=True))]
    assert names == sorted(names, reverse=True)
    shuffled = ids_of(filled, sort="random", seed=5)
    assert sorted(shuffled) == sorted(ids_of(filled))
    assert shuffled == ids_of(filled, sort="random", seed=5)
    pages = [
        thing.id
        for offset in (0, 4)
        for thing in list_things(filled, ThingFilter(sort="random"), offset=offset, limit=4)
    ]
    assert pages == ids_of(filled, sort="random")
    assert count_by_category(filled)[red.id] == {"Unassigned": 2}
    assert things.count_things(filled, ThingFilter(partitions=["Inference"])) == 2


def test_more_ids_than_sqlite_takes_parameters(filled: Store) -> None:
    many = [*ids_of(filled), *(f"1{number}" for number in range(40_000))]
    assert labelling.label_things(filled, many, category(filled, "red").id) == 6


def test_partitions_are_piximis(filled: Store) -> None:
    with pytest.raises(BadInput, match="no partition"):
        labelling.set_partition(filled, ids_of(filled), "Holdout")


def test_each_seed_has_an_order_of_its_own(store: Store) -> None:
    fill(store, [new_image(i) for i in range(120)])
    orders = {seed: ids_of(store, sort="random", seed=seed) for seed in range(20)}
    assert all(sorted(order) == sorted(orders[0]) for order in orders.values())
    places = {seed: {name: i for i, name in enumerate(order)} for seed, order in orders.items()}
    for seed in range(19):
        moved = [abs(places[seed][name] - places[seed + 1][name]) for name in orders[0]]
        # Two independent orders of n lie n/3 apart on average.
        assert 25 < sum(moved) / 120 < 55
