"""Exports give Python's probabilities in the TensorFlow.js that Piximi runs on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Error, Page

from piximi_core.formats.tfjs.classifier import (
    read_classifier,
    write_classifier,
)
from piximi_core.formats.tfjs.metadata import (
    ClassifierMetadata,
    InputShape,
    OptimizerSettings,
    PreprocessSettings,
)
from tests.browser.classifiers import tfjs_runner as tfjs
from tests.formats.checker_cases import CASES, document, encoded, functional, weight_bytes
from tests.formats.packed import write_piximi_zip, write_sharded

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEIGHT, WIDTH, CLASSES = 48, 48, ("RBC", "WBC", "Platelets")


def metadata(height: int = HEIGHT, width: int = WIDTH, channels: int = 3) -> Any:
    return ClassifierMetadata(
        preprocess=PreprocessSettings(
            input_shape=InputShape(height=height, width=width, channels=channels)
        ),
        classes=CLASSES,
        optimizer=OptimizerSettings(learning_rate=0.001, epochs=1),
    )


@pytest.fixture(scope="module")
def model() -> Any:
    """SimpleCNN as Piximi builds it, with weights that make probabilities neither 0 nor 1."""
    import tf_keras

    tf_keras.utils.set_random_seed(3)
    layers = tf_keras.layers
    return tf_keras.Sequential(
        [
            layers.Conv2D(8, 5, activation="relu", input_shape=(HEIGHT, WIDTH, 3), name="conv2d_1"),
            layers.MaxPooling2D(2, name="pool_1"),
            layers.Conv2D(16, 5, activation="relu", name="conv2d_2"),
            layers.MaxPooling2D(2, name="pool_2"),
            layers.Flatten(name="flatten"),
            layers.Dense(3, activation="softmax", bias_initializer="random_normal", name="dense"),
        ]
    )


# Larger, smaller and narrower than the input, so that all need resizing.
SIZES = [(31, 57), (120, 80), (48, 49), (20, 20), (7, 200), (1, 5)]
# From these to 48, single precision rounds the last sample past the edge; see tfjs_runner.py.
ROUNDED_SIZES = [(100, 80), (96, 104), (37, 254)]


def noise(sizes: list[tuple[int, int]]) -> list[Any]:
    rng = np.random.default_rng(5)
    return [rng.integers(0, 256, (*size, 3), np.uint8) for size in sizes]


@pytest.fixture(scope="module")
def images() -> list[Any]:
    return noise(SIZES)


def probabilities(model: Any, images: list[Any], largest: float = 255) -> Any:
    """Python's own answer through `tf.image.crop_and_resize`."""
    import tensorflow as tf

    rows = []
    for image in images:
        scaled = tf.constant(image[None].astype(np.float32) / np.float32(largest))
        size = model.input_shape[1:3]
        resized = tf.image.crop_and_resize(scaled, [[0.0, 0.0, 1.0, 1.0]], [0], size)
        rows.append(model(resized, training=False).numpy()[0])
    return np.array(rows, np.float64)


@pytest.fixture
def runner(page: Page, tmp_path: Path) -> Iterator[Any]:
    with tfjs.served(tmp_path) as address:
        yield tfjs.TfjsRunner(page, address)


def difference(model: Any, images: list[Any], runner: Any) -> float:
    expected = probabilities(model, images)
    assert np.ptp(expected) > 0.05
    return float(np.abs(expected - runner.predict(images, HEIGHT, WIDTH)).max())


def test_the_vendored_library_is_the_published_one() -> None:
    content = (tfjs.VENDOR / "tf.min.js").read_bytes()
    digest, name = (tfjs.VENDOR / "tf.min.js.sha256").read_text().split()
    assert (hashlib.sha256(content).hexdigest(), name) == (digest, "tf.min.js")


def test_the_zip_gives_pythons_probabilities(
    model: Any, images: list[Any], runner: Any, tmp_path: Path
) -> None:
    assert (runner.version, runner.backend) == ("4.2.0", "webgl")
    path = write_piximi_zip(model, metadata(), tmp_path / "zip" / "cells.zip")
    assert runner.load_files([path]) == [None, 3]
    assert difference(model, images, runner) < 1e-4


