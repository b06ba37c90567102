"""The real dashboard over a project of Digits, for tests of labelling."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from piximi_core.project.contents.categories import Category, list_categories
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import create_project
from piximi_core.services.examples.digits import add_digits
from piximi_core.services.importing.compare_pixels import compare_pixels
from tests.browser.dashboard import Dashboard
from tests.browser.gallery.gallery_driver import tiles
from tests.browser.wire import Wire

__all__ = ["PAGE", "Desk", "Sit"]

PAGE = 100  # images on a page of the gallery, unless a person chooses otherwise


class Desk:
    """A project of Digits, a dashboard that shows it, and a wire that leads there."""

    def __init__(self, folder: Path, images: int) -> None:
        self.dashboard = Dashboard(folder / "workspace")
        self.store: Store = create_project("Digits", self.dashboard.workspace)
        add_digits(self.store, limit=images)
        compare_pixels(self.store)  # which the dashboard would do at some moment of the test
        self.categories: list[Category] = list_categories(self.store)
        self.dashboard.start()
        self.wire = Wire(self.dashboard.port)
        self.address = f"http://127.0.0.1:{self.wire.port}/images?project=digits"

    def close(self) -> None:
        self.wire.close()
        self.dashboard.stop()

    def labels(self) -> list[str]:
        """Categories' names as they are stored, in the order of the gallery."""
        names = {category.id: category.name for category in list_categories(self.store)}
        return [names[thing.category_id] for thing in list_things(self.store, ThingFilter())]

    def unlabel(self) -> None:
        """Take all labels away that the digits came with."""
        everything = [thing.id for thing in list_things(self.store, ThingFilter())]
        label_things(self.store, everything, self.categories[0].id)

    def show(self, page: Page) -> None:
        page.goto(self.address)
        expect(tiles(page)).to_have_count(min(PAGE, len(self.labels())), timeout=60_000)


Sit = Callable[[int], Desk]
