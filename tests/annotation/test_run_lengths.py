"""Masks as run lengths, against Piximi's published examples and against any mask there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from piximi_core.annotation import decode_mask, encode_mask
from piximi_core.errors import BadInput


@pytest.mark.parametrize(
    ("mask", "runs"),
    [
        ([[0, 1, 1], [1, 0, 0]], [1, 3, 2]),
        ([[1, 1, 1], [0, 0, 0]], [0, 3, 3]),
        ([[1, 1]], [0, 2]),
        ([[0, 0]], [2]),
    ],
)
def test_published_examples(mask: list[list[int]], runs: list[int]) -> None:
    assert encode_mask(np.array(mask, dtype=bool)) == runs
    assert decode_mask(runs, len(mask), len(mask[0])).tolist() == np.array(mask, bool).tolist()


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_any_mask_comes_back(mask: NDArray[np.bool_]) -> None:
    runs = encode_mask(mask)
    assert sum(runs[1::2]) == mask.sum()
    assert all(run > 0 for run in runs[1:])
    assert np.array_equal(decode_mask(runs, *mask.shape), mask)


@given(st.lists(st.integers(-3, 9), max_size=6))
def test_only_runs_that_fill_the_box_are_taken(runs: list[int]) -> None:
    if min(runs, default=0) >= 0 and sum(runs) == 12:
        assert decode_mask(runs, 3, 4).sum() == sum(runs[1::2])
    else:
        with pytest.raises(BadInput, match="mask"):
            decode_mask(runs, 3, 4)
