"""Annotations on the pages: seen before they come in, and taken away again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from piximi_core.formats.annotations.programs.coco import read_coco
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.adding import add_images
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.workspace import create_project
from piximi_core.services.annotations import read_annotations
from piximi_core.services.annotations.export_annotations import (
    delivered_annotations,
    finished_annotations,
)
from piximi_core.services.importing.sources import SourceFile
from tests.made_up import made_up_image
from tests.pages.results import button, texts, wait_until


@pytest.mark.slow
def test_what_fits_is_shown_then_imported_then_exported(open_page, workspace, tmp_path):
    store = create_project("Cells", workspace)
    with store.step("Add images") as db:
        add_images(db, [replace(made_up_image("a.png"), height=20, width=30)], who="test")
    content = {
        "images": [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": "b.png"}],
        "categories": [{"id": 1, "name": "early", "supercategory": "nucleus"}],
        "annotations": [
            {"image_id": 1, "category_id": 1, "bbox": box}
            for box in ([1, 2, 3, 4], [10, 10, 50, 5], ["x", 2, 3, 4])
        ],
    }
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(content))
    look = read_annotations.ask(store, SourceFile(path, path.name))
    run_here(store, look)

    page = open_page("images", project="cells")
    page.session_state["piximi_annotations:cells"] = look
    button(page, "Import annotations").click().run()
    assert "**2 new objects** in 1 image · COCO" in texts(page)
    labels = [expander.label for expander in page.expander]
    assert "1 image of the file without objects is not in this project." in texts(page)
    assert ":material/block: 1 is left out" in labels
    assert ":material/healing: 1 was mended" in labels
    assert not any(expander.proto.expanded for expander in page.expander)
    assert not list_objects(store)
    button(page, "Import 2 objects").click().run()
    wait_until(page, lambda _page: len(list_objects(store)) == 2)

    page = open_page("export", project="cells")
    page.segmented_control(key="export-what").set_value("annotations").run()
    assert "Whole project for Piximi" in page.info[0].value
    button(page, "Export").click().run()
    wait_until(page, lambda _page: bool(finished_annotations(store)))
    written = delivered_annotations(finished_annotations(store)[0])
    assert len(read_coco(written, written.name).objects) == 2


def test_where_nothing_comes_in_the_reasons_are_open(open_page, workspace, tmp_path):
    store = create_project("Cells", workspace)
    with store.step("Add images") as db:
        add_images(db, [replace(made_up_image("a.png"), height=20, width=30)], who="test")
    content = {
        "images": [{"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "b.png"}],
        "categories": [{"id": 1, "name": "early", "supercategory": "nucleus"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
    }
    path = tmp_path / "twice.json"
    path.write_text(json.dumps(content))
    look = read_annotations.ask(store, SourceFile(path, path.name))
    run_here(store, look)
    page = open_page("images", project="cells")
    page.session_state["piximi_annotations:cells"] = look
    button(page, "Import annotations").click().run()
    assert button(page, "Nothing to import").disabled
    opened = [expander.label for expander in page.expander if expander.proto.expanded]
    assert opened == [":material/block: 2 are left out"]


@pytest.mark.slow
def test_a_table_of_labels_is_shown_before_it_is_taken_over(open_page, workspace, tmp_path):
    store = create_project("Cells", workspace)
    with store.step("Add images") as db:
        add_images(db, [made_up_image("a.png"), made_up_image("b.png")], who="test")
    path = tmp_path / "labels.csv"
    path.write_text("name,category\na.png,red\nc.png,white\n")
    page = open_page("images", project="cells")
    page.session_state["piximi_annotations:cells"] = SourceFile(path, path.name)
    button(page, "Import annotations").click().run()
    assert "**1 row** fits" in texts(page)
    assert ":material/image_not_supported: 1 name is not here" in [
        expander.label for expander in page.expander
    ]
    button(page, "Label 1 image").click().run()
    assert [c.name for c in list_categories(store)] == ["Unknown", "red"]
    assert [t.is_labelled for t in list_things(store, ThingFilter())] == [True, False]


@pytest.mark.slow
def test_a_kind_that_only_its_id_names_is_asked_for(open_page, workspace, tmp_path):
    unknown = "113fc331-205a-4913-9fa7-62ed60c755d6"
    store = create_project("Cells", workspace)
    with store.step("Add images") as db:
        add_images(db, [replace(made_up_image("a.png"), height=20, width=30)], who="test")
    create_kind(store, "nucleus")
    content = {
        "images": [{"id": 1, "file_name": "a.png"}],
        "categories": [{"id": 1, "name": "early", "supercategory": unknown}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}],
    }
    path = tmp_path / "piximi.json"
    path.write_text(json.dumps(content))
    look = read_annotations.ask(store, SourceFile(path, path.name))
    run_here(store, look)

    page = open_page("images", project="cells")
    page.session_state["piximi_annotations:cells"] = look
    button(page, "Import annotations").click().run()
    assert button(page, "Import 1 object").disabled
    (question,) = [box for box in page.selectbox if "Which kind is this 1 object?" in box.label]
    assert question.options == ["nucleus"]
    question.set_value("nucleus").run()
    # While the file is read again there is no such button.
    wait_until(
        page,
        lambda page: any(b.label == "Import 1 object" and not b.disabled for b in page.button),
    )
    button(page, "Import 1 object").click().run()
    wait_until(page, lambda _page: len(list_objects(store)) == 1)
    assert [row.kind_name for row in list_objects(store)] == ["nucleus"]