def test_the_pair_gives_pythons_probabilities_on_both_backends(
    model: Any, images: list[Any], page: Page, tmp_path: Path
) -> None:
    paths = write_classifier(model, metadata(), tmp_path / "pair", "cells")
    with tfjs.served(tmp_path) as address:
        for backend in ("cpu", "webgl"):
            runner = tfjs.TfjsRunner(page, address, backend)
            assert runner.backend == backend
            # In any order, as a person may click them.
            assert runner.load_files(list(reversed(paths))) == [None, 3]
            assert difference(model, images, runner) < 1e-4


def test_rows_lost_to_rounding_are_lost_in_piximi_too(
    model: Any, runner: Any, tmp_path: Path
) -> None:
    paths = write_classifier(model, metadata(), tmp_path / "pair", "cells")
    runner.load_files(paths)
    assert difference(model, noise(ROUNDED_SIZES), runner) < 1e-4


def test_shards_give_pythons_probabilities_by_http_and_as_loose_files(
    model: Any, images: list[Any], page: Page, tmp_path: Path
) -> None:
    total = 4 * model.count_params()
    paths = write_sharded(model, metadata(), tmp_path / "web", shard_bytes=total // 3)
    assert len(paths) == 1 + 4
    with tfjs.served(tmp_path) as address:
        runner = tfjs.TfjsRunner(page, address)
        assert runner.load_address(f"{address}/web/model.json") == [None, 3]
        assert difference(model, images, runner) < 1e-4
        assert runner.load_files(paths) == [None, 3]
        assert difference(model, images, runner) < 1e-4


def test_a_graph_with_normalisation_and_a_softmax_layer_agrees(runner: Any, tmp_path: Path) -> None:
    import tf_keras

    tf_keras.utils.set_random_seed(4)
    layers = tf_keras.layers
    inputs = tf_keras.Input((24, 20, 1))
    x = layers.Rescaling(2.0, -1.0)(inputs)
    left = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=4)(x)
    left = layers.ReLU(6.0)(layers.BatchNormalization(momentum=0.9)(left))
    right = layers.Conv2D(4, 1, activation="swish", kernel_regularizer="l2")(x)
    x = layers.Dropout(0.5)(layers.Add()([left, right]))
    x = layers.GlobalAveragePooling2D()(x)
    model = tf_keras.Model(inputs, layers.Softmax()(layers.Dense(3, name="scores")(x)))
    for weight in model.weights:
        weight.assign(weight + np.random.default_rng(2).random(weight.shape))
    path = write_piximi_zip(model, metadata(24, 20, 1), tmp_path / "graph.zip")
    runner.load_files([path])
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 65536, (40, 30, 1), np.uint16) for _ in range(3)]
    found = runner.predict(pictures, 24, 20, bit_depth=16)
    assert np.abs(probabilities(model, pictures, 65535) - found).max() < 1e-4


def test_piximis_own_classifier_agrees(runner: Any, shared_data: Path) -> None:
    path = shared_data / "piximi" / "classifier" / "mnist_classifier.zip"
    runner.load_files([path])
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (41, 33, 1), np.uint8) for _ in range(3)]
    expected = probabilities(read_classifier(path).model, pictures)
    assert np.abs(expected - runner.predict(pictures, 28, 28)).max() < 1e-4


def test_the_runner_refuses_what_piximi_refuses(model: Any, runner: Any, tmp_path: Path) -> None:
    pair = write_classifier(model, metadata(), tmp_path / "pair", "cells")
    renamed = pair[1].rename(pair[1].with_name("other.weights.bin"))
    with pytest.raises(Error, match=r"basename 'cells\.weights\.bin' is not provided"):
        runner.load_files([pair[0], renamed])


def opens(runner: Any, folder: Path, changed: dict[str, Any]) -> bool:
    files = [folder / "cells.json", folder / "cells.weights.bin"]
    files[0].write_bytes(encoded(changed))
    files[1].write_bytes(weight_bytes())
    try:
        runner.load_files(files)
    except Error:
        return False
    return True


def test_the_checkers_table_is_what_tensorflow_js_does(runner: Any, tmp_path: Path) -> None:
    assert opens(runner, tmp_path, document())
    assert opens(runner, tmp_path, functional())
    cases = {name: case for name, case in CASES.items() if case.tfjs is not None}
    refused = {name for name, case in cases.items() if not opens(runner, tmp_path, case.made())}
    assert refused == {name for name, case in cases.items() if case.tfjs}
