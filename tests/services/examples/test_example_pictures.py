"""The strips of pictures beside the examples show what the examples hold."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from piximi_core.services.examples.digits import scanned_digits
from piximi_core.services.examples.example_pictures import PICTURES, STRIPS


@pytest.mark.parametrize("key", sorted(STRIPS))
def test_a_strip_shows_so_many_pictures_in_a_row(key: str) -> None:
    with Image.open(BytesIO(STRIPS[key]())) as strip:
        assert strip.format == "PNG"
        assert strip.width == PICTURES * strip.height
        shown = np.asarray(strip.convert("RGB"))
    for picture in np.split(shown, PICTURES, axis=1):
        assert np.ptp(picture) > 100


def test_the_digits_are_the_first_scans() -> None:
    scans, _digits = scanned_digits(PICTURES)
    with Image.open(BytesIO(STRIPS["digits"]())) as strip:
        small = np.asarray(strip.convert("L").resize((8 * PICTURES, 8), Image.Resampling.BOX))
    wanted = np.concatenate(list(scans), axis=1).astype(float)
    assert np.corrcoef(small.ravel(), wanted.ravel())[0, 1] > 0.9
