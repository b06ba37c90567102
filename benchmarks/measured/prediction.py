"""Predicting PNG files, against bare batched ``predict`` with the same decoding."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.pictures import write_labelled_pictures, write_pictures
from benchmarks.processes import measure
from benchmarks.results import Section, Target, interleaved, median, ratios, spread

__all__ = ["run"]

FILES, PROJECT, BARE = "ours, files", "ours, in a project", "tf_keras predict"
_COUNT, _LABELLED = 1000, 40
_LEAST = 0.8
# Side of the files, channels, input of the network.
_CASES = ((28, 1, (28, 28, 1)), (96, 3, (64, 64, 3)))


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Measure small grey files that need no resizing, and RGB files that do."""
    rows, targets = [], []
    for side, channels, shape in _CASES:
        name = f"{_COUNT:,} PNGs of {side}x{side}x{channels} to {'x'.join(map(str, shape))}"
        say(f"  preparing {name}")
        with tempfile.TemporaryDirectory(prefix="piximi-bench-") as room:
            rates = _rates(_prepared(Path(room), side, channels, shape), repeats, say)
        compared = {ours: ratios(rates[ours], rates[BARE]) for ours in (FILES, PROJECT)}
        medians = [f"{median(found):,.0f}" for found in rates.values()]
        rows.append([name, *medians, *(spread(found) for found in compared.values())])
        targets += [
            Target(f"Predicting {name}: {ours} / {BARE}", median(found), _LEAST)
            for ours, found in compared.items()
        ]
    return Section(
        title="Prediction",
        header=[
            "Images per second",
            FILES,
            PROJECT,
            BARE,
            f"{FILES} / {BARE}",
            f"{PROJECT} / {BARE}",
        ],
        rows=rows,
        how=[
            "From files to probabilities, TensorFlow loaded and warmed up on 64 files before. "
            "The peer decodes with Pillow on as many threads as ours, resizes by "
            "`tf.image.crop_and_resize` and calls `model.predict` in batches of 64, with its model "
            "in memory. Ours keeps the classifier from the first 64 files too, and checks every "
            "file; in a project it is the whole job, which also looks for pixels that a training "
            "kept and writes the scores to the disk. Every competitor in a fresh process."
        ],
        targets=targets,
    )


def _prepared(room: Path, side: int, channels: int, shape: tuple[int, int, int]) -> dict[str, Any]:
    """Write files and a project with a finished run; return the task of the competitors."""
    files = room / "files"
    write_pictures(files / "unlabelled", _COUNT, side, channels)
    write_labelled_pictures(files / "labelled", _LABELLED, ("one", "two"), side, channels)
    wanted = {"files": str(files), "project": str(room / "project"), "shape": shape}
    return {**wanted, "run_folder": measure("projects.prediction", wanted)["folder"]}


def _rates(
    wanted: dict[str, Any], repeats: int, say: Callable[[str], None]
) -> dict[str, list[float]]:
    def rate(competitor: str, **more: Any) -> float:
        found = measure(competitor, {**wanted, **more})
        if found["images"] != _COUNT:
            raise RuntimeError(f"{competitor} predicted {found['images']} of {_COUNT} images.")
        return float(found["images"] / found["seconds"])

    return interleaved(
        {
            FILES: partial(rate, "piximi_prediction", in_project=False),
            PROJECT: partial(rate, "piximi_prediction", in_project=True),
            BARE: partial(rate, "keras_predict"),
        },
        repeats,
        say,
    )
