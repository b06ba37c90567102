"""The scripts of examples/ do what they say, one after the other in one project."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from piximi_core.services.projects.open_archive import restore_archive
from tests.conftest import REPOSITORY
from tests.services.conftest import write_classes

SCRIPTS = sorted((REPOSITORY / "examples").glob("*.py"))
Call = Callable[..., str]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a script as ``python`` does; return what it printed."""

    def run(name: str, *arguments: object) -> str:
        script = REPOSITORY / "examples" / f"{name}.py"
        monkeypatch.setattr(sys, "argv", [str(script), *map(str, arguments)])
        runpy.run_path(str(script), run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_example_is_short_and_says_how_it_is_called(script: Path) -> None:
    text = script.read_text("utf-8")
    assert len(text.splitlines()) <= 42
    assert f"\npython examples/{script.name} " in text


@pytest.mark.slow
def test_from_folders_to_scores_and_an_archive(call: Call, tmp_path: Path) -> None:
    crops = write_classes(tmp_path / "crops", count=16)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    project = workspace / "cells"
    said = call("train_from_folders", crops, project, 3)
    assert said.startswith("32 images; right on ")
    out = tmp_path / "scores.csv"
    assert "16 files" in call("score_a_folder", project, crops / "dark", out)
    assert out.read_text("utf-8").splitlines()[0] == "name,category,confidence"
    assert call("compare_runs", project).startswith("1  Image Simple CNN: ")
    labels = np.zeros((24, 24), np.uint8)
    labels[2:9, 3:12] = 1
    Image.fromarray(labels).save(tmp_path / "dark-00_labels.png")
    said = call("import_annotations", project, tmp_path / "dark-00_labels.png")
    assert said.startswith("1 objects added")
    said = call("archive_everything", workspace, tmp_path / "archives")
    assert said == "cells.zip: 32 images, 1 runs\n"
    restore_archive(tmp_path / "archives" / "cells.zip", tmp_path / "again")
