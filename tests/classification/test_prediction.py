"""Prediction: Keras' own numbers, for any count of images."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from piximi_core.classification.networks.architectures import build, with_softmax
from piximi_core.classification.prediction import predict
from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import BadInput, Stopped


@pytest.mark.parametrize("count", [1, 63, 64, 130])
def test_against_keras(count: int, make_settings: Callable[..., ModelSettings]) -> None:
    model = with_softmax(build(make_settings(), 5))
    x = np.random.default_rng(count).random((count, 16, 16, 1), np.float32)
    found = predict(model, x)
    assert found.shape == (count, 5)
    assert found.dtype == np.float32
    assert np.allclose(found, model.predict(x, verbose=0), atol=1e-6)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)


def test_new_weights_count_at_once(make_settings: Callable[..., ModelSettings]) -> None:
    model = with_softmax(build(make_settings(), 3))
    x = np.random.default_rng(0).random((5, 16, 16, 1), np.float32)
    before = predict(model, x)
    model.set_weights([-weights for weights in model.get_weights()])
    assert not np.allclose(predict(model, x), before, atol=1e-3)
    assert np.allclose(predict(model, x), model.predict(x, verbose=0), atol=1e-6)


def test_no_images(make_settings: Callable[..., ModelSettings]) -> None:
    model = with_softmax(build(make_settings(), 5))
    assert predict(model, np.zeros((0, 16, 16, 1), np.float32)).shape == (0, 5)


def test_progress_stop_and_memory_maps(
    make_settings: Callable[..., ModelSettings], tmp_path: Path
) -> None:
    model = with_softmax(build(make_settings(), 2))
    x = np.memmap(tmp_path / "x", np.float32, "w+", shape=(100, 16, 16, 1))
    calls: list[tuple[int, int]] = []
    predict(model, x, batch_size=40, on_progress=lambda done, of: calls.append((done, of)))
    assert calls == [(40, 100), (80, 100), (100, 100)]
    with pytest.raises(Stopped, match="40 of 100"):
        predict(model, x, batch_size=40, should_stop=lambda: True)


def test_wrong_size(make_settings: Callable[..., ModelSettings]) -> None:
    model = with_softmax(build(make_settings(), 2))
    with pytest.raises(BadInput, match="16 x 16 x 1, but they are 20 x 16 x 1"):
        predict(model, np.zeros((1, 20, 16, 1), np.float32))
