"""The Train page shows and switches groups; Images offers to leave copies out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from piximi_core.jobs.applying import jobs_of
from piximi_core.project.contents.grouping import Grouping, find_groups
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import history, undo
from piximi_core.project.database.store import Store, create_store
from piximi_ui.jobs import job_news
from tests.pages.conftest import OpenPage
from tests.services.conftest import add, write_classes
from tests.services.training.test_split_groups import write_crops


@pytest.fixture
def crops(workspace: Path, tmp_path: Path) -> Store:
    """Six crops of each of eight photographs."""
    store = create_store(workspace / "crops", "Crops")
    add(store, write_crops(tmp_path / "in"), labels="folders")
    return store


@pytest.mark.slow
def test_groups_are_shown_and_switched(open_page: OpenPage, crops: Store) -> None:
    page = open_page("train", project="crops")
    said = " ".join(element.value for element in page.markdown)
    assert "**photo000**: 6 images" in said
    (choice,) = [radio for radio in page.radio if radio.label == "What tells the source"]
    assert choice.options[0] == "As proposed (by their names)"
    choice.set_value("none").run()
    assert find_groups(crops).chosen == Grouping("none")
    assert history(crops)[0].label == "Do not group images"
    undo(crops)
    page = open_page("train", project="crops")
    (choice,) = [radio for radio in page.radio if radio.label == "What tells the source"]
    assert choice.value == "auto"
    choice.set_value("pattern").run()
    assert find_groups(crops).chosen == Grouping("auto")
    page.text_input(key="groups-pattern").set_value("{source}o#-*").run()
    assert find_groups(crops).chosen == Grouping("pattern", "{source}o#-*")
    assert find_groups(crops).count == 1


def add_expected(store: Store, path: Path, **options: Any) -> None:
    """Import a folder as the dashboard does, whose pages then tell what came of it."""
    add(store, path, **options)
    job_news.expect(jobs_of(store)[0])


@pytest.mark.slow
def test_copies_are_left_out_from_the_outcome(
    open_page: OpenPage, workspace: Path, tmp_path: Path
) -> None:
    store = create_store(workspace / "copies", "Copies")
    classes, again = write_classes(tmp_path / "in", count=2), tmp_path / "again" / "x"
    again.mkdir(parents=True)
    for path in classes.rglob("*.png"):
        with Image.open(path) as image:
            image.save(again / f"{path.stem}.bmp")
    add(store, classes)
    add_expected(store, again.parent, labels="folders")
    page = open_page("images", project="copies")
    (leave,) = [b for b in page.button if b.label == "Leave out 4 copies"]
    leave.click().run()
    found = list_things(store, ThingFilter())
    assert len(found) == 4
    assert all(thing.is_labelled and thing.name.endswith(".png") for thing in found)
    assert not [b for b in page.button if b.label.startswith("Leave out")]


@pytest.mark.slow
def test_the_outcome_tells_of_labels_for_what_was_there(
    open_page: OpenPage, workspace: Path, tmp_path: Path
) -> None:
    store = create_store(workspace / "there", "There")
    classes = write_classes(tmp_path / "in", count=3)
    add(store, classes)
    add_expected(store, classes, labels="folders")
    page = open_page("images", project="there")
    said = " ".join(element.value for element in page.markdown)
    assert "6 were there already, 6 labels given" in said
