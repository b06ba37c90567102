"""What is to be seen at a random walk, and what should follow from that alone.

The page itself notes what is to be seen, at the very moment a key comes down.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page
from sqlalchemy import select

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.things import ThingFilter, find_ids, list_things
from piximi_core.project.database.history import history
from piximi_core.project.database.schema import journal
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.images.view import to_filter, view_from_address
from tests.browser.desk import Desk

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
class Watch:
    """Two windows of one project, what is seen there, and what its labels should be."""

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

    def undone(self) -> set[int]:
        """The steps that are taken back."""
        return {step.id for step in history(self.desk.store, 1000) if step.undone}

    def touched(self, taken: set[int]) -> set[str]:
        """The things that steps have changed."""
        with self.desk.store.read() as db:
            rows = db.execute(select(journal.c.key).where(journal.c.step.in_(taken)))
            return {str(row.key) for row in rows}

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
