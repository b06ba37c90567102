"""How well a box or a click outlines real nuclei, against what anybody would try first."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.processes import NotMeasured
from benchmarks.results import Section, Target
from piximi_core.annotation.regions import Box
from piximi_core.annotation.tools.parts import largest_part, without_holes
from piximi_core.annotation.tools.shapes import ellipse
from piximi_core.annotation.tools.smart import Candidate, smart_box, smart_click
from piximi_core.annotation.tools.threshold import propose_level
from piximi_core.annotation.tools.windows import around, mask_in

__all__ = ["nuclei_files", "run"]

Pixels = NDArray[Any]
Mask = NDArray[np.bool_]
# Of each sort of box, for each way, how far it agrees with each nucleus.
Agreed = dict[str, dict[str, list[float]]]
# Draws what is in a box, as a mask of the whole picture.
Way = Callable[[Pixels, Box], Mask]
# One of the boxes and clicks gives a person's figures.
_ENOUGH, _MOST_CLICKS = 0.9, 5
# How many pixels a box is wider on each side, by chance: it is never narrower.
_SPARE = {"tight box": (0, 0), "nearly tight": (0, 2), "loose box": (2, 4)}
# What is looked at beside a box to find a level, as a share of its longer side; how much is
# smoothed before, in pixels. Both are those that serve Otsu's level best here.
_MARGIN, _SMOOTHED = 0.25, 1.0
_FOLDER = "PIXIMI_BENCH_NUCLEI"


@dataclass(frozen=True)
class _Nuclei:
    """A picture ``[H, W, 1]`` and the numbers ``[H, W]`` of the nuclei in it, 0 for none."""

    pixels: Pixels
    labels: NDArray[np.int64]

    def each(self) -> Iterator[tuple[Mask, Box]]:
        """Give the mask of each nucleus in the whole picture, and its box."""
        from scipy.ndimage import find_objects

        for number, found in enumerate(find_objects(self.labels), start=1):
            if found is not None:
                rows, columns = found
                box = (columns.start, rows.start, columns.stop, rows.stop)
                yield self.labels == number, box


@dataclass
class _Clicked:
    """What clicks came to, for each nucleus: agreement after the first, clicks, and seconds."""

    first: list[float] = field(default_factory=list)
    needed: list[int | None] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def run(repeats: int, say: Callable[[str], None]) -> Section:
    """Outline the nuclei that come with the package stardist.

    Raises
    ------
    NotMeasured
        They are not at hand.
    """
    nuclei = _nuclei()
    count = sum(1 for _each in nuclei.each())
    say(f"  {count} nuclei, boxes tight and loose")
    ways: dict[str, Way] = {
        "Smart box": _by_smart_box,
        "Otsu in the box": partial(_by_otsu, margin=0, smoothed=0),
        "Otsu in the box, smoothed": partial(_by_otsu, margin=0, smoothed=_SMOOTHED),
        "Otsu in the crop": partial(_by_otsu, margin=_MARGIN, smoothed=0),
        "Otsu in the crop, smoothed": partial(_by_otsu, margin=_MARGIN, smoothed=_SMOOTHED),
        "Ellipse in the box": _by_ellipse,
        "The whole box": _by_all,
    }
    took: list[float] = []
    agreed: Agreed = {}
    for kind, spare in _SPARE.items():
        # Fresh boxes each round, so that the figure does not hang on one throw of the dice.
        seeds = range(1, repeats + 1) if spare[1] else range(1)
        agreed[kind] = {
            name: [value for seed in seeds for value in _agreements(nuclei, way, spare, seed, took)]
            for name, way in ways.items()
        }
    say(f"  {count} nuclei, up to {_MOST_CLICKS} clicks each")
    return _section(count, repeats, agreed, _clicks(nuclei), took)


def nuclei_files() -> tuple[Path, Path]:
    """Return the picture of nuclei and their masks.

    Raises
    ------
    NotMeasured
        They are not at hand.
    """
    chosen = os.environ.get(_FOLDER)
    if not chosen:
        raise NotMeasured(
            f"the nuclei of the package stardist are not at hand; {_FOLDER} names the folder with "
            "img2d.tif and mask2d.tif, stardist/data/images of its wheel"
        )
    paths = [Path(chosen) / name for name in ("img2d.tif", "mask2d.tif")]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise NotMeasured(f"{chosen} holds no {' and no '.join(missing)}")
    return paths[0], paths[1]


def _nuclei() -> _Nuclei:
    import tifffile

    pixels, labels = (tifffile.imread(path) for path in nuclei_files())
    return _Nuclei(pixels[..., np.newaxis], labels.astype(np.int64))


def _by_smart_box(pixels: Pixels, box: Box) -> Mask:
    return _first(smart_box(pixels, box), pixels)


def _by_otsu(pixels: Pixels, box: Box, margin: float, smoothed: float) -> Mask:
    """The largest part of a box above Otsu's level of it and a margin, without holes."""
    from scipy.ndimage import gaussian_filter

    x1, y1, x2, y2 = box
    more = round(margin * max(x2 - x1, y2 - y1))
    x, y, right, bottom = around(box, more, *pixels.shape[:2])
    # As in the whole picture: what is smoothed looks at pixels beside the crop.
    smooth = gaussian_filter(pixels.astype(np.float64), (smoothed, smoothed, 0))
    crop = smooth[y:bottom, x:right]
    level = propose_level(crop, (0, 0, right - x, bottom - y))
    inner = crop[y1 - y : y2 - y, x1 - x : x2 - x, 0] > level
    found = np.zeros(pixels.shape[:2], dtype=bool)
    found[y1:y2, x1:x2] = without_holes(largest_part(inner))
    return found


