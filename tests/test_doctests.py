"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

ROOMS = ("piximi_core", "piximi_ui")


def with_examples() -> list[object]:
    """Return the modules whose docstrings have examples; those that need TensorFlow are slow."""
    found: list[object] = []
    for path in sorted(path for room in ROOMS for path in (REPOSITORY / room).rglob("*.py")):
        text = path.read_text("utf-8")
        if ">>> " in text:
            name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
            marks = [pytest.mark.slow] if "import t" in text and "tensorflow" in text else []
            found.append(pytest.param(name.removesuffix(".__init__"), marks=marks))
    return found


@pytest.mark.parametrize("name", with_examples())
def test_the_examples_of_a_module_are_true(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failed, _tried = doctest.testmod(importlib.import_module(name))
    assert failed == 0
