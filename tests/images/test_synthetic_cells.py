"""Drawn cells: the same everywhere, touching, and told apart by their shape."""

from __future__ import annotations

import hashlib

import numpy as np
from scipy import ndimage

from piximi_core.images.synthetic_cells import SHAPES, crop_cells, draw_field


def test_a_seed_gives_the_same_bytes_on_every_machine():
    field = draw_field(3, side=128, cells=6)
    content = field.pixels.astype("<u2").tobytes()
    expected = "bfe805d08007eecc56c03c1672ef3f8eec5cb1c8f3a593ffb00a00c682e2023d"
    assert hashlib.sha256(content).hexdigest() == expected
    assert not np.array_equal(field.pixels, draw_field(4, side=128, cells=6).pixels)


def test_a_field_looks_like_sixteen_bit_fluorescence():
    field = draw_field(0)
    nuclei, cytoplasm = field.pixels
    assert field.pixels.dtype == np.uint16
    background = field.owners == 0
    # Noise in the dark, several times that in the light, and nothing cut off at either end.
    assert field.pixels.min() > 0
    assert field.pixels.max() < 65_535
    assert cytoplasm[~background].mean() > 4 * cytoplasm[background].mean()
    assert cytoplasm[background].std() > 50
    # Nuclei lie inside: they cover less than the cells do.
    bright = nuclei > (int(nuclei.max()) + int(np.median(nuclei))) // 2
    assert 0.02 < bright.sum() / (~background).sum() < 0.5


def test_many_cells_touch_a_neighbour():
    field = draw_field(1)
    touching = set()
    for number in range(1, len(field.cells) + 1):
        around = ndimage.binary_dilation(field.owners == number)
        touching |= {number} if set(np.unique(field.owners[around])) - {0, number} else set()
    assert len(touching) >= len(field.cells) // 3


def test_shapes_differ_as_their_names_say():
    """Measured by scikit-image on the true outlines of cells that touch no edge."""
    from skimage.measure import regionprops

    found: dict[str, list[tuple[float, float]]] = {shape: [] for shape in SHAPES}
    for seed in range(4):
        field = draw_field(seed, cells=12)
        for region in regionprops(field.owners):
            top, left, bottom, right = region.bbox
            if min(top, left) > 0 and max(bottom, right) < field.owners.shape[0]:
                shape = field.cells[region.label - 1].shape
                found[shape].append((region.eccentricity, region.solidity))
    middle = {shape: np.median(values, axis=0) for shape, values in found.items()}
    assert middle["Spindle"][0] > 0.85 > max(middle["Round"][0], middle["Star"][0])
    assert middle["Star"][1] < 0.85 < min(middle["Round"][1], middle["Spindle"][1])


def test_crops_are_centred_and_whole():
    field = draw_field(2)
    crops = list(crop_cells(field, 48))
    assert crops
    for cell, pixels in crops:
        assert pixels.shape == (2, 48, 48)
        left, top = int(cell.x) - 24, int(cell.y) - 24
        assert np.array_equal(pixels, field.pixels[:, top : top + 48, left : left + 48])
