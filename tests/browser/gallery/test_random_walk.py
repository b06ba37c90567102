"""Random walks through the Images page: no label on a thing that was not visibly selected.

What the person saw is kept by the page itself, at the very moment a key comes down; what should
follow is worked out from that alone and compared with the database after every action. Further
seeds: ``PIXIMI_WALK_SEEDS=1,2,3``. A short walk is part of every run of the tests, one of 300 steps
(``PIXIMI_WALK_STEPS``) of the soak's.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as Unmoved
from sqlalchemy import select

from piximi_core.annotation import encode_mask
from piximi_core.project.contents.categories import create_category, list_categories
from piximi_core.project.contents.kinds import create_kind, list_kinds
from piximi_core.project.contents.labelling import delete_things, label_things
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.predictions import PredictedThing, store_predictions
from piximi_core.project.contents.things import ThingFilter, find_ids, list_things
from piximi_core.project.database.history import history
from piximi_core.project.database.schema import journal
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.images.view import to_filter, view_from_address
from tests.browser.desk import Desk, Sit
from tests.browser.gallery.gallery_driver import tiles

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEDS = [int(seed) for seed in os.environ.get("PIXIMI_WALK_SEEDS", "11").split(",")]
SHORT, LONG = 60, int(os.environ.get("PIXIMI_WALK_STEPS", "300"))
WALKS = [
    pytest.param(seed, steps, marks=marks)
    for seed in SEEDS
    for steps, marks in ((SHORT, ()), (LONG, pytest.mark.long))
]
IMAGES = 110  # two pages
SETTLED = 8.0  # seconds after which another's label is on the screen
# The page notes what is to be seen when a key comes down or a button is pressed.
WITNESS = """
  const roots = () => [...document.querySelectorAll("*")]
    .map((node) => node.shadowRoot?.querySelector(".gallery")).filter(Boolean);
  const isStale = (gallery) => gallery.getRootNode().host.closest("[data-stale=true]") !== null;
  window.look = () => {
    const galleries = roots();
    const gallery = galleries[0];
    if (!gallery) return null;
    const all = (selector) => [...gallery.querySelectorAll(selector)];
    return {
      shown: all(".tile").map((tile) => tile.dataset.id),
      selected: all(".tile[aria-selected=true]").map((tile) => tile.dataset.id),
      count: gallery.querySelector(".count").textContent,
      keys: Object.fromEntries(all(".swatch[data-category]").map((swatch) =>
        ["kbd", ".swatch-name"].map((part) => swatch.querySelector(part).textContent))),
      unsaved: gallery.querySelector(".unsaved").textContent,
      offline: gallery.querySelector(".offline").textContent,
      address: location.href,
      leaving: galleries.length > 1 || isStale(gallery),
    };
  };
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") window.seen = window.look();
  }, true);
  window.addEventListener("pointerdown", (event) => {
    window.seen = window.look();
    const swatch = event.composedPath().find((node) => node.matches?.(".swatch[data-category]"));
    window.pressed = swatch?.querySelector(".swatch-name").textContent;
  }, true);
