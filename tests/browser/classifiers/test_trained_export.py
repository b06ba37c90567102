"""A classifier trained by the command line answers in TF.js as it does in Python."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.bccd import cut_crops
from tests.browser.classifiers import tfjs_runner as tfjs
from tests.cli.test_main_job import run, run_json

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COMPARED = 40


def test_the_exports_give_pythons_probabilities(
    page: Page, shared_data: Path, tmp_path: Path
) -> None:
    cells, project = tmp_path / "cells", tmp_path / "project"
    cut_crops(shared_data / "bccd", cells)
    run("create", project)
    run("add", project, cells, "--labels", "folders")
    settings = ["epochs=20", "seed=1", "input_shape=[64,64,3]"]
    overrides = [part for setting in settings for part in ("-o", setting)]
    assert run_json("train", project, *overrides)["val_accuracy"] >= 0.95
    archive, sharded, table = tmp_path / "cells.zip", tmp_path / "web", tmp_path / "p.csv"
    run("export", project, "latest", "--format", "piximi", "--out", archive)
    shards = ["--format", "tfjs", "--shard-bytes", "9000", "--out"]
    run("export", project, "latest", *shards, sharded)
    assert len(list(sharded.glob("*.bin"))) >= 3
    run("predict", project, "latest", cells, "--out", table)

    names, images, expected = [], [], []
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            with Image.open(cells / row["name"]) as opened:
                pixels = np.asarray(opened.convert("RGB"))
            # Those that are 64x64 already would prove nothing about resizing.
            if pixels.shape[:2] != (64, 64):
                names.append(row["name"])
                images.append(pixels)
                expected.append([float(row[f"p:{c}"]) for c in ("Platelets", "RBC", "WBC")])
    chosen = range(0, len(names), max(1, len(names) // COMPARED))
    wanted = np.array([expected[i] for i in chosen])
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "unpacked")
    pair = sorted((tmp_path / "unpacked").iterdir())
    with tfjs.served(sharded) as address:
        browser = tfjs.TfjsRunner(page, address)
        assert browser.version == "4.2.0"
        for load in (
            lambda: browser.load_files(pair),
            lambda: browser.load_address(f"{address}/model.json"),
        ):
            assert load() == [None, 3]
            found = browser.predict([images[i] for i in chosen], 64, 64)
            assert np.abs(found - wanted).max() < 1e-4
