"""Decoders shared by projects: nobody waits for another's files, and nothing goes on for nobody."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import psutil
import pytest
import tifffile
from PIL import Image

from piximi_core.errors import BadInput, PiximiError
from piximi_core.services.decoding import fair_decoders, showing
from piximi_core.services.decoding.decoders import DecodeLimits
from piximi_core.services.decoding.fair_decoders import FairDecoders, Ticket

HERE, THERE = Path("/project/here"), Path("/project/there")
PATIENCE = 60


@pytest.fixture
def decoders() -> Iterator[FairDecoders]:
    with FairDecoders(DecodeLimits(seconds=30), DecodeLimits(seconds=30)) as found:
        yield found


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    Image.fromarray(np.full((40, 60, 3), 200, np.uint8)).save(path)
    return path


@pytest.fixture
def endless(tmp_path: Path) -> list[Path]:
    """Files whose reading never ends: pipes that nobody writes to."""
    paths = [tmp_path / f"endless-{n}.png" for n in range(12)]
    for path in paths:
        os.mkfifo(path)
    return paths


def thumb(decoders: FairDecoders, project: Path, path: Path) -> Ticket:
    return decoders.submit(project, "thumb", path, channels=None, look=None)


def size(ticket: Ticket) -> tuple[int, int]:
    content = base64.b64decode(ticket.future.result(PATIENCE).facts["thumbnail"])
    return Image.open(BytesIO(content)).size


def busy_children() -> set[int]:
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # gone at this moment
            if "piximi_core.services.decoding.decoder" in child.cmdline():
                found.add(child.pid)
    return found


def until(condition: object) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_project_whose_files_hang_holds_up_no_other(
    decoders: FairDecoders, endless: list[Path], picture: Path
) -> None:
    hanging = [thumb(decoders, HERE, path) for path in endless]
    until(lambda: any(ticket.child for ticket in hanging))
    assert size(thumb(decoders, THERE, picture)) == (60, 40)
    assert not any(ticket.future.done() for ticket in hanging)


def test_what_nobody_waits_for_is_ended(decoders: FairDecoders, endless: list[Path]) -> None:
    before = busy_children()
    hanging = [thumb(decoders, HERE, path) for path in endless]
    until(lambda: sum(ticket.child is not None for ticket in hanging) >= 2)
    running = busy_children() - before
    for ticket in hanging:
        decoders.leave(ticket)
    until(lambda: not running & busy_children())
    until(lambda: all(ticket.future.cancelled() for ticket in hanging))
    assert len(running) >= 2, "there was something to end"


def test_who_still_waits_for_the_same_picture_gets_it(
    decoders: FairDecoders, picture: Path
) -> None:
    first, second = thumb(decoders, HERE, picture), thumb(decoders, HERE, picture)
    decoders.leave(first)
    assert size(second) == (60, 40)


def test_what_meets_the_tight_limits_is_read_under_the_wide_ones(
    picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fair_decoders, "SMALL_BYTES", 1000)
    with FairDecoders() as decoders:
        assert size(thumb(decoders, HERE, picture)) == (60, 40)
    with FairDecoders(DecodeLimits(memory=1)) as decoders:
        assert size(thumb(decoders, HERE, picture)) == (60, 40), "one that died of a tight limit"


def test_a_file_beyond_all_limits_is_refused_and_not_tried_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (2000, 2000)).save(path)
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", "1000000")
    monkeypatch.setattr(fair_decoders, "SMALL_BYTES", 1000)
    with FairDecoders() as decoders:
        with pytest.raises(BadInput, match=r"^'large.png' would take 23 MiB .* 1 MiB allowed"):
            thumb(decoders, HERE, path).future.result(PATIENCE)
        with pytest.raises(BadInput, match=r"large\.png"):
            thumb(decoders, THERE, path)
        Image.new("RGB", (30, 20)).save(path)
        assert size(thumb(decoders, HERE, path)) == (30, 20), "it was mended"


def test_what_is_too_large_as_a_whole_still_gives_boxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "large.tif"
    tifffile.imwrite(path, np.full((5000, 7000), 3, np.uint16), tile=(512, 512))
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", "60000000")
    how = {"plane": 0, "channels": None}
    with FairDecoders() as decoders:
        whole = decoders.submit(HERE, "planes", path, whole=True, **how)
        with pytest.raises(BadInput, match="would take"):
            whole.future.result(PATIENCE)
        with pytest.raises(BadInput, match="would take"):
            decoders.submit(HERE, "planes", path, whole=True, **how)
        box = decoders.submit(HERE, "planes", path, box=[0, 0, 9, 5], alone=True, **how)
        found = box.future.result(PATIENCE).pixels
        assert found is not None
        assert found.shape == (1, 5, 9, 1)


def test_closing_ends_everything(endless: list[Path]) -> None:
    decoders = FairDecoders()
    tickets = [thumb(decoders, HERE, path) for path in endless]
    until(lambda: any(ticket.child for ticket in tickets))
    decoders.close()
    started = [ticket for ticket in tickets if ticket.child]
    for ticket in started:
        with pytest.raises(PiximiError):
            ticket.future.result(PATIENCE)


def test_planes_come_with_their_neighbours_and_large_ones_as_means(
    decoders: FairDecoders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = np.random.default_rng(1).integers(0, 60000, (5, 30, 40, 2), dtype=np.uint16)
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, stack.transpose(0, 3, 1, 2), imagej=True, metadata={"axes": "ZCYX"})
    found = decoders.submit(HERE, "planes", path, channels=None, plane=3).future.result(PATIENCE)
    assert found.pixels is not None
    np.testing.assert_array_equal(found.pixels, stack)
    assert (found.facts["planes"], found.facts["first"], found.facts["step"]) == (5, 0, 1)
    box = decoders.submit(HERE, "planes", path, channels=None, plane=3, box=[5, 4, 20, 9])
    np.testing.assert_array_equal(box.future.result(PATIENCE).pixels, stack[3:4, 4:9, 5:20])  # type: ignore[arg-type]

    block = showing.reduced(stack[:1], 3)
    by_hand = stack[0, 3:6, 6:9].reshape(9, 2).mean(axis=0)
    np.testing.assert_array_equal(block[0, 1, 2], np.rint(by_hand).astype(np.uint16))
    assert block.shape == (1, 10, 13, 2)
