"""Kinds on the pages: their tabs, what follows the chosen one, and the pictures of objects."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from streamlit.testing.v1 import AppTest

from piximi_core.annotation import encode_mask
from piximi_core.project.contents.drafts import load_draft
from piximi_core.project.contents.kinds import create_kind, list_kinds
from piximi_core.project.contents.objects import NewObject, add_objects, list_objects
from piximi_core.project.contents.things import Thing, ThingFilter, get_things, list_things
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import create_project
from piximi_ui.server import pictures
from piximi_ui.server.pictures.making import ObjectForm
from tests.pages.conftest import OpenPage, open_menu
from tests.services.conftest import add
from tests.ui.server.asgi import get

CORNER = np.array([[0, 0, 1], [0, 1, 1]], dtype=bool)


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    """A photograph, every pixel its own."""
    return np.random.default_rng(5).integers(0, 256, (40, 60, 3)).astype(np.uint8)


@pytest.fixture
def cells(workspace: Path, tmp_path: Path, photo: NDArray[np.uint8]) -> Store:
    """One image with the kinds "cell", of four objects, and "spot", of none."""
    store = create_project("Cells")
    Image.fromarray(photo).save(tmp_path / "photo.png")
    add(store, tmp_path / "photo.png")
    [image] = list_things(store, ThingFilter())
    kind = create_kind(store, "cell")
    create_kind(store, "spot")
    runs = tuple(encode_mask(CORNER))
    with store.step("Add objects") as db:
        add_objects(
            db,
            [
                NewObject(image.id, kind.id, (x, 7, x + 3, 9), runs, category=category)
                for x, category in ((0, "round"), (20, "long"), (30, "long"), (57, None))
            ],
            who="tester",
        )
    return store


def first_cell(store: Store) -> Thing:
    return get_things(store, [list_objects(store)[0].id])[0]


def picture(store: Store, thing: Thing, form: ObjectForm) -> NDArray[np.uint8]:
    token = pictures.issue_token("me", store.folder)
    [answer] = get(pictures.routes(), pictures.object_address(token, thing.id, thing.view, form))
    assert answer.status == 200
    return np.asarray(Image.open(BytesIO(answer.body)).convert("RGB"))


def test_an_object_is_drawn_as_its_box_or_alone(cells: Store, photo: NDArray[np.uint8]) -> None:
    thing = first_cell(cells)
    box = photo[7:9, 0:3]
    for form in ("thumb", "whole", "thumb"):
        assert np.array_equal(picture(cells, thing, form), box)
    assert np.array_equal(picture(cells, thing, "whole-alone"), box * CORNER[..., np.newaxis])
    token = pictures.issue_token("me", cells.folder)
    for object_id, view in ((thing.id, "0-0123456789abcdef"), ("gone", thing.view), ("../x", "0")):
        address = pictures.object_address(token, object_id, view, "thumb")
        assert get(pictures.routes(), address)[0].status == 404
    other = pictures.object_address("no token", thing.id, thing.view, "thumb")
    assert get(pictures.routes(), other)[0].status == 404


def words(page: AppTest) -> str:
    return " ".join(str(element.value) for element in (*page.markdown, *page.caption))


@pytest.mark.slow
def test_all_pages_follow_the_kind_chosen_on_images(cells: Store, open_page: OpenPage) -> None:
    by_name = {kind.name: kind for kind in list_kinds(cells)}
    address = cells.folder.name
    page = open_page("images", project=address)
    assert "Make your first category" in [button.label for button in page.button]
    tabs = page.segmented_control(key=f"kind-tabs-{address}-Image")
    assert [option.split(" :gray")[0].split()[-1] for option in tabs.options] == [
        *("Image", "cell", "spot")
    ]
    tabs.set_value(by_name["cell"].id).run()
    assert not page.exception
    open_menu(page, "filter")
    [pills] = [group for group in page.button_group if group.key.startswith("view-categories")]
    assert ["} round " in option for option in pills.options] == [False, True, False]
    assert page.query_params["kind"] == by_name["cell"].id

    page.switch_page("../pages/train.py").run()
    assert not page.exception
    assert "Labelled objects" in words(page)
    assert page.segmented_control(key=f"kind-{address}-{by_name['cell'].id}").value == (
        by_name["cell"].id
    )
    [background] = [box for box in page.selectbox if box.label == "Background of objects"]
    background.select("Blanked").run()
    assert load_draft(cells, by_name["cell"].id) == {"object_background": "Blanked"}
    assert load_draft(cells) == {}

    page.segmented_control(key=f"kind-{address}-{by_name['cell'].id}").set_value("Image").run()
    assert "Background of objects" not in [box.label for box in page.selectbox]
    page.switch_page("../pages/predict.py").run()
    assert not page.exception
    assert "No image has a label yet" in page.info[0].value


@pytest.mark.slow
def test_a_kind_is_made_renamed_hidden_and_deleted_in_its_menu(
    cells: Store, open_page: OpenPage
) -> None:
    cell = list_kinds(cells)[1]
    page = open_page("images", project=cells.folder.name, kind=cell.id)
    open_menu(page, "kind-menu")
    page.text_input(key=f"kind-rename-{cell.id}-cell").set_value("spot").run()
    assert [kind.name for kind in list_kinds(cells)] == ["Image", "cell", "spot"]
    open_menu(page, "kind-menu")
    page.text_input(key=f"kind-rename-{cell.id}-cell").set_value("nucleus").run()
    assert [kind.name for kind in list_kinds(cells)] == ["Image", "nucleus", "spot"]
    open_menu(page, "kind-menu")
    page.text_input(key="kind-new").set_value("vesicle").run()
    made = list_kinds(cells)[3]
    assert page.query_params["kind"] == made.id
    assert "No objects of the kind vesicle yet" in words(page)
    open_menu(page, "kind-menu")
    page.button(key="kind-hide").click().run()
    assert list_kinds(cells)[3].hidden
    assert "kind" not in page.query_params
    open_menu(page, "kind-menu")
    page.button(key=f"kind-show-{made.id}").click().run()
    open_menu(page, "kind-menu")
    page.button(key="kind-delete").click().run()
    assert not page.exception
    assert [kind.name for kind in list_kinds(cells)] == ["Image", "nucleus", "spot"]


@pytest.mark.slow
def test_the_guide_leads_to_drawing_where_few_objects_are_drawn(
    cells: Store, tmp_path: Path, open_page: OpenPage
) -> None:
    cell = list_kinds(cells)[1]
    page = open_page("images", project=cells.folder.name, kind=cell.id)
    assert page.button(key="guide-go").label == "Draw 16 more objects"
    Image.new("RGB", (9, 9)).save(tmp_path / "empty.png")
    add(cells, tmp_path / "empty.png")
    page = open_page("images", project=cells.folder.name, kind="Image")
    assert page.button(key="guide-go").label == "Draw on the next image"
    page.button(key="guide-go").click().run()
    assert not page.exception
    assert "guide-go" not in {button.key for button in page.button}, "it is the page to be on"
    assert page.query_params["image"] == find_empty(cells)


def find_empty(store: Store) -> str:
    return next(thing.id for thing in list_things(store, ThingFilter()) if thing.name[0] == "e")
