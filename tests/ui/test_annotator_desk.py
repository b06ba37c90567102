"""The annotator's other end: strokes become objects, hostile ones nothing, answers what changed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import create_category
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import delete_things, label_things
from piximi_core.project.contents.objects import list_objects, masks_in
from piximi_core.project.contents.relabelled import touched_since
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, create_store
from piximi_core.project.files import ProjectFiles
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_ui.annotating.networks import networks_for
from piximi_ui.annotating.proposing import proposing
from piximi_ui.annotating.shown import find_image, find_kinds, image_order
from piximi_ui.annotating.strokes import stroke_actions
from piximi_ui.base.label_actions import label_actions
from piximi_ui.components.annotator import Annotated
from piximi_ui.components.annotator.desk import AnnotatorDesk
from piximi_ui.server.actions import Ledger, read_batch
from piximi_ui.server.pictures.making import close_decoders


class Window:
    """One annotator of a project, and what its browser knows."""

    def __init__(self, store: Store) -> None:
        self.store, self.nonce = store, 0
        self.image = find_ids(store, ThingFilter())[0]
        self.shown: int | None = None
        project = Annotated(
            draw=stroke_actions(store),
            carry=label_actions(store),
            image=find_image(store, "token", partial(image_order, store)),
            kinds=partial(find_kinds, store),
            revision=store.revision,
            touched=partial(touched_since, store),
            masks=partial(masks_in, store),
            proposals=proposing(store, partial(image_order, store)),
            networks=networks_for(store, partial(image_order, store)),
        )
        self.desk = AnnotatorDesk(Ledger(), project)

    def send(self, *actions: dict[str, Any], by: int = 0) -> dict[str, Any]:
        """Send actions as the browser does; return the answer."""
        sent = []
        for action in actions:
            self.nonce += 1
            sent.append({"uid": str(uuid.uuid4()), **action, "nonce": self.nonce})
        along = {"image": self.image, "shown": self.shown, "by": by}
        batch = read_batch({"client": "tab", "actions": sent, **along})
        assert batch is not None
        answer = json.loads(json.dumps(self.desk(batch)))
        assert answer["ack"] == self.nonce
        self.shown = answer["revision"]
        self.image = answer.get("image", {"id": self.image})["id"]
        return answer

    def stroke(self, tool: str = "rectangle", **more: Any) -> dict[str, Any]:
        """Return a stroke that makes an object of the kind "cell"."""
        stroke = {"type": "draw", "image": self.image, "tool": tool, "object": str(uuid.uuid4())}
        return {**stroke, "new_kind": "cell", "points": [[2, 3], [8, 9]], **more}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = create_store(tmp_path / "project", "Drawing")
    files = []
    for number in range(2):
        pixels = np.full((40, 50), 100 + number, np.uint16)
        pixels[10:20, 12:30] = 40_000
        files.append(tmp_path / f"{number}.tif")
        tifffile.imwrite(files[-1], pixels)
    given = [SourceFile(file, file.name) for file in files]
    run_here(store, add_images.ask(store, given, add_images.AddOptions()))
    yield store
    close_decoders()


@pytest.fixture
def window(store: Store) -> Window:
    return Window(store)


def boxes(store: Store) -> list[tuple[int, ...]]:
    return [row.box for row in list_objects(store)]


def test_a_stroke_is_answered_with_the_object_that_it_made(window: Window) -> None:
    window.send()
    answer = window.send(window.stroke(object="mine"))
    assert boxes(window.store) == [(2, 3, 8, 9)]
    assert answer["objects"] is None, "a kind was made: all is to be fetched"
    assert [kind["name"] for kind in answer["kinds"]] == ["cell"]
    cell = answer["kinds"][0]["id"]
    answer = window.send(window.stroke(new_kind="", kind=cell, object="other"))
    [[changed, *_more]] = answer["objects"]["changed"]
    assert (changed, answer["objects"]["gone"], answer["said"]) == ("other", [], "")
    edit = {"type": "edit", "image": window.image, "ids": ["mine"], "edit": "grow", "amount": 1}
    answer = window.send(edit)
    assert answer["objects"]["changed"][0][6:10] == [1, 2, 9, 10]


def test_the_same_stroke_twice_makes_one_object(window: Window) -> None:
    stroke = window.stroke(uid="the same")
    window.send(stroke, stroke)
    assert len(boxes(window.store)) == 1


def test_tools_look_at_the_values_of_the_file(window: Window) -> None:
    window.send(
        window.stroke("threshold", points=[[5, 5], [45, 35]], level=None),
        window.stroke("color", points=[[20.5, 15.5]], tolerance=5.0),
    )
    assert boxes(window.store) == [(12, 10, 30, 20)] * 2


def test_a_tool_that_finds_no_file_says_so_and_draws_nothing(window: Window) -> None:
    window.send()
    [image] = get_things(window.store, [window.image])
    ProjectFiles(window.store.folder).original(image.file_sha256, image.extension).unlink()
    for tool, points in (("smart_click", [[20, 15]]), ("quick", [[20, 15]]), ("color", [[20, 15]])):
        answer = window.send(window.stroke(tool=tool, points=points, view=[0, 0, 50, 40]))
        assert answer["said"] == "The file of 0.tif is missing on the disk; add it once more."
    window.send(window.stroke("rectangle"))
    assert boxes(window.store) == [(2, 3, 8, 9)], "what needs no pixels is drawn all the same"


def test_what_others_did_comes_with_the_next_answer(window: Window) -> None:
    cell = create_kind(window.store, "cell").id
    sick = create_category(window.store, "sick", kind_id=cell)
    window.send(window.stroke(new_kind="", kind=cell, object="a"))
    window.send(window.stroke(new_kind="", kind=cell, object="b"))
    label_things(window.store, ["a"], sick.id, who="Ada")
    delete_things(window.store, ["b"], who="Ada")
    answer = window.send()
    assert [each[0] for each in answer["objects"]["changed"]] == ["a"]
    assert answer["objects"]["gone"] == ["b"]
    undo(window.store)
    assert window.send()["objects"] is None, "what an undo brings back may lie anywhere"


def test_one_walks_from_image_to_image_and_no_further(window: Window) -> None:
    first = window.send()["image"]
    assert (first["place"], first["total"], first["name"]) == (0, 2, "0.tif")
    assert first["deepest"] == 65_535
    assert window.send(by=1)["image"]["name"] == "1.tif"
    assert window.send(by=1)["image"]["name"] == "1.tif"
    delete_things(window.store, [window.image])
    assert window.send()["image"]["name"] == "0.tif"


@pytest.mark.parametrize(
    "hostile",
    [
        {"points": [[float("nan"), 1], [5, 5]]},
        {"points": [[1e300, 1], [5, 5]]},
        {"points": "no list"},
        {"points": [[1, 2, 3]]},
        {"points": [[0, 0]] * 60_000},
        {"points": []},
        {"points": [[-50, -50], [-10, -10]]},
        {"points": [[3, 3], [3, 3]]},
        {"plane": -1},
        {"plane": 7},
        {"image": "gone"},
        {"kind": "gone", "new_kind": ""},
        {"category": "gone"},
        {"new_kind": "x" * 10_000},
        {"tool": "chainsaw"},
        {"mode": "add"},
        {"mode": "add", "ids": ["gone"]},
        {"object": ""},
        {"type": "edit", "edit": "explode", "ids": ["gone"]},
        {"type": "edit", "edit": "split", "ids": ["gone"]},
        {"type": "edit", "edit": "merge", "ids": ["gone"]},
        {"type": "edit", "edit": "copy", "ids": ["gone"], "amount": 10**9},
        {"tool": "pen", "radius": -4},
        {"tool": "pen", "radius": 1e9},
        {"tool": "color", "points": [[-5, -5]]},
        {"tool": "threshold", "points": [[500, 500], [600, 600]]},
        {"uid": ""},
        {"uid": 5},
    ],
)
def test_what_is_no_stroke_changes_nothing(window: Window, hostile: dict[str, Any]) -> None:
    create_kind(window.store, "cell")
    before = window.store.revision()
    answer = window.send({**window.stroke(), **hostile})
    assert boxes(window.store) == []
    assert window.store.revision() == before
    assert "Traceback" not in answer["said"]
    window.send(window.stroke())
    assert len(boxes(window.store)) == 1, "the next one is done"