def _by_ellipse(pixels: Pixels, box: Box) -> Mask:
    height, width = pixels.shape[:2]
    return mask_in(ellipse(box[:2], box[2:], height, width), (0, 0, width, height))


def _by_all(pixels: Pixels, box: Box) -> Mask:
    found = np.zeros(pixels.shape[:2], dtype=bool)
    found[box[1] : box[3], box[0] : box[2]] = True
    return found


def _first(candidates: list[Candidate], pixels: Pixels) -> Mask:
    height, width = pixels.shape[:2]
    return mask_in(candidates[0].region if candidates else None, (0, 0, width, height))


def _agreements(
    nuclei: _Nuclei, way: Way, spare: tuple[int, int], seed: int, took: list[float]
) -> list[float]:
    """Return how far a way agrees with each nucleus, 0…1, in boxes that are so much wider."""
    dice = np.random.default_rng(seed)
    height, width = nuclei.labels.shape
    found = []
    for truth, (x1, y1, x2, y2) in nuclei.each():
        more = dice.integers(spare[0], spare[1] + 1, 4).tolist()
        left, top = max(x1 - more[0], 0), max(y1 - more[1], 0)
        box = (left, top, min(x2 + more[2], width), min(y2 + more[3], height))
        begun = time.perf_counter()
        mask = way(nuclei.pixels, box)
        if way is _by_smart_box:
            took.append(time.perf_counter() - begun)
        found.append(_in_common(mask, truth))
    return found


def _clicks(nuclei: _Nuclei) -> _Clicked:
    """Click as a person would: first in the middle, then in the middle of what is most wrong."""
    clicked = _Clicked()
    for truth, _box in nuclei.each():
        inside, outside = [_deepest(truth)], []
        best, seconds = [], 0.0
        for _click in range(_MOST_CLICKS):
            begun = time.perf_counter()
            found = _first(smart_click(nuclei.pixels, inside, outside), nuclei.pixels)
            seconds += time.perf_counter() - begun
            best.append(_in_common(found, truth))
            missed, too_much = largest_part(truth & ~found), largest_part(found & ~truth)
            if best[-1] >= _ENOUGH:
                break
            if missed.sum() >= too_much.sum():
                inside.append(_deepest(missed))
            else:
                outside.append(_deepest(too_much))
        clicked.first.append(best[0])
        clicked.needed.append(len(best) if best[-1] >= _ENOUGH else None)
        clicked.seconds.append(seconds)
    return clicked


