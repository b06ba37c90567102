"""A network that is learned further keeps what it knows, also with other categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tf_keras

from piximi_core.classification.networks.architectures import with_softmax
from piximi_core.classification.networks.starting import start_from
from piximi_core.errors import BadInput

X = np.random.default_rng(0).random((5, 8, 8, 2), np.float32)


def network(ending: str) -> Any:
    """Three classes, told in the ways that classifiers end."""
    tf_keras.utils.set_random_seed(1)
    layers = tf_keras.layers
    body = [
        layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 2)),
        layers.BatchNormalization(momentum=0.5, name="norm"),
        layers.GlobalAveragePooling2D(),
    ]
    # As Piximi ends its MobileNet.
    narrow = [layers.Reshape((1, 1, 4)), layers.Conv2D(3, 1), layers.Reshape((3,))]
    ends = {
        "dense": [layers.Dense(3, activation="softmax")],
        "softmax layer": [layers.Dense(3), layers.Softmax()],
        "convolution": [*narrow, layers.Activation("softmax")],
    }
    model = tf_keras.Sequential([*body, *ends[ending]])
    random = np.random.default_rng(3)
    for weight in model.weights:
        weight.assign(random.normal(0.5, 0.5, weight.shape) ** 2)
    return model


@pytest.mark.parametrize("ending", ["dense", "softmax layer", "convolution"])
def test_known_categories_keep_their_answers_in_any_order(ending: str) -> None:
    model = network(ending)
    wanted = model(X).numpy()
    again = with_softmax(start_from(model, [0, 1, 2]))
    np.testing.assert_allclose(again(X), wanted, atol=1e-6)
    turned = with_softmax(start_from(model, [2, 0, 1]))
    np.testing.assert_allclose(turned(X), wanted[:, [2, 0, 1]], atol=1e-6)
    more = start_from(model, [1, None, 0], seed=4)
    logits = more(X).numpy()
    assert logits.shape == (5, 3)
    # Odds between known categories do not depend on how many others there are.
    np.testing.assert_allclose(
        logits[:, 0] - logits[:, 2], np.log(wanted[:, 1] / wanted[:, 0]), atol=1e-4
    )
    np.testing.assert_array_equal(logits, start_from(model, [1, None, 0], seed=4)(X))
    assert not np.array_equal(logits, start_from(model, [1, None, 0], seed=5)(X))


def test_averages_learned_from_many_images_are_not_lost_to_a_few() -> None:
    model = network("dense")
    further = start_from(model, [0, 1, 2])
    assert not further.get_layer("norm").trainable_weights
    before = [array.copy() for array in further.get_layer("norm").get_weights()]
    further(X * 100, training=True)
    for one, other in zip(before, further.get_layer("norm").get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(further.trainable_weights) == 4


def test_what_cannot_get_other_categories_says_so() -> None:
    layers = tf_keras.layers
    odd = tf_keras.Sequential(
        [
            layers.Conv2D(4, 3, input_shape=(8, 8, 2), name="last"),
            layers.GlobalAveragePooling2D(),
            layers.Activation("softmax"),
        ]
    )
    np.testing.assert_allclose(with_softmax(start_from(odd, [0, 1, 2, 3]))(X), odd(X), atol=1e-6)
    with pytest.raises(BadInput, match="'last'"):
        start_from(odd, [0, 1, None])
    with pytest.raises(BadInput, match="at least two"):
        start_from(odd, [0])
