"""Objects proposed by command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from piximi_core.project.contents.proposals import count_proposals
from piximi_core.project.database.history import undo
from piximi_core.project.database.store import open_store


@pytest.fixture
def project(tmp_path: Path, run: Any) -> Path:
    """Two images of four nuclei each."""
    folder = tmp_path / "project"
    run("create", folder)
    ys, xs = np.mgrid[:80, :80] + 0.5
    for seed, name in enumerate(("a", "b")):
        pixels = np.random.default_rng(seed).normal(40, 4, (80, 80))
        for x, y in ((20, 20), (60, 20), (20, 60), (60, 60)):
            pixels += 120 * (np.hypot(xs - x, ys - y) <= 8)
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
    run("add", folder, tmp_path / "a.png", tmp_path / "b.png")
    return folder


def test_objects_are_proposed_in_all_images_or_some(project: Path, run: Any) -> None:
    out, _err = run("annotations", "propose", project, "--kind", "nucleus", "--diameter", 16)
    assert out.startswith("Proposed 8 objects in 2 images; accept or reject them")
    store = open_store(project)
    assert count_proposals(store) == 8
    undo(store)
    more = ("--method", "spots", "--tone", "bright", "--image", "b.png", "--json")
    found = json.loads(run("annotations", "propose", project, "--kind", "nucleus", *more)[0])
    assert found == {"found": 4, "images": 1, "failed": [], "proposed": 4}
    assert count_proposals(store) == 4


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kind", "cell", "--method", "magic"), "--method 'magic' is not known"),
        (("--kind", "cell", "--tone", "pink"), "use one of auto, bright, dark"),
        (("--kind", "cell", "--diameter", "-3"), "--diameter is a number of pixels above 0"),
        (("--kind", "cell", "--diameter", "nan"), "--diameter is a number of pixels above 0"),
        (("--kind", "cell", "--image", "c.png"), "no image 'c.png'"),
        (("--kind", "Image"), "kind"),
        ((), "--kind"),
    ],
)
def test_mistakes_are_said_in_a_sentence(
    project: Path, run: Any, options: tuple[str, ...], words: str
) -> None:
    _out, said = run("annotations", "propose", project, *options, code=2)
    assert words in said
    assert "Traceback" not in said
    assert count_proposals(open_store(project)) == 0
