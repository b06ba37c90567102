"""`predict` of files that leave something open, through the command line."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests.services.conftest import write_classes, write_tiff_pages

pytestmark = pytest.mark.slow


def test_stacks_and_series_are_predicted_and_unreadable_originals_told(
    run: Any, tmp_path: Path
) -> None:
    project, out = tmp_path / "project", tmp_path / "out.csv"
    run("create", project)
    run("add", project, write_classes(tmp_path / "in", count=4), "--labels", "folders")
    run("train", project, "-o", "epochs=1", "-o", "input_shape=[20,20,1]")
    stack = write_tiff_pages(tmp_path / "stack.tif", 4)
    series = tmp_path / "series.ome.tif"
    tifffile.imwrite(series, np.zeros((3, 8, 8), np.uint16), metadata={"axes": "TYX"})
    clear = tmp_path / "clear"
    clear.mkdir()
    for number in range(2):
        Image.new("RGBA", (8, 8), (200, 90, 10, 128)).save(clear / f"{number}.png")
    _, said = run("predict", project, "latest", clear, stack, series, "--out", out)
    assert said.splitlines() == [
        "note: alpha channel dropped (2 images)",
        "note: 3 channels turned into grey (0.299 R + 0.587 G + 0.114 B, rounded) (2 images)",
        "note: the first of 4 planes looked at (1 image)",
        "note: the first of 3 time points taken (1 image)",
    ]
    _, said = run("predict", project, "latest", stack, series, "--out", out)
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["name"] for row in rows] == ["stack.tif", "series.ome.tif"]
    run("predict", project, "latest", stack, "--channels", 2, "--out", out)
    _, said = run("predict", project, "latest", series, "--time", 9, "--out", out, code=2)
    assert "has 3 time points, no number 9" in said
    _, said = run("predict", project, "latest", "--time", 1, "--out", out, code=2)
    assert "about files" in said

    before = set((project / "images").rglob("*.png"))
    run("add", project, write_classes(tmp_path / "new", ("more",), count=3, seed=9))
    cut = sorted(set((project / "images").rglob("*.png")) - before)[0]
    cut.chmod(0o644)
    cut.write_bytes(cut.read_bytes()[:100])
    printed, said = run("predict", project, "latest", "--out", out)
    assert "Predicted 2 images" in printed
    assert "1 failed" in printed
    assert said.startswith("failed: 'more-")
