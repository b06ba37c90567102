"""Outlines over thumbnails: coloured as labelled, kept by what is drawn, for holders only."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind, hide_kind
from piximi_core.project.contents.labelling import label_things
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.store import Store, create_store
from piximi_ui.server import pictures
from piximi_ui.server.pictures import tile_outlines_address
from tests.project.conftest import fill, new_image
from tests.ui.server.asgi import Answer, get


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = create_store(tmp_path / "project", "Outlines")
    fill(store, [new_image(n) for n in range(2)])
    return store


class Viewer:
    """Somebody who may see the project's pictures."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.token = pictures.issue_token("s", store.folder)
        self.routes = pictures.routes()
        [self.image, self.other] = find_ids(store, ThingFilter())
        [thing] = get_things(store, [self.image])
        self.height, self.width = thing.height, thing.width

    def ask(self, image: str, token: str = "") -> Answer:
        address = tile_outlines_address(token or self.token).replace("{id}", image)
        [answer] = get(self.routes, f"{address}?revision={self.store.revision()}")
        return answer

    def pixels(self, image: str = "") -> np.ndarray:
        """Return RGBA ``[H, W, 4]``."""
        answer = self.ask(image or self.image)
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
        assert "immutable" in answer.headers["cache-control"]
        return np.asarray(Image.open(BytesIO(answer.body)).convert("RGBA"))

    def kept(self) -> list[Path]:
        return sorted((self.store.folder / "cache" / "outlines").glob("*/*"))


def test_outlines_have_the_colours_of_the_labels(store: Store) -> None:
    viewer = Viewer(store)
    assert viewer.pixels().shape == (1, 1, 4)
    assert viewer.pixels()[0, 0, 3] == 0
    kind = create_kind(store, "cell").id
    half = (0, 0, viewer.width // 2, viewer.height // 2)
    area = half[2] * half[3]
    with store.step("Add objects") as db:
        [one] = add_objects(db, [NewObject(viewer.image, kind, half, (0, area))], who="ann")
    grey = viewer.pixels()
    assert max(grey.shape) == 512
    assert grey[0, 5].tolist() == [0xE5, 0xE7, 0xEB, 255], "without a label"
    assert grey[grey.shape[0] // 4, grey.shape[1] // 4, 3] == 0, "clear inside"
    edge = grey[grey.shape[0] // 4]
    assert edge[:, 3].max() == 255
    assert 140 in edge[:, 3].tolist(), "with a dark rim"
    category = create_category(store, "red", color="#ff0000", kind_id=kind)
    label_things(store, [one], category.id)
    assert viewer.pixels()[0, 5].tolist() == [255, 0, 0, 255]
    assert viewer.pixels(viewer.other).shape == (1, 1, 4)
    hide_kind(store, kind)
    assert viewer.pixels().shape == (1, 1, 4)


def test_what_looks_the_same_is_made_once(store: Store) -> None:
    viewer = Viewer(store)
    kind = create_kind(store, "cell").id
    with store.step("Add objects") as db:
        add_objects(db, [NewObject(viewer.image, kind, (0, 0, 8, 8), (0, 64))], who="ann")
    first = viewer.ask(viewer.image)
    [file] = viewer.kept()
    born = file.stat().st_mtime_ns
    category = create_category(store, "of images")
    label_things(store, [viewer.other], category.id)
    assert viewer.ask(viewer.image).body == first.body
    assert [each.stat().st_mtime_ns for each in viewer.kept()] == [born]
    for n in range(9):
        with store.step("Add objects") as db:
            box = (n, 0, n + 1, 5)
            add_objects(db, [NewObject(viewer.image, kind, box, (0, 5))], who="ann")
        viewer.ask(viewer.image)
    assert 1 <= len(viewer.kept()) <= 6, "only the last few are kept"


def test_only_images_and_only_for_holders(store: Store) -> None:
    viewer = Viewer(store)
    kind = create_kind(store, "cell").id
    with store.step("Add objects") as db:
        [one] = add_objects(db, [NewObject(viewer.image, kind, (0, 0, 8, 8), (0, 64))], who="ann")
    assert viewer.ask(viewer.image, token="guessed").status == 404
    for name in (one, "nothing", "..%2F..%2Fproject.sqlite", "'"):
        assert viewer.ask(name).status == 404, name


def test_three_hundred_colours(store: Store) -> None:
    viewer = Viewer(store)
    kind = create_kind(store, "cell").id
    with store.step("Add objects") as db:
        made = [
            NewObject(viewer.image, kind, (n % 20, n // 20, n % 20 + 1, n // 20 + 1), (0, 1))
            for n in range(280)
        ]
        ids = add_objects(db, made, who="ann")
    for n, id_ in enumerate(ids):
        color = f"#{(n * 7919 + 1) % 0xFFFFFF:06x}"
        label_things(store, [id_], create_category(store, f"c{n}", color=color, kind_id=kind).id)
    drawn = viewer.pixels()
    colors = {tuple(each) for each in drawn[drawn[..., 3] == 255].tolist()}
    assert len(colors) > 256