def _deepest(mask: Mask) -> tuple[float, float]:
    """Return the centre of the pixel that lies deepest in a mask."""
    from scipy.ndimage import distance_transform_edt

    depth = distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return float(column) + 0.5, float(row) + 0.5


def _in_common(one: Mask, other: Mask) -> float:
    whole = int((one | other).sum())
    return int((one & other).sum()) / whole if whole else 1.0


def _section(
    count: int, repeats: int, agreed: Agreed, clicked: _Clicked, took: list[float]
) -> Section:
    def told(values: list[float]) -> str:
        tenth = float(np.quantile(values, 0.1))
        return f"{statistics.median(values):.3f} ({tenth:.2f})"

    tight, loose = agreed["tight box"], agreed["loose box"]
    smart_tight, smart_loose = (statistics.median(each["Smart box"]) for each in (tight, loose))
    ahead = min(
        statistics.median(each["Smart box"]) - statistics.median(values)
        for each in agreed.values()
        for name, values in each.items()
        if name != "Smart box"
    )
    needed = [clicks for clicks in clicked.needed if clicks is not None]
    # Where clicks do not get there a person goes on by hand: all of them were made in vain.
    acts = statistics.mean(clicks or _MOST_CLICKS for clicks in clicked.needed)
    reached = {n: sum(clicks <= n for clicks in needed) / count for n in (1, 2, _MOST_CLICKS)}
    hand_boxes = sum(value >= _ENOUGH for value in tight["Smart box"]) / count
    return Section(
        title="Outlining",
        header=["Agreement (IoU) of masks: median (one tenth is below)", *_SPARE],
        rows=[[name, *(told(each[name]) for each in agreed.values())] for name in tight]
        + [["Smart click, the first one", told(clicked.first), "", ""]],
        how=[
            f"The {count} nuclei with masks in the example picture of the package stardist 0.9.2 "
            "(512x512). A tight box is the mask's own; a nearly tight one has 0 to "
            f"{_SPARE['nearly tight'][1]} pixels more on each side, a loose one "
            f"{_SPARE['loose box'][0]} to {_SPARE['loose box'][1]}, by chance, {repeats} times. "
            "Otsu's is the largest part above the level, holes filled; the crop is the box and a "
            "quarter of its longer side around it; smoothed by a Gaussian of one pixel. These are "
            "the forms of it that do best here. GrabCut of OpenCV is not compared: OpenCV is no "
            "part of the program. The first click is where the nucleus is deepest, each "
            "further one where the largest error is deepest, inside or outside."
        ],
        notes=[
            f"Clicks until the agreement is {_ENOUGH}: one for {reached[1]:.0%} of the nuclei, two "
            f"for {reached[2]:.0%}, at most {_MOST_CLICKS} for {reached[_MOST_CLICKS]:.0%}.",
            f"A scripted hand, seconds of the program alone: by boxes 1 act and "
            f"{statistics.mean(took):.2f} s per nucleus ({hand_boxes:.0%} are at {_ENOUGH} or "
            f"better then); by clicks {acts:.1f} acts and {statistics.mean(clicked.seconds):.2f} s "
            "(all its clicks, where they do not get there).",
            "How fine that is: a pixel too much all around a disc of 440 pixels, the median area "
            "here, is an agreement of 0.85.",
        ],
        targets=[
            Target("Smart box, tight: median agreement", smart_tight, 0.9, "IoU"),
            Target("Smart box, loose: median agreement", smart_loose, 0.9, "IoU"),
            Target(
                "Smart box: median agreement above that of the best other way in the same boxes",
                ahead,
                0.0,
                "IoU",
            ),
        ],
    )