"""

Labels = dict[str, str]  # category by thing


@dataclass
class Given:
    """A label on its way: the things that were visibly selected, and the category."""

    things: list[str]
    category: str


@dataclass
class Walk:
    """Two windows of one project, and what its labels should be."""

    desk: Desk
    page: Page
    other: Page
    chance: random.Random
    labels: Labels = field(default_factory=dict)
    predicted: set[str] = field(default_factory=set)
    done: int = 0
    waiting: list[Given] = field(default_factory=list)
    theirs: dict[str, tuple[str, float]] = field(default_factory=dict)  # may or may not hold
    trail: list[str] = field(default_factory=list)
    is_cut: bool = False

    def __post_init__(self) -> None:
        store = self.desk.store
        self.kinds = [kind.id for kind in list_kinds(store)]
        self.owner = {
            thing: kind
            for kind in self.kinds
            for thing in find_ids(store, ThingFilter(kind_id=kind))
        }
        self.labels, self.predicted = self.stored()
        self.came_with = len(history(store, 1000))

    def stored(self) -> tuple[Labels, set[str]]:
        """Categories by thing, and the things with a prediction, as the database has them."""
        found = [
            thing
            for kind in self.kinds
            for thing in list_things(self.desk.store, ThingFilter(kind_id=kind))
        ]
        labels = {thing.id: thing.category_id for thing in found}
        return labels, {thing.id for thing in found if thing.prediction is not None}

    # ---- what the person sees ----

    def look(self, page: Page) -> dict:
        for second in range(60):
            for _ in range(10):
                found = page.evaluate("window.look?.()")
                if found:
                    return dict(found)
                page.wait_for_timeout(100)
            if second == 20:
                # The line was cut while it was loaded: the browser does not try again by itself.
                self.trail.append("reload")
                page.reload()
        there = page.locator("body").inner_text()
        raise AssertionError(f"there is no gallery on {page.url}, but {there[:1500]}")

    def seen(self, page: Page) -> dict:
        """What was to be seen when the last key came down."""
        return dict(page.evaluate("window.seen"))

    def covered(self, seen: dict) -> list[str]:
        """The things that are visibly selected, or counted as those of other pages."""
        if "on other pages" not in seen["count"]:
            return list(seen["selected"])
        query = dict(parse_qsl(urlsplit(seen["address"]).query))
        view = view_from_address(query)
        everything = find_ids(self.desk.store, to_filter(view, query.get("kind", IMAGE_KIND)))
        number = int(seen["count"].split()[0])
        off = [thing for thing in seen["shown"] if thing not in seen["selected"]]
        everything = [thing for thing in everything if thing not in off]
        assert number == len(everything), f"{seen['count']}, but {len(everything)} are in view"
        return everything

    def category(self, name: str, things: list[str]) -> str:
        known = list_categories(self.desk.store, self.owner[things[0]])
        return next(category.id for category in known if category.name == name)

    # ---- what follows from it ----

    def give(self, page: Page, seen: dict, name: str) -> None:
        things = [thing for thing in self.covered(seen) if thing in self.labels]
        if not things:
            return
        given = Given(things, self.category(name, things))
        if seen["leaving"]:
            # Another page is just being drawn: the key is for what is seen, or for nothing.
            self.theirs |= {thing: (given.category, time.monotonic()) for thing in things}
        elif self.is_cut and page is self.page:
            self.waiting.append(given)
        else:
            self.apply(given)

    def apply(self, given: Given) -> None:
        things = [thing for thing in given.things if thing in self.labels]
        if not things:
            return
        self.done += 1
        for thing in things:
            self.labels[thing] = given.category

    def settle(self, page: Page) -> None:
        """Wait until the window has nothing left to be saved."""
        for _ in range(600):
            seen = self.look(page)
            if not seen["unsaved"] and not seen["offline"]:
                return
            page.wait_for_timeout(50)
        raise AssertionError(f"not saved: {seen['unsaved']}")

    def check(self) -> None:
        found, predicted = self.stored()
        names = {
            category.id: category.name
            for kind in self.kinds
            for category in list_categories(self.desk.store, kind)
        }
        astray = {
            thing: f"{names.get(self.labels.get(thing, ''))} expected, {names.get(category)} found"
            for thing, category in found.items()
            if category != self.labels.get(thing) and not self.is_theirs(thing, category)
        }
        assert not astray, "\n".join(["labels astray", str(astray), *self.said()])
        assert set(found) == set(self.labels), "\n".join(["things", *self.trail[-25:]])
        assert predicted == self.predicted, "\n".join(["predictions", *self.trail[-25:]])
        self.labels = found

    def said(self) -> list[str]:
        """What the page says of a label that went astray, and the last steps."""
        toasts = self.page.get_by_test_id("stToast").all_inner_texts()
        return [f"the page says {toasts}", *self.trail[-25:]]

    def is_theirs(self, thing: str, category: str) -> bool:
        """Whether another labelled it just now, so that ours may have been refused in words."""
        theirs, moment = self.theirs.get(thing, ("", 0.0))
        return theirs == category and time.monotonic() < moment + SETTLED

    # ---- what the person does ----

    def key(self, page: Page, *, digit: str | None = None) -> str:
        """Label by a key of the badges, or with U; say what was done."""
        keys = self.look(page)["keys"]
        pressed = digit or self.chance.choice([*keys, "u"])
        page.keyboard.press(pressed)
        seen = self.seen(page)
        self.give(page, seen, "Unknown" if pressed == "u" else seen["keys"][pressed])
        return f"key {pressed} on {seen['selected'][:8]} ({seen['count']})"

    def chip(self, page: Page) -> str:
        """Label by a click on a category, if anything is selected."""
        swatches = page.locator(".swatch[data-category]:enabled")
        count = swatches.count()
        if not count:
            return "no chip"
        try:
            swatches.nth(self.chance.randrange(count)).click(timeout=5_000)
        except Unmoved:
            return "the chips were drawn anew under the mouse"
        seen = self.seen(page)
        name = page.evaluate("window.pressed")
        self.give(page, seen, name)
        return f"chip {name} on {seen['selected'][:3]} ({seen['count']})"

    def select(self, page: Page) -> str:
        """Click some tile, alone or with a key held."""
        count = tiles(page).count()
        if not count:
            return "nothing to select"
        held = self.chance.choice([None, None, "Control", "Shift"])
        place = self.chance.randrange(min(count, 40))
        try:
            tiles(page).nth(place).click(modifiers=[held] if held else None, timeout=5_000)
        except Unmoved:
            return "the page was turned under the mouse"
        return f"click {place} {held or ''}"

    def walk_keys(self, page: Page) -> str:
        """Move, and select, by keys that label nothing."""
        keys = ["Backspace", "n", "ArrowRight", "ArrowDown", "Space", "Escape", "Shift+ArrowRight"]
        pressed = self.chance.choice(keys)
        page.keyboard.press(pressed)
        return f"key {pressed}"

    def everything(self, page: Page) -> str:
        """Select the page, or all pages."""
        page.keyboard.press("Control+a")
        if self.chance.random() < 0.6:
            return "Ctrl+A"
        page.keyboard.press("Control+a")
        return "Ctrl+A twice"

    def undo(self, page: Page) -> str:
        """Take the last step back, or be told that it is another's; only its things change."""
        self.settle(page)
        self.check()
        before = self.undone()
        if len(history(self.desk.store, 1000)) - len(before) <= self.came_with:
            return "nothing to undo but what the project came with"
        page.keyboard.press("Control+z")
        # It waits for what was pressed on the page before; refused, it never comes.
        for _ in range(40):
            if self.undone() != before:
                break
            page.wait_for_timeout(100)
        self.settle(page)
        taken = self.undone() - before
        found, predicted = self.stored()
        touched = self.touched(taken)
        changed = {thing for thing in found if found[thing] != self.labels.get(thing)}
        changed |= predicted ^ self.predicted
        assert changed <= touched, "\n".join(["undone beside its step", *self.trail[-25:]])
        self.labels, self.predicted = found, predicted
        return f"undo of {len(touched)}"

    def undone(self) -> set[int]:
        """The steps that are taken back."""
        return {step.id for step in history(self.desk.store, 1000) if step.undone}

    def touched(self, taken: set[int]) -> set[str]:
        """The things that steps have changed."""
        with self.desk.store.read() as db:
            rows = db.execute(select(journal.c.key).where(journal.c.step.in_(taken)))
            return {str(row.key) for row in rows}

    def turn(self, page: Page) -> str:
        """Turn the page."""
        name = self.chance.choice(["next", "previous"])
        button = page.locator(f"[data-page={name}]:enabled").first
        if not button.count():
            return "one page"
        try:
            button.click(timeout=5_000)
        except Unmoved:
            return "the page was turned by itself"
        return f"page {name}"

    def search(self, page: Page) -> str:
        """Filter by name."""
        text = self.chance.choice(["", "", "1", "3", "00"])
        box = page.get_by_label("Search by name").first
        try:
            if box.count():
                box.fill(text, timeout=5_000)
                box.press("Enter", timeout=5_000)
                box.blur(timeout=5_000)
        except Unmoved:
            return "the box was drawn anew while it was filled in"
        return f"search {text!r}"

    def unlabelled(self, page: Page) -> str:
        """Show what has no label, or everything again."""
        shown = page.locator(".st-key-chip-state button, [data-act=show-all]:visible")
        ask = page.locator(".st-key-guide-unlabelled button")
        # While it is drawn anew, the one of before may still stand beside it.
        button = (shown if shown.count() else ask).first
        if not button.count():
            return "no such filter"
        try:
            button.click(timeout=5_000)
        except Unmoved:
            return "the filter was drawn anew under the mouse"
        return "unlabelled"

    def kind(self, page: Page) -> str:
        """Turn to the other kind."""
        tabs = page.locator("[class*=st-key-kind-tabs] button")
        if tabs.count() < 2:
            return "no tabs"
        wanted = self.chance.choice(["cell", "Image"])
        try:
            tabs.filter(has_text=wanted).first.click(timeout=8_000)
        except Unmoved:
            return "the tabs were drawn anew"
        return f"kind {wanted}"

    def reject(self, page: Page) -> str:
        """Reject the predictions of what is selected, beside the gallery."""
        button = page.locator(".st-key-reject-prediction button")
        if not button.count():
            return "nothing to reject"
        try:
            button.click(timeout=8_000)
        except Unmoved:
            return "the button was about what is no longer selected, and could not be pressed"
        seen = self.seen(page)
        gone = self.predicted.intersection(self.covered(seen))
        page.wait_for_timeout(700)
        if gone:
            self.done += 1
            self.predicted = self.predicted - gone
        return f"reject {sorted(gone)[:3]}"

    def window(self, _page: Page) -> str:
        """The same person labels in another window."""
        if not self.look(self.other)["selected"]:
            self.select(self.other)
        done = self.key(self.other)
        self.settle(self.other)
        return f"other window: {done}"

    def ada(self, _page: Page) -> str:
        """Another person labels, or deletes."""
        store = self.desk.store
        thing = self.chance.choice(sorted(self.labels))
        self.done += 1
        if self.chance.random() < 0.3 and self.owner[thing] == IMAGE_KIND:
            gone = {thing, *(o.id for o in list_objects(store) if o.image_id == thing)}
            delete_things(store, [thing], who="Ada")
            self.labels = {each: c for each, c in self.labels.items() if each not in gone}
            self.predicted = self.predicted - gone
            return f"Ada deletes {thing}"
        category = self.chance.choice(list_categories(store, self.owner[thing])).id
        label_things(store, [thing], category, who="Ada")
        self.labels[thing] = category
        self.theirs[thing] = (category, time.monotonic())
        return f"Ada labels {thing} {category}"

    def cut(self, page: Page) -> str:
        """Cut the line for a while, go on labelling, and mend it."""
        self.desk.wire.cut()
        self.is_cut = True
        done = []
        for _ in range(self.chance.randrange(1, 4)):
            done += [self.select(page), self.key(page)]
        page.wait_for_timeout(self.chance.choice([200, 2500]))
        self.desk.wire.mend()
        self.settle(page)
        self.is_cut = False
        for given in self.waiting:
            self.apply(given)
        self.waiting.clear()
        return f"cut: {', '.join(done)}"

    def close_dialog(self) -> None:
        """Close what two clicks on one tile have opened: keys would be meant for it."""
        dialog = self.page.get_by_role("dialog").filter(visible=True)
        for _ in range(20):
            if not dialog.count():
                return
            if "Connection error" not in dialog.first.inner_text():
                self.trail.append("close a dialog")
                self.page.keyboard.press("Escape")
            self.page.wait_for_timeout(500)
        raise AssertionError("a dialog stays open")

    def step(self) -> None:
        """Do one thing, and compare."""
        often: list[tuple[Callable[[Page], str], int]] = [
            (self.key, 9), (self.select, 8), (self.chip, 3), (self.walk_keys, 4),
            (self.everything, 1), (self.undo, 2), (self.turn, 2), (self.search, 2),
            (self.unlabelled, 2), (self.kind, 1), (self.reject, 2), (self.window, 1),
            (self.ada, 2), (self.cut, 1),
        ]  # fmt: skip
        acts, weights = zip(*often, strict=True)
        self.close_dialog()
        act = self.chance.choices(acts, weights)[0]
        self.trail.append(act(self.page))
        if self.chance.random() < 0.7:
            self.settle(self.page)
            self.check()


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
