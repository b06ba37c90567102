"""What a person may do at a random walk through the Images page, one step after another."""

from __future__ import annotations

import time
from collections.abc import Callable

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as Unmoved

from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.labelling import delete_things, label_things
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.database.history import history
from piximi_core.vocabulary import IMAGE_KIND
from tests.browser.gallery.gallery_driver import tiles
from tests.browser.gallery.walk_seen import Watch


class Walk(Watch):
    """Do one thing after another, and compare after each."""

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
