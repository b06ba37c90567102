"""Proposals at the annotator's other end: looked for, stored, answered; hostile ones nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest
import tifffile

from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.proposals import count_proposals, proposals_in
from piximi_core.project.contents.things import get_things
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.annotations.propose_objects import PROPOSE_OBJECTS
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_ui.annotating import proposing
from piximi_ui.components.proposals import LookDesk
from piximi_ui.server.actions import read_batch
from piximi_ui.server.pictures.making import close_decoders
from tests.ui.test_annotator_desk import Window

PLACES = ((20, 20), (70, 24), (30, 66), (80, 72))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two images, the second channel of each with four nuclei of 18 pixels."""
    store = create_store(tmp_path / "project", "Proposing")
    generator = np.random.default_rng(0)
    ys, xs = np.mgrid[:96, :100] + 0.5
    nuclei = sum((np.hypot(xs - x, ys - y) <= 9).astype(float) for x, y in PLACES)
    files = []
    for name in ("a", "b"):
        pixels = np.stack([np.zeros((96, 100)), 9_000 * nuclei]) + 500
        pixels += generator.normal(0, 60, pixels.shape)
        files.append(tmp_path / f"{name}.tif")
        tifffile.imwrite(files[-1], pixels.astype(np.uint16), imagej=True, metadata={"axes": "CYX"})
    given = [SourceFile(file, file.name) for file in files]
    run_here(store, add_images.ask(store, given, add_images.AddOptions()))
    yield store
    close_decoders()


@pytest.fixture
def window(store: Store) -> Window:
    return Window(store)


@pytest.fixture
def cell(store: Store) -> str:
    return create_kind(store, "cell").id


def look(window: Window, **more: Any) -> dict[str, Any]:
    """Ask as the browser does."""
    asked = {"client": "look", "actions": [], "ask": "look", "image": window.image, **more}
    batch = read_batch(asked)
    assert batch is not None
    return json.loads(json.dumps(LookDesk(window.desk.project.proposals)(batch)))


def propose(window: Window, **more: Any) -> dict[str, Any]:
    """Return an action that proposes nuclei."""
    action = {"type": "propose", "image": window.image, "plane": 0, "diameter": 18}
    return {**action, **more}


def test_a_look_counts_and_changes_nothing(window: Window, cell: str) -> None:
    before = window.store.revision()
    found = look(window, kind=cell, diameter=18)
    assert (found["count"], found["diameter"], found["whole"]) == (4, 18, True)
    assert [row[6:8] for row in found["proposals"]] == [[x - 9, y - 9] for x, y in PLACES]
    assert look(window, diameter=18, view=[0, 0, 50, 50])["count"] == 4
    assert len(look(window, diameter=18, view=[0, 0, 50, 50])["proposals"]) == 1
    assert look(window, diameter=18, channels=[0])["count"] == 0
    assert look(window)["diameter"] == pytest.approx(18, abs=3), "proposed from the pixels"
    assert look(window, diameter=60)["count"] == 0
    assert window.store.revision() == before
    assert count_proposals(window.store) == 0


def test_a_large_plane_is_looked_at_in_sight(
    window: Window, cell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "_WHOLE", 1_000)
    found = look(window, kind=cell, diameter=18, view=[0, 0, 99, 47])
    assert (found["count"], found["whole"]) == (2, False)
    window.send(propose(window, kind=cell, view=[0, 0, 99, 47]))
    window.send(propose(window, kind=cell, view=[0, 50, 1e7, 1e7]))
    assert count_proposals(window.store) == 4, "those elsewhere stay"


