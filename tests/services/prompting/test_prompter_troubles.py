"""What a prompter does when something is in trouble: told of processes that are none."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.annotation.tools.prompting import FAMILIES, Prompt
from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.onnx_look import look_at_onnx
from piximi_core.services.prompting import runner
from piximi_core.services.prompting.prompter import Prompter, View
from piximi_core.services.prompting.runners import Runner
from piximi_core.services.prompting.weights import Network
from tests.tiny_networks import write_sam1

INSIDE = Prompt(inside=((2.0, 2.0),))
LONG = 20.0  # seconds

Answer = Callable[..., dict[str, Any]]


@pytest.fixture
def network(tmp_path: Path) -> Network:
    for half in ("encoder", "decoder"):
        (tmp_path / f"{half}.onnx").write_bytes(b"")
    return Network.of("n", FAMILIES[0], tmp_path / "encoder.onnx", tmp_path / "decoder.onnx")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Answer]:
    """What processes answer to each task."""

    def looked(copy: str, **_more: object) -> dict[str, Any]:
        Path(copy).write_bytes(b"seen")
        return {}

    answers: dict[str, Answer] = {
        "encode": looked,
        "decode": lambda **_more: {"candidates": []},
        "get_ready": lambda **_more: {},
    }

    class Child:
        process = None

        def ask(self, task: dict[str, Any]) -> dict[str, Any]:
            return answers[task["do"]](**task)

    monkeypatch.setattr(Runner, "_living", lambda _runner, _memory: Child())
    return answers


@pytest.fixture
def prompter(answers: dict[str, Answer]) -> Iterator[Prompter]:
    prompter = Prompter()
    yield prompter
    prompter.close()


def draw() -> np.ndarray:
    return np.zeros((4, 4, 3), np.uint8)


def view_of(network: Network, project: Path, plane: int = 0) -> View:
    return View(network, project, "ab" * 32, None, plane, (0, 0, 4, 4))


def test_what_a_killed_look_left_is_swept(
    network: Network, tmp_path: Path, prompter: Prompter
) -> None:
    view = view_of(network, tmp_path / "p")
    old, new = (view.kept.with_name(f".{name}.part") for name in ("old", "new"))
    view.kept.parent.mkdir(parents=True)
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert prompter.ask(view, draw, INSIDE, patience=LONG) == []
    prompter.close()
    assert (old.exists(), new.exists(), view.kept.exists()) == (False, True, True)


def full_disk(_answers: dict[str, Answer], project: Path) -> None:
    project.mkdir()
    _answers["encode"] = lambda **_more: {"unwritten": errno.ENOSPC}


def no_folder(_answers: dict[str, Answer], project: Path) -> None:
    project.write_bytes(b"")  # as a folder that may not be written, also for root


def moved_away(answers: dict[str, Answer], project: Path) -> None:
    project.mkdir()
    look = answers["encode"]

    def moved(**task: Any) -> dict[str, Any]:
        look(**task)
        project.rename(project.with_name("bin"))
        return {}

    answers["encode"] = moved


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (full_disk, "disk"),
        (no_folder, "nothing for the network to look at"),
        (moved_away, "nothing for the network to look at"),
    ],
)
def test_trouble_of_a_project_is_no_trouble_of_others(
    network: Network,
    tmp_path: Path,
    prompter: Prompter,
    answers: dict[str, Answer],
    trouble: Callable[[dict[str, Answer], Path], None],
    words: str,
) -> None:
    usual = answers["encode"]
    trouble(answers, tmp_path / "p")
    for _again in range(2):  # it is not tried again at once
        with pytest.raises(PiximiError, match=words):
            prompter.ask(view_of(network, tmp_path / "p"), draw, INSIDE, patience=LONG)
    answers["encode"] = usual
    assert prompter.ask(view_of(network, tmp_path / "q"), draw, INSIDE, patience=LONG) == []


def test_trouble_of_a_network_is_told_in_all_projects(
    network: Network, tmp_path: Path, prompter: Prompter, answers: dict[str, Answer]
) -> None:
    answers["encode"] = lambda **_more: {"error": "It is broken."}
    with pytest.raises(BadInput, match="It is broken"):
        prompter.ask(view_of(network, tmp_path / "p"), draw, INSIDE, patience=LONG)
    with pytest.raises(BadInput, match="It is broken"):
        prompter.look(view_of(network, tmp_path / "q"), draw)


def test_what_cannot_be_written_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, _decoder = write_sam1(tmp_path)
    np.save(tmp_path / "picture.npy", draw())
    shape, out = (1, 256, 64, 64), "image_embeddings"

    class Session:
        def run(self, *_asked: object) -> list[np.ndarray]:
            return [np.zeros(shape, np.float32)]

    signature = look_at_onnx(encoder).signature
    assert [(each.name, each.shape) for each in signature.outputs] == [(out, shape)]
    monkeypatch.setattr(runner._running, "open", lambda _path: (Session(), signature))
    monkeypatch.setattr(runner._running, "_stands_back", True)
    task: dict[str, Any] = {"encoder": str(encoder), "family": "sam1", "height": 4, "width": 4}
    task["picture"] = str(tmp_path / "picture.npy")
    assert runner.encode({**task, "copy": "/dev/full"}) == {"unwritten": errno.ENOSPC}
    assert runner.encode({**task, "copy": str(tmp_path / "p" / "x")}) == {"unwritten": errno.ENOENT}
    assert runner.encode({**task, "copy": str(tmp_path / "x")}) == {}


def asks_of(prompter: Prompter, view: View, patience: float) -> tuple[object, float]:
    """Return an answer, and after how many seconds it came."""
    begun = time.monotonic()
    answer = prompter.ask(view, draw, INSIDE, patience=patience)
    return answer, time.monotonic() - begun


def test_who_asks_waits_no_longer_than_said_for_all_of_it(
    network: Network, tmp_path: Path, prompter: Prompter, answers: dict[str, Answer]
) -> None:
    view, go_on = view_of(network, tmp_path / "p"), threading.Event()
    look, begun = answers["encode"], threading.Event()

    def slowly(**_more: object) -> dict[str, Any]:
        begun.set()
        go_on.wait(LONG)
        return {"candidates": []}

    def look_slowly(**task: Any) -> dict[str, Any]:
        time.sleep(1.0)
        return look(**task)

    answers |= {"encode": look_slowly, "decode": slowly}
    # The look takes most of the time, and the answer only gets what is left.
    answer, seconds = asks_of(prompter, view, 2.0)
    assert answer is None
    assert begun.is_set()
    assert 1.9 < seconds < 2.8
    # So it is for whoever waits for a turn.
    answer, seconds = asks_of(prompter, view, 0.2)
    assert answer is None
    assert 0.1 < seconds < 1.0
    go_on.set()
    assert asks_of(prompter, view, LONG)[0] == []


def test_only_so_many_wait_and_who_asks_of_what_was_seen_goes_on(
    network: Network, tmp_path: Path, prompter: Prompter, answers: dict[str, Answer]
) -> None:
    seen, unseen = (view_of(network, tmp_path / "p", plane) for plane in (0, 1))
    assert asks_of(prompter, seen, LONG)[0] == []
    go_on = threading.Event()
    looks, waiting = answers["encode"], []

    def slowly(**task: Any) -> dict[str, Any]:
        go_on.wait(LONG)
        return looks(**task) if "copy" in task else {"candidates": []}

    def ask(view: View, many: int) -> None:
        for _ in range(many):
            thread = threading.Thread(target=asks_of, args=(prompter, view, LONG))
            thread.start()
            waiting.append(thread)

    def waits(many: int) -> bool:
        """Whether so many go on waiting after a moment."""
        deadline = time.monotonic() + LONG / 2
        while sum(each.is_alive() for each in waiting) > many and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.2)
        return sum(each.is_alive() for each in waiting) == many

    answers["encode"] = slowly
    try:
        ask(unseen, 6)
        assert waits(4)
        assert asks_of(prompter, seen, LONG)[0] == []
        answers["decode"] = slowly
        ask(seen, 6)
        assert waits(8)
        answer, seconds = asks_of(prompter, seen, LONG)
        assert answer is None
        assert seconds < 1
    finally:
        go_on.set()
        for thread in waiting:
            thread.join()
    assert asks_of(prompter, seen, LONG)[0] == []


def test_a_decoder_that_cannot_be_read_is_told_and_not_read_at_each_look(
    network: Network, tmp_path: Path, prompter: Prompter, answers: dict[str, Answer]
) -> None:
    view, tries = view_of(network, tmp_path / "p"), []

    def broken(**_more: object) -> dict[str, Any]:
        tries.append("read")
        return {"error": "It cannot be read."}

    answers["get_ready"] = broken

    def look_until_told() -> None:
        deadline = time.monotonic() + LONG
        while time.monotonic() < deadline:
            prompter.look(view, draw)
            time.sleep(0.02)

    assert prompter.wait_for(view, draw, LONG)
    for _ in range(3):
        with pytest.raises(BadInput, match="It cannot be read"):
            look_until_told()
    assert tries == ["read"]
    with pytest.raises(BadInput, match="It cannot be read"):
        prompter.look(view_of(network, tmp_path / "q"), draw)
