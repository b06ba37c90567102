"""Proposals on many images as a job: one step, hand work untouched, what fails told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from piximi_core.annotation.regions import filled_box
from piximi_core.errors import BadInput, PiximiError
from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.folder import JobState
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.running import run_job
from piximi_core.project.contents.drawing import Canvas, draw_object
from piximi_core.project.contents.kinds import create_kind, list_kinds
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.proposals import count_proposals, proposals_in
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.history import next_labels, redo, undo
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import propose_objects
from piximi_core.services.annotations.propose_objects import ProposeRequest
from tests.services.conftest import add

PLACES = ((20, 20), (60, 25), (40, 70))


@pytest.fixture
def images(store: Store, tmp_path: Path) -> list[str]:
    """Two images and a stack of three planes: three nuclei in the second channel of each."""
    ys, xs = np.mgrid[:96, :96] + 0.5
    nuclei = sum((np.hypot(xs - x, ys - y) <= 9).astype(float) for x, y in PLACES)
    plane = np.stack([np.full((96, 96), 500), 500 + 9_000 * nuclei])
    noisy = plane + np.random.default_rng(1).normal(0, 100, (3, 2, 96, 96))
    stack = noisy.astype(np.uint16)
    for name, pixels, axes in (
        ("a", stack[0], "CYX"),
        ("b", stack[1], "CYX"),
        ("c", stack, "ZCYX"),
    ):
        tifffile.imwrite(tmp_path / f"{name}.tif", pixels, imagej=True, metadata={"axes": axes})
    add(store, *(tmp_path / f"{name}.tif" for name in "abc"))
    return find_ids(store, ThingFilter())


def test_many_images_get_proposals_in_one_step(store: Store, images: list[str]) -> None:
    request = ProposeRequest(new_kind="nucleus", diameter=18.0)
    result = run_here(store, propose_objects.ask(store, images, request, who="Ada"))
    assert (result.found, result.images, result.failed) == (9, 3, ())
    assert [kind.name for kind in list_kinds(store)] == ["Image", "nucleus"]
    assert [len(proposals_in(store, image)) for image in images] == [3, 3, 3]
    assert next_labels(store)[0] == "Propose objects on 3 images"
    undo(store)
    assert count_proposals(store) == 0
    redo(store)
    assert count_proposals(store) == 9
    # Asked again, they take each other's place; without a diameter it is found out.
    kind = list_kinds(store)[1].id
    again = ProposeRequest(kind_id=kind, all_planes=True, channels=(1, 7))
    result = run_here(store, propose_objects.ask(store, images, again))
    assert result.found == 15
    assert count_proposals(store) == 15
    assert sorted({row.plane for row in proposals_in(store, images[2])}) == [0, 1, 2]


def test_a_stack_that_is_too_large_as_a_whole_is_looked_at_plane_by_plane(
    store: Store, images: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", str(2 * 2 * 96 * 96))  # of one plane
    request = ProposeRequest(new_kind="nucleus", diameter=18.0, all_planes=True)
    result = run_here(store, propose_objects.ask(store, images[2:], request))
    assert (result.found, result.images, result.failed) == (9, 1, ())


def test_the_size_of_what_is_drawn_is_taken_and_it_is_left_alone(
    store: Store, images: list[str]
) -> None:
    cell = create_kind(store, "cell").id
    hand = filled_box((12, 12, 28, 28))
    draw_object(store, Canvas(images[0], 0), hand, object_id="hand", kind_id=cell)
    job = propose_objects.ask(store, images[:1], ProposeRequest(kind_id=cell))
    assert job.request()["diameter"] == pytest.approx(18.05, abs=0.1)
    assert run_here(store, job).found == 3
    assert count_proposals(store) == 2
    [row] = list_objects(store)
    assert (row.id, row.box, row.runs) == ("hand", hand.box, hand.runs)


def test_images_deleted_meanwhile_are_skipped(store: Store, images: list[str]) -> None:
    job = propose_objects.ask(store, images, ProposeRequest(new_kind="nucleus", diameter=18))
    run_job(job.folder)
    delete_things(store, images[:1])
    apply_result(store, job)
    assert count_proposals(store) == 6


def test_what_cannot_be_read_is_told_and_the_others_are_done(
    store: Store, images: list[str]
) -> None:
    [thing] = get_things(store, images[:1])
    store.files.original(thing.file_sha256, thing.extension).write_bytes(b"no image")
    request = ProposeRequest(new_kind="nucleus", diameter=18)
    result = run_here(store, propose_objects.ask(store, images, request))
    [(name, reason)] = result.failed
    assert (name, result.images, count_proposals(store)) == ("a.tif", 2, 6)
    assert "a.tif" in reason
    with pytest.raises(PiximiError, match=r"a\.tif"):
        run_here(store, propose_objects.ask(store, images[:1], request))


def test_a_job_that_is_stopped_or_damaged_changes_nothing(store: Store, images: list[str]) -> None:
    request = ProposeRequest(new_kind="nucleus", diameter=18)
    before = next_labels(store)
    job = propose_objects.ask(store, images, request)
    job.ask_to_stop()
    with pytest.raises(PiximiError, match="topped"):
        run_here(store, job)
    assert job.state() is JobState.STOPPED
    job = propose_objects.ask(store, images, request)
    run_job(job.folder)
    (job.folder / "found.jsonl").write_text('{"image": 3')
    apply_result(store, job)
    assert (count_proposals(store), next_labels(store)) == (0, before)


def test_what_names_no_image_or_kind_is_refused(store: Store, images: list[str]) -> None:
    with pytest.raises(BadInput, match="no image"):
        propose_objects.ask(store, [], ProposeRequest(new_kind="nucleus"))
    with pytest.raises(BadInput, match="which kind"):
        propose_objects.ask(store, images, ProposeRequest())
    with pytest.raises(BadInput, match="images themselves"):
        propose_objects.ask(store, images, ProposeRequest(kind_id="Image"))
    gone = propose_objects.ask(store, images, ProposeRequest(kind_id="gone", diameter=18))
    run_job(gone.folder)
    apply_result(store, gone)
    assert count_proposals(store) == 0
