"""Percentages never say all or nothing of what is not."""

from __future__ import annotations

import pytest

from piximi_core.percent import percent_number


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0, "0.0"),
        (1, "100.0"),
        (0.5, "50.0"),
        (39 / 45, "86.7"),
        (999 / 1000, "99.9"),
        (9_997 / 10_000, "99.97"),
        (99_999 / 100_000, "99.99"),
        (1 - 1e-12, "99.99"),
        (3 / 10_000, "0.03"),
        (1 / 100_000, "0.01"),
    ],
)
def test_how_a_share_is_written(share: float, written: str) -> None:
    assert percent_number(share) == written
