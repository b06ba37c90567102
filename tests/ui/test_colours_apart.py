"""How far colours of objects lie apart for those who see them otherwise, in numbers.

Colours are simulated by the matrices of Machado, Oliveira and Fernandes, "A physiologically-based
model for simulation of color vision deficiency" (IEEE TVCG, 2009), severity 1.0, on linear RGB, and
compared by their distance in CIELAB (CIE 1976), of which 2.3 is about the least that can be told.
What is promised here is what was measured, no more.
"""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pytest
from skimage.color import rgb2lab

from piximi_core.vocabulary import PALETTE
from tests.conftest import REPOSITORY

MATRICES = {
    "usual": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
OUTLINES = REPOSITORY / "piximi_ui" / "components" / "viewer" / "outlining" / "outlines.js"
PATTERNS = 3  # solid, dashed, dotted: of raster.js


def seen(colours: list[str], sight: str) -> np.ndarray:
    """Return colours in CIELAB ``[N, 3]`` as they are seen."""
    shares = np.array([[int(each[at : at + 2], 16) for at in (1, 3, 5)] for each in colours]) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    found = np.clip(linear @ MATRICES[sight].T, 0, 1)
    back = np.where(found <= 0.0031308, found * 12.92, 1.055 * found ** (1 / 2.4) - 0.055)
    return np.asarray(rgb2lab(back[np.newaxis])[0])


def nearest(colours: list[str], sight: str, every: int = 1) -> float:
    """Return the smallest distance of any two, or of those whose places are a multiple apart."""
    lab = seen(colours, sight)
    pairs = [(i, j) for i, j in combinations(range(len(lab)), 2) if (j - i) % every == 0]
    return min(float(np.linalg.norm(lab[i] - lab[j])) for i, j in pairs)


def test_the_simulation_is_that_of_the_paper() -> None:
    # Greys stay as they are; red and green of one lightness come near each other.
    grey = seen(["#808080"], "usual")
    np.testing.assert_allclose(seen(["#808080"], "deuteranopia"), grey, atol=0.5)
    pair = ["#c84c4c", "#5f7d2f"]
    assert nearest(pair, "usual") > 2 * nearest(pair, "deuteranopia")


@pytest.mark.parametrize(
    ("sight", "least"), [("usual", 26), ("deuteranopia", 16), ("protanopia", 20)]
)
def test_many_colours_are_told_apart(sight: str, least: float) -> None:
    found = re.search(r"const SEVERAL = \[(.*?)\]", OUTLINES.read_text("utf-8"))
    assert found is not None
    colours = re.findall(r"#[0-9a-f]{6}", found[1])
    assert len(colours) == 8
    assert nearest(colours, sight) > least


@pytest.mark.parametrize(
    ("sight", "least"), [("usual", 42), ("deuteranopia", 23), ("protanopia", 25)]
)
def test_the_first_five_categories_are_told_by_their_colours(sight: str, least: float) -> None:
    assert nearest(list(PALETTE[:5]), sight) > least


@pytest.mark.parametrize("sight", MATRICES)
def test_patterns_tell_the_first_six_where_colours_do_not(sight: str) -> None:
    """By colour alone two of them come as near as 9 (protanopia); those of one pattern never do."""
    assert nearest(list(PALETTE[:6]), sight, PATTERNS) > 60