def test_proposals_are_stored_answered_and_come_back(window: Window, cell: str) -> None:
    window.send()
    answer = window.send(propose(window, kind=cell))
    assert len(answer["proposals"]["changed"]) == 4
    ids = [row[0] for row in answer["proposals"]["changed"]]
    stored = look(window, ask="stored")
    assert [row[0] for row in stored["proposals"]] == ids
    assert stored["revision"] == window.shown
    answer = window.send(
        {"type": "accept_proposals", "image": window.image, "ids": ids[:2]},
        {"type": "reject_proposals", "image": window.image, "ids": ids[2:3]},
    )
    assert [row[0] for row in answer["objects"]["changed"]] == ids[:2]
    assert set(answer["proposals"]["gone"]) >= set(ids[:3])
    assert answer["proposals"]["changed"] == []
    assert [row.id for row in list_objects(window.store)] == ids[:2]
    undo(window.store)
    undo(window.store)
    assert window.send()["proposals"] is None, "what an undo brings back is asked for"
    assert [row.id for row in proposals_in(window.store, window.image)] == ids


def test_the_kind_is_made_with_the_first_proposals_and_what_is_drawn_is_left_out(
    window: Window,
) -> None:
    window.send(propose(window, new_kind="nucleus"))
    [kind] = window.desk.project.kinds()
    kind_id = kind.id
    assert count_proposals(window.store, kind_id) == 4
    window.send(window.stroke(new_kind="", kind=kind_id, points=[[11, 11], [29, 29]]))
    assert look(window, kind=kind_id, diameter=18)["count"] == 3
    first = proposals_in(window.store, window.image)[0].id
    answer = window.send({"type": "accept_proposals", "image": window.image, "ids": [first]})
    assert "something is drawn there by now" in answer["said"]
    assert len(list_objects(window.store)) == 1


def test_many_images_are_a_job(window: Window, cell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: Queue[Job] = Queue()
    monkeypatch.setattr(engine, "submit", sent.put)
    answer = window.send({**propose(window, kind=cell), "type": "propose_many"})
    job = sent.get(timeout=60)
    assert PROPOSE_OBJECTS.is_of(job)
    assert "2 images" in answer["said"]
    run_here(window.store, job)
    assert count_proposals(window.store, cell) == 8


@pytest.mark.parametrize(
    "hostile",
    [
        {"kind": ""},
        {"kind": "gone"},
        {"kind": "Image"},
        {"image": "gone"},
        {"image": 3},
        {"plane": 7},
        {"plane": -1},
        {"diameter": 0},
        {"diameter": -5},
        {"diameter": 1e300},
        {"diameter": float("nan")},
        {"diameter": "wide"},
        {"method": "magic"},
        {"tone": "pink"},
        {"channels": [-1]},
        {"channels": "all"},
        {"view": [0, 0]},
        {"view": [float("inf"), 0, 1, 1]},
        {"uid": ""},
        {"type": "accept_proposals", "ids": ["gone"]},
        {"type": "accept_proposals", "ids": "all"},
        {"type": "accept_proposals", "ids": []},
        {"type": "reject_proposals", "ids": ["gone"]},
        {"type": "reject_proposals", "ids": [1]},
        {"type": "propose_many", "kind": ""},
        {"type": "propose_many", "kind": "Image"},
    ],
)
def test_what_is_no_answer_changes_nothing(
    window: Window, cell: str, hostile: dict[str, Any]
) -> None:
    before = window.store.revision()
    answer = window.send({**propose(window, kind=cell), **hostile})
    assert "Traceback" not in answer["said"]
    assert window.store.revision() == before
    assert count_proposals(window.store) == 0
    look(window, **{"kind": cell, **hostile})
    window.send(propose(window, kind=cell))
    assert count_proposals(window.store) == 4, "the next one is done"


def test_an_image_that_is_gone_is_said(window: Window, cell: str) -> None:
    image = window.image
    delete_things(window.store, [image])
    assert "gone" in look(window, image=image, kind=cell, diameter=18)["said"]
    assert look(window, ask="stored", image=image)["proposals"] == []


def test_a_file_that_is_missing_is_said(window: Window, cell: str) -> None:
    [thing] = get_things(window.store, [window.image])
    window.store.files.original(thing.file_sha256, thing.extension).unlink()
    assert "missing on the disk" in look(window, kind=cell, diameter=18)["said"]
    assert "missing on the disk" in window.send(propose(window, kind=cell))["said"]
    assert count_proposals(window.store) == 0
