"""Pixels as tones for looking ahead: of any number of channels, of any numbers."""

from __future__ import annotations

import numpy as np
import pytest

from piximi_core.annotation.tools.tones import in_bytes


@pytest.mark.parametrize("channels", [0, 1, 2, 3, 4, 7])
def test_three_tones_are_the_means_of_every_third_channel(channels: int) -> None:
    rng = np.random.default_rng(channels)
    pixels = rng.integers(0, 65_536, (5, 6, channels)).astype(np.uint16)
    tones = in_bytes(pixels, 0, 65_535)
    assert (tones.shape, tones.dtype) == ((5, 6, 3), np.uint8)
    for tone in range(3):
        chosen = [pixels[..., i].astype(float) for i in range(channels) if i % 3 == tone]
        wanted = np.mean(chosen, axis=0) / 257 if chosen else np.zeros((5, 6))
        np.testing.assert_allclose(tones[..., tone], wanted, atol=0.5)


def test_what_lies_beyond_the_range_is_its_end_and_no_number_is_dark() -> None:
    row = np.array([[-5.0, 2.0, 3.0, 4.0, 1e30, np.inf, -np.inf, np.nan]])[..., np.newaxis]
    assert in_bytes(row, 2.0, 4.0)[0, :, 0].tolist() == [0, 0, 128, 255, 255, 255, 0, 0]


def test_the_widest_range_does_not_run_over() -> None:
    most = float(np.finfo(np.float64).max)
    row = np.array([[-most, 0.0, most]])[..., np.newaxis]
    assert in_bytes(row, -most, most)[0, :, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (np.nan, 1), (0, np.inf)])
def test_a_range_without_a_width_is_none(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no width"):
        in_bytes(np.zeros((1, 1, 1)), *ends)
