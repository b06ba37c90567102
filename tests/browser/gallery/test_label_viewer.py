"""Labels in the viewer, in a real browser: by key, one picture after the other, none unseen."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from piximi_core.annotation import encode_mask
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.things import ThingFilter, find_ids, list_things
from piximi_core.project.database.history import history
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from tests.browser.dashboard import Dashboard

pytestmark = pytest.mark.browser

NAMES = ("red", "green", "blue")


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    server = Dashboard(tmp_path_factory.mktemp("labels") / "workspace")
    folder = tmp_path_factory.mktemp("pictures")
    store = create_store(server.workspace / "small", "Small")
    random = np.random.default_rng(3)
    for number in range(30):
        picture = random.integers(0, 255, (24, 24), np.uint8)
        Image.fromarray(picture).save(folder / f"{number:02}.png")
    sources = [SourceFile(path, path.name) for path in sorted(folder.iterdir())]
    run_here(store, add_images.ask(store, sources, add_images.AddOptions()))
    for name in NAMES:
        create_category(store, name)
    store.close()
    server.start()
    yield server
    server.stop()


def opened(page: Page, dashboard: Dashboard) -> tuple[Locator, Store]:
    page.goto(f"{dashboard.url}/images?project=small&state=unlabelled")
    tiles = page.locator("[role=option]")
    expect(tiles.first).to_be_visible(timeout=90_000)
    tiles.first.dblclick()
    viewer = page.locator(".viewer")
    expect(viewer.locator(".swatch").first).to_be_visible(timeout=60_000)
    return viewer, Store(dashboard.workspace / "small")


def shown(viewer: Locator) -> str:
    return viewer.locator("strong").inner_text()


def labels(store: Store) -> dict[str, str]:
    names = {category.id: category.name for category in list_categories(store)}
    return {thing.name: names[thing.category_id] for thing in list_things(store, ThingFilter())}


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_pictures_are_labelled_one_after_the_other_and_none_that_is_not_seen(
    page: Page, dashboard: Dashboard
) -> None:
    viewer, store = opened(page, dashboard)
    expected = {}
    for turn in range(20):
        key = 1 + turn % 3
        expected[shown(viewer)] = NAMES[key - 1]
        page.keyboard.press(str(key))
        # The next one by itself, though the labelled one passes the filter no more.
        expect(viewer.locator("strong")).not_to_have_text(list(expected)[-1], timeout=60_000)
    assert len(expected) == 20
    until(lambda: all(labels(store)[name] == label for name, label in expected.items()))
    others = {name: label for name, label in labels(store).items() if name not in expected}
    assert set(others.values()) == {"Unknown"}
    assert viewer.locator(".place").inner_text() == "21 of 30"
    # Back is where one was, with its label to be seen, and U takes that away.
    page.keyboard.press("Backspace")
    expect(viewer.locator("strong")).to_have_text(list(expected)[-1])
    expect(viewer.locator(".chip.label")).to_have_text(expected[shown(viewer)], timeout=30_000)
    name = shown(viewer)
    page.keyboard.press("u")
    until(lambda: labels(store)[name] == "Unknown")
    page.keyboard.press("Control+z")
    until(lambda: labels(store)[name] == expected[name])
    expect(viewer.locator(".said")).to_have_text(re.compile("Undone"), timeout=30_000)


def test_the_switch_keeps_the_picture_and_a_label_given_at_the_last_moment_is_not_lost(
    page: Page, dashboard: Dashboard
) -> None:
    viewer, store = opened(page, dashboard)
    viewer.get_by_label("Go on to the next").uncheck()
    name = shown(viewer)
    page.keyboard.press("2")
    expect(viewer.locator(".chip.label")).to_have_text("green", timeout=30_000)
    assert shown(viewer) == name
    viewer.get_by_label("Go on to the next").check()
    page.keyboard.press("ArrowRight")
    expect(viewer.locator("strong")).not_to_have_text(name)
    last = shown(viewer)
    page.keyboard.press("3")
    page.keyboard.press("Escape")
    expect(viewer).to_have_count(0, timeout=60_000)
    until(lambda: labels(store)[last] == "blue")
    assert labels(store)[name] == "green"


def test_a_click_selects_the_object_under_it_and_a_key_labels_that(
    page: Page, dashboard: Dashboard
) -> None:
    store = Store(dashboard.workspace / "small")
    first = find_ids(store, ThingFilter(labelled=False))[0]
    kind = create_kind(store, "cell")
    for name in ("round", "long"):
        create_category(store, name, kind_id=kind.id)
    # A ring, and in its hole a spot: who clicks the spot does not mean the ring.
    ring = np.ones((12, 12), bool)
    ring[3:9, 3:9] = False
    with store.step("Add objects") as db:
        boxes = {(2, 2, 14, 14): ring, (6, 6, 10, 10): np.ones((4, 4), bool)}
        found = [
            NewObject(first, kind.id, box, tuple(encode_mask(mask))) for box, mask in boxes.items()
        ]
        around, spot = add_objects(db, found, who="tester")
    viewer, _store = opened(page, dashboard)
    name = shown(viewer)
    expect(viewer.get_by_text("Objects · 2")).to_be_visible(timeout=30_000)
    expect(viewer.locator(".frame img")).to_be_visible(timeout=60_000)
    picture = viewer.locator(".frame img").bounding_box()
    assert picture is not None
    scale = picture["width"] / 24

    def click(x: float, y: float) -> None:
        page.mouse.click(picture["x"] + x * scale, picture["y"] + y * scale)

    click(8, 8)
    expect(viewer.locator(".caption.object")).to_contain_text("Not labelled")
    expect(viewer.locator(".swatch-name")).to_have_text(["Unknown", "round", "long"])
    page.keyboard.press("2")
    until(lambda: objects(store) == {around: "Unknown", spot: "long"})
    assert history(store, 1)[0].label == "Label 1 object"
    click(4.5, 4.5)
    page.keyboard.press("1")
    until(lambda: objects(store) == {around: "round", spot: "long"})
    # Where no object is, the picture itself is labelled again.
    click(20, 20)
    expect(viewer.locator(".caption.object")).to_be_hidden()
    expect(viewer.locator(".swatch-name").nth(1)).to_have_text("red")
    click(4.5, 4.5)
    page.keyboard.press("Escape")
    expect(viewer.locator(".caption.object")).to_be_hidden()
    expect(viewer).to_be_visible()
    assert labels(store)[name] == "Unknown"


def objects(store: Store) -> dict[str, str]:
    return {each.id: each.category_name for each in list_objects(store)}


def test_a_prediction_is_answered_by_key_once(page: Page, dashboard: Dashboard) -> None:
    store = Store(dashboard.workspace / "small")
    ids = find_ids(store, ThingFilter(labelled=False))[:3]
    red = list_categories(store)[1]
    with store.step("Predict") as db:
        found = [PredictedThing(i, red.id, "red", 0.75, (0.75, 0.25)) for i in ids]
        store_predictions(db, "a-run", found)
    viewer, _store = opened(page, dashboard)
    first = shown(viewer)
    expect(viewer.locator(".chip.prediction")).to_be_visible(timeout=30_000)
    page.keyboard.press("a")
    expect(viewer.locator("strong")).not_to_have_text(first)
    second = shown(viewer)
    page.keyboard.press("r")
    until(lambda: history(store, 1)[0].label == "Reject 1 prediction")
    assert history(store, 2)[1].label == "Accept 1 prediction"
    assert (labels(store)[first], labels(store)[second]) == ("red", "Unknown")
    assert find_ids(store, ThingFilter(rejected_of="a-run")) == [
        thing.id for thing in list_things(store, ThingFilter()) if thing.name == second
    ]


def test_what_another_labelled_meanwhile_is_refused_in_words(
    page: Page, dashboard: Dashboard
) -> None:
    viewer, store = opened(page, dashboard)
    name = shown(viewer)
    [thing] = [each for each in list_things(store, ThingFilter()) if each.name == name]
    time.sleep(0.1)
    label_things(store, [thing.id], list_categories(store)[1].id, who="ann")
    page.keyboard.press("3")
    expect(viewer.locator(".said")).to_have_text(re.compile("someone else"), timeout=60_000)
    assert labels(store)[name] == "red"
