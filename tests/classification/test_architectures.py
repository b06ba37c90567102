"""Simple CNN is Piximi's: parameter counts, first weights, names, both last activations."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tensorflow as tf
import tf_keras

from piximi_core.classification.networks.architectures import (
    build,
    summary,
    with_logits,
    with_softmax,
)
from piximi_core.classification.settings import settings_from
from piximi_core.errors import BadInput


@pytest.mark.parametrize(
    ("shape", "n_classes", "parameters"),
    [
        ([20, 20, 1], 2, 3_554),
        ([28, 28, 1], 10, 5_994),
        ([48, 48, 3], 3, 7_715),
        ([64, 64, 3], 2, 9_234),
        ([64, 64, 3], 10, 30_874),
        ([224, 224, 3], 2, 93_714),
        ([16, 16, 1], 2, 208 + 3_216 + 16 * 2 + 2),
    ],
)
def test_parameter_counts_are_piximis(shape: list[int], n_classes: int, parameters: int) -> None:
    model = build(settings_from({"input_shape": shape}), n_classes)
    assert model.count_params() == parameters
    assert sum(row.parameters for row in summary(model)) == parameters


def test_summary_rows() -> None:
    rows = summary(build(settings_from({"input_shape": [28, 20, 1]}), 3))
    assert [(row.layer, row.output_shape, row.trainable) for row in rows] == [
        ("conv2d_1 (Conv2D)", (24, 16, 8), True),
        ("max_pooling2d_1 (MaxPooling2D)", (12, 8, 8), False),
        ("conv2d_2 (Conv2D)", (8, 4, 16), True),
        ("max_pooling2d_2 (MaxPooling2D)", (4, 2, 16), False),
        ("flatten (Flatten)", (128,), False),
        ("dense (Dense)", (3,), True),
    ]


def test_first_weights_have_no_correction_for_the_truncation() -> None:
    """A normal cut at two deviations keeps 0.8796 of its deviation; Keras would undo that."""
    model = build(settings_from({"input_shape": [224, 224, 3], "seed": 5}), 20)
    kernel = model.get_layer("dense").kernel.numpy()
    deviation = np.sqrt(1 / kernel.shape[0])
    assert kernel.std() == pytest.approx(0.8796 * deviation, rel=0.01)
    assert np.abs(kernel).max() <= 2 * deviation
    assert all(not layer.bias.numpy().any() for layer in model.layers if layer.weights)


def test_the_seed_decides_the_first_weights() -> None:
    first, again, other = (
        build(settings_from({"seed": seed}), 3).get_weights() for seed in (1, 1, 2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_softmax_and_logits_are_one_network() -> None:
    model = build(settings_from({"input_shape": [20, 24, 2]}), 4)
    x = np.random.default_rng(0).random((5, 20, 24, 2), np.float32)
    probabilities = with_softmax(model)
    assert np.allclose(probabilities(x), tf.nn.softmax(model(x)), atol=1e-6)
    assert np.array_equal(with_logits(probabilities)(x), model(x))
    assert np.array_equal(with_softmax(probabilities)(x), probabilities(x))
    assert probabilities.layers[-1].name == "dense"
    model.layers[-1].bias.assign(np.ones(4) * [9, 0, 0, 0])
    assert not probabilities.layers[-1].bias.numpy().any(), "a copy does not follow the original"


def test_the_description_is_standard_keras() -> None:
    """No class of ours may appear in an exported file."""
    model = with_softmax(build(settings_from({"input_shape": [20, 20, 1]}), 3))
    text = model.to_json()
    assert "piximi" not in text
    layers = json.loads(text)["config"]["layers"]
    assert layers[0]["config"]["batch_input_shape"] == [None, 20, 20, 1]
    assert layers[-1]["config"]["activation"] == "softmax"
    initializer = layers[1]["config"]["kernel_initializer"]
    assert initializer["class_name"] == "VarianceScaling"
    assert initializer["config"]["mode"] == "fan_in"
    assert len({layer["config"]["name"] for layer in layers}) == len(layers)
    assert tf_keras.models.model_from_json(text).count_params() == model.count_params()


def test_one_category_is_refused() -> None:
    with pytest.raises(BadInput, match="at least two categories"):
        build(settings_from({}), 1)


def test_a_network_without_dense_end_is_refused() -> None:
    model = tf_keras.Sequential([tf_keras.layers.Flatten(input_shape=(4, 4, 1))])
    with pytest.raises(BadInput, match="Flatten"):
        with_logits(model)
