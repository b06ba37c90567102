"""Random walks through the Images page: no label on a thing that was not visibly selected.

What the person saw is kept by the page itself, at the very moment a key comes down; what should
follow is worked out from that alone and compared with the database after every action. Further
seeds: ``PIXIMI_WALK_SEEDS=1,2,3``. A short walk is part of every run of the tests, one of 300 steps
(``PIXIMI_WALK_STEPS``) of the soak's.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from piximi_core.annotation import encode_mask
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.things import ThingFilter, list_things
from tests.browser.desk import Desk, Sit
from tests.browser.gallery.gallery_driver import tiles
from tests.browser.gallery.walk_seen import WITNESS
from tests.browser.gallery.walk_steps import Walk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEDS = [int(seed) for seed in os.environ.get("PIXIMI_WALK_SEEDS", "11").split(",")]
SHORT, LONG = 60, int(os.environ.get("PIXIMI_WALK_STEPS", "300"))
WALKS = [
    pytest.param(seed, steps, marks=marks)
    for seed in SEEDS
    for steps, marks in ((SHORT, ()), (LONG, pytest.mark.long))
]
IMAGES = 110  # two pages


def lay_out(desk: Desk) -> None:
    """Some labels, some predictions, and a kind of objects with categories of its own."""
    store = desk.store
    desk.unlabel()
    images = list_things(store, ThingFilter())
    label_things(store, [image.id for image in images[::4]], desk.categories[3].id)
    kind = create_kind(store, "cell")
    create_category(store, "round", kind_id=kind.id)
    create_category(store, "1", kind_id=kind.id)
    runs = tuple(encode_mask(np.ones((3, 3), dtype=bool)))
    five = desk.categories[6]
    said = [PredictedThing(image.id, five.id, five.name, 0, []) for image in images[1::3]]
    with store.step("Objects and predictions") as db:
        add_objects(
            db,
            [NewObject(i.id, kind.id, (1, 1, 4, 4), runs, category=None) for i in images[::5]],
            who="tester",
        )
        store_predictions(db, "", said)


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Nothing here is about time, and the machine may have other things to do."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.mark.timeout(2400)
@pytest.mark.parametrize(("seed", "steps"), WALKS)
def test_no_label_goes_astray_wherever_one_walks(
    sit: Sit, browser: Browser, seed: int, steps: int
) -> None:
    desk = sit(IMAGES)
    lay_out(desk)
    windows = [browser.new_context(viewport={"width": 1400, "height": 900}) for _ in range(2)]
    pages = [window.new_page() for window in windows]
    for page, port in zip(pages, (desk.wire.port, desk.dashboard.port), strict=True):
        page.add_init_script(WITNESS)
        page.set_default_timeout(30_000)
        page.goto(f"http://127.0.0.1:{port}/images?project=digits")
        expect(tiles(page)).to_have_count(100, timeout=60_000)
    walk = Walk(desk, pages[0], pages[1], random.Random(seed))
    try:
        for _ in range(steps):
            walk.step()
        walk.settle(pages[0])
        walk.check()
    except Exception as error:
        error.add_note("\n".join(["the last steps:", *walk.trail[-20:]]))
        raise
    finally:
        for window in windows:
            window.close()
    assert walk.done > steps / 10, "the walk labelled something"
    assert desk.dashboard.faults() == []
