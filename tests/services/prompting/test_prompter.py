"""Networks that look ahead, wait a little, keep what they saw, and may break without harm."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.parser
import pytest

from piximi_core.annotation.tools.prompting import Prompt
from piximi_core.errors import BadInput
from piximi_core.services.prompting import prompter as prompter_module
from piximi_core.services.prompting.pictures import picture_of
from piximi_core.services.prompting.prompter import Prompter, View
from piximi_core.services.prompting.runners import Runner
from piximi_core.services.prompting.weights import Network, find_networks
from tests.tiny_networks import SCORES, write_efficient_sam, write_sam1, write_sam2

pytestmark = pytest.mark.slow

HEIGHT, WIDTH = 300, 600
INSIDE = Prompt(inside=((250.0, 150.0),))
LONG = 60.0  # seconds; a process starts in two


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    monkeypatch.setenv("PIXIMI_WEIGHTS", str(folder))
    return folder


@pytest.fixture
def prompter() -> Iterator[Prompter]:
    prompter = Prompter()
    yield prompter
    prompter.close()


def bright(left: int = 200) -> np.ndarray:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[100:200, left : left + 100] = 255
    return picture


def view_of(network: Network, project: Path, plane: int = 0) -> View:
    return View(network, project, "ab" * 32, None, plane, (0, 0, WIDTH, HEIGHT))


def test_every_family_answers_what_can_be_reckoned(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder, "a")
    write_sam1(folder, "b", raw=True)
    write_sam2(folder, "c")
    write_efficient_sam(folder, "d")
    networks = find_networks().networks
    assert [each.name for each in networks] == ["a", "b", "c", "d"]
    ys, xs = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    for network in networks:
        answer = prompter.ask(view_of(network, tmp_path), bright, INSIDE, patience=LONG)
        assert answer is not None
        assert [each.score for each in answer] == pytest.approx([SCORES[2], SCORES[3], SCORES[1]])
        # The third of three has a radius of 60 of 1024; SAM 2 and EfficientSAM see the crop
        # squashed, so that it is flatter in the crop.
        down = 60 * (HEIGHT if network.name in "cd" else WIDTH) / 1024
        away = np.hypot((xs - 250) / (60 * WIDTH / 1024), (ys - 150) / down)
        mask = np.zeros((HEIGHT, WIDTH), bool)
        x1, y1, x2, y2 = answer[2].region.box
        mask[y1:y2, x1:x2] = answer[2].region.mask()
        assert mask[away < 0.95].all()
        assert not mask[away > 1.05].any()
        # The first is larger than what is bright, and ends there.
        x1, _, x2, _ = answer[0].region.box
        assert 195 <= x1 <= 205
        assert 295 <= x2 <= 305
        box = Prompt(box=(210.0, 110.0, 290.0, 190.0))
        answer = prompter.ask(view_of(network, tmp_path), bright, box, patience=LONG)
        assert answer is not None
        # The widest, whatever its place by the scores: as wide as the box, or nearly.
        edges = np.array([each.region.box for each in answer])
        assert np.abs(edges[np.argmin(edges[:, 0])] - (210, 110, 290, 190)).max() <= 2
    kept = list((tmp_path / "cache" / "seen").iterdir())
    assert len(kept) == 4


def test_what_was_seen_is_kept_on_disk_and_not_drawn_again(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder)
    [network] = find_networks().networks
    view = view_of(network, tmp_path)
    assert prompter.look(view, bright) == "looking"
    first = prompter.ask(view, bright, INSIDE, patience=LONG)
    assert prompter.look(view, bright) == "ready"
    again = Prompter()

    def never() -> np.ndarray:
        raise AssertionError("it was seen before")

    try:
        assert again.ask(view, never, INSIDE, patience=LONG) == first
    finally:
        again.close()
    assert view_of(network, tmp_path, plane=1).kept != view.kept


def test_who_has_no_patience_gets_no_answer_and_later_one(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder)
    [network] = find_networks().networks
    view, go_on = view_of(network, tmp_path), threading.Event()

    def slowly() -> np.ndarray:
        go_on.wait(LONG)
        return bright()

    begun = time.monotonic()
    assert prompter.ask(view, slowly, INSIDE, patience=0.2) is None
    assert time.monotonic() - begun < 2
    go_on.set()
    assert prompter.ask(view, slowly, INSIDE, patience=LONG)
    # What it took last is known: where it will take longer again, nobody waits at all.
    prompter._typical[network.mark] = 100.0
    go_on.clear()
    begun = time.monotonic()
    assert prompter.ask(view_of(network, tmp_path, 1), slowly, INSIDE, patience=5.0) is None
    assert time.monotonic() - begun < 2
    go_on.set()


def test_what_is_seen_now_comes_before_what_may_come_next(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder)
    [network] = find_networks().networks
    order: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def drawing(plane: int) -> prompter_module.Draw:
        def draw() -> np.ndarray:
            order.append(plane)
            begun.set()
            go_on.wait(LONG)
            return bright()

        return draw

    prompter.look(view_of(network, tmp_path, 0), drawing(0))
    assert begun.wait(LONG)
    for plane, wanted in ((1, False), (2, True), (3, False), (4, True)):
        prompter.look(view_of(network, tmp_path, plane), drawing(plane), wanted=wanted)
    go_on.set()
    deadline = time.monotonic() + LONG
    while not view_of(network, tmp_path, 1).kept.is_file() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert order == [0, 4, 2, 3, 1]


def test_the_cache_is_bounded_and_lets_go_of_what_was_not_used(
    folder: Path, tmp_path: Path, prompter: Prompter, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sam1(folder)
    [network] = find_networks().networks
    views = [view_of(network, tmp_path, plane) for plane in range(3)]
    monkeypatch.setattr(prompter_module, "KEPT_BYTES", 9_000_000)  # two of 4.2 MB
    for view in views[:2]:
        assert prompter.ask(view, bright, INSIDE, patience=LONG)
        time.sleep(0.02)
    assert prompter.ask(views[0], bright, INSIDE, patience=LONG)
    assert prompter.ask(views[2], bright, INSIDE, patience=LONG)
    assert [view.kept.is_file() for view in views] == [True, False, True]


def test_a_damaged_memory_is_thrown_away_and_made_anew(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder)
    [network] = find_networks().networks
    view = view_of(network, tmp_path)
    view.kept.parent.mkdir(parents=True)
    view.kept.write_bytes(b"no archive")
    with pytest.raises(BadInput, match="What the network saw is damaged; try it again"):
        prompter.ask(view, bright, INSIDE, patience=LONG)
    assert prompter.ask(view, bright, INSIDE, patience=LONG)


def test_an_encoder_that_cannot_be_run_says_so_and_the_process_lives_on(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder)
    write_sam1(folder, "wrong")
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17, "their.own" : 1]>'
        "wrong (float[1, 3, 1024, 1024] image) => (float[1, 256, 64, 64] image_embeddings)"
        "{ image_embeddings = their.own.Secret (image) }"
    )
    onnx.save(model, folder / "wrong_encoder.onnx")
    good, wrong = find_networks().networks
    view = view_of(wrong, tmp_path)
    with pytest.raises(BadInput, match=r"'wrong_encoder\.onnx' cannot be run \(.*Secret"):
        prompter.ask(view, bright, INSIDE, patience=LONG)
    assert not view.kept.exists()
    # It is not tried again at once, and others are not held up by it.
    with pytest.raises(BadInput, match="cannot be run"):
        prompter.look(view_of(wrong, tmp_path, 1), bright)
    assert prompter.ask(view_of(good, tmp_path), bright, INSIDE, patience=LONG)


def test_a_process_that_dies_is_started_anew(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder)
    [network] = find_networks().networks
    view = view_of(network, tmp_path)
    first = prompter.ask(view, bright, INSIDE, patience=LONG)
    for runner in (prompter._looker, prompter._answerer):
        assert runner._child is not None
        runner._child.process.kill()
        runner._child.process.wait()
    assert prompter.ask(view, bright, INSIDE, patience=LONG) == first
    assert prompter.ask(view_of(network, tmp_path, 1), bright, INSIDE, patience=LONG) == first


def test_a_decoder_that_gives_something_else_is_refused(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    _encoder, decoder = write_sam1(folder)
    model = onnx.load(decoder)
    for node in model.graph.node:
        if node.output[0] == "iou_predictions":
            node.input[0] = "axis1"
            node.op_type = "Cast"
            node.attribute.append(onnx.helper.make_attribute("to", 1))
    onnx.save(model, decoder)
    [network] = find_networks().networks
    with pytest.raises(BadInput, match=r"'tiny_decoder\.onnx' cannot be run"):
        prompter.ask(view_of(network, tmp_path), bright, INSIDE, patience=LONG)


def write_hostile(folder: Path, body: str) -> Network:
    """Write a network whose encoder has its own way with a picture."""
    write_sam1(folder, "hostile")
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]>'
        "hostile (float[1, 3, 1024, 1024] image) => (float[1, 256, 64, 64] image_embeddings)"
        f"{{ {body} }}"
    )
    onnx.save(model, folder / "hostile_encoder.onnx")
    [network] = find_networks().networks
    return network


def test_a_network_that_never_ends_is_ended(folder: Path, tmp_path: Path) -> None:
    network = write_hostile(
        folder,
        """
        many = Constant <value = int64 {9000000000000000000}> ()
        yes = Constant <value = bool {1}> ()
        last = Loop (many, yes, image) <body = turn (int64 at, bool on, float[1, 3, 1024, 1024] x)
            => (bool still, float[1, 3, 1024, 1024] y) { still = Identity (on)  y = Neg (x) }>
        cut = AveragePool <kernel_shape = [16, 16], strides = [16, 16]> (last)
        image_embeddings = Identity (cut)
        """,
    )
    picture, copy = tmp_path / "picture.npy", tmp_path / "copy"
    np.save(picture, bright())
    runner = Runner(seconds=4.0)
    task: dict[str, Any] = {
        "picture": str(picture),
        "copy": str(copy),
        "height": HEIGHT,
        "width": WIDTH,
    }
    begun = time.monotonic()
    try:
        with pytest.raises(BadInput, match=r"'hostile_encoder\.onnx' took longer than 4 s"):
            runner.ask(network, "encode", 0.0, **task)
    finally:
        runner.close()
    assert time.monotonic() - begun < 30
    assert not copy.exists()


def test_a_network_that_wants_all_memory_gets_a_sentence(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    network = write_hostile(
        folder,
        """
        size = Constant <value = int64[4] {1, 256, 60000, 60000}> ()
        mean = ReduceMean <axes = [1, 2, 3]> (image)
        image_embeddings = Expand (mean, size)
        """,
    )
    with pytest.raises(
        BadInput, match=r"'hostile_encoder\.onnx' (needs more memory|cannot be run)"
    ):
        prompter.ask(view_of(network, tmp_path), bright, INSIDE, patience=LONG)


def test_what_nobody_thought_of_holds_up_no_other_picture(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder)
    [network] = find_networks().networks

    def broken() -> np.ndarray:
        raise ZeroDivisionError

    with pytest.raises(BadInput, match="the server's log says why"):
        prompter.ask(view_of(network, tmp_path), broken, INSIDE, patience=LONG)
    assert prompter.ask(view_of(network, tmp_path, 1), bright, INSIDE, patience=LONG)


def test_a_missing_image_is_no_fault_of_the_network(
    folder: Path, tmp_path: Path, prompter: Prompter
) -> None:
    write_sam1(folder)
    [network] = find_networks().networks

    def gone() -> np.ndarray:
        raise BadInput("The image is gone.")

    with pytest.raises(BadInput, match="The image is gone"):
        prompter.ask(view_of(network, tmp_path), gone, INSIDE, patience=LONG)
    assert prompter.ask(view_of(network, tmp_path, 1), bright, INSIDE, patience=LONG)


def test_a_photograph_is_shown_as_it_is_and_all_else_is_stretched() -> None:
    photograph = np.random.default_rng(0).integers(0, 99, (8, 9, 3)).astype(np.uint8)
    assert (picture_of(photograph) == photograph).all()
    deep = np.zeros((8, 9, 2), np.uint16)
    deep[:, :4, 0], deep[:4, :, 1] = 900, 50
    seen = picture_of(deep)
    assert seen[0, 0].tolist() == [255, 255, 0]
    assert seen[7, 8].tolist() == [0, 0, 0]
    grey = picture_of(deep[..., 1:])
    assert grey[0, 8].tolist() == [255, 255, 255]
    assert grey[7, 8].tolist() == [0, 0, 0]
    assert picture_of(np.full((3, 3, 1), np.nan)).tolist() == np.zeros((3, 3, 3)).tolist()
    assert picture_of(np.zeros((5000, 10, 7))).shape == (1667, 4, 3)
