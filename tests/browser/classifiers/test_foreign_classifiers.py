"""Classifiers from elsewhere answer here, and taken away again, as TF.js 4.2.0 has them answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.classifiers import export, import_model
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.scoring.predict_files import predict_files
from tests.browser.classifiers import tfjs_runner as tfjs

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def bring(store: Store, *paths: Path) -> Run:
    found = import_model.look(paths)
    names = [f"{index} {name}" for index, name in enumerate(found.classes)]
    job = import_model.ask(store, paths, found, names)
    run_here(store, job)
    return find_run(store, job.id)


def here(store: Store, run: Run, pictures: list[Any], folder: Path) -> Any:
    """Predict pictures, as files, with a run."""
    from PIL import Image

    for number, pixels in enumerate(pictures):
        Image.fromarray(pixels.squeeze()).save(folder / f"{number}.png")
    sources = [SourceFile(folder / f"{n}.png", f"{n}.png") for n in range(len(pictures))]
    return predict_files(store.files.run(run.id), sources).probabilities


def taken_away(store: Store, run: Run) -> list[Path]:
    job = export.ask(store, run, "piximi-files")
    run_here(store, job)
    return export.delivered(job)


def test_both_real_ones_agree_with_tensorflow_js(
    page: Page, shared_data: Path, tmp_path: Path
) -> None:
    store = create_store(tmp_path / "project", "Foreign")
    random = np.random.default_rng(6)
    folder = shared_data / "teachable_machine"
    teachable = [folder / name for name in ("model.json", "weights.bin", "metadata.json")]
    digits = shared_data / "piximi" / "classifier" / "mnist_classifier.zip"
    # Teachable Machine gives its network x / 127.5 - 1; Piximi gives its own 0 to 1.
    cases = [((224, 224, 3), teachable, 2.0, -1.0), ((28, 28, 1), [digits], 1.0, 0.0)]
    with tfjs.served(tmp_path) as address:
        runner = tfjs.TfjsRunner(page, address)
        assert runner.version == "4.2.0"
        for number, (shape, paths, scale, offset) in enumerate(cases):
            room = tmp_path / str(number)
            room.mkdir()
            pictures = [random.integers(0, 256, shape, np.uint8) for _ in range(3)]
            pictures.append(np.full(shape, 40, np.uint8))
            fed = [picture / np.float32(255) * scale + offset for picture in pictures]
            runner.load_files([path for path in paths if path.name != "metadata.json"])
            at_home = runner.predict(fed, *shape[:2], bit_depth=1)
            run = bring(store, *paths)
            assert np.abs(here(store, run, pictures, room) - at_home).max() < 1e-4
            runner.load_files(taken_away(store, run))
            # Here Piximi's own scaling is all that happens before the network.
            assert np.abs(runner.predict(pictures, *shape[:2]) - at_home).max() < 1e-4
