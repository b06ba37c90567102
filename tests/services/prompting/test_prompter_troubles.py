"""What a prompter does when something is in trouble: told of processes that are none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.annotation.tools.prompting import FAMILIES, Prompt
from piximi_core.services.prompting.prompter import Prompter, View
from piximi_core.services.prompting.runners import Runner
from piximi_core.services.prompting.weights import Network

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
