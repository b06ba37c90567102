"""Classifiers written are classifiers read, bit for bit, and nothing dangerous is built."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.errors import BadInput, NoSpace
from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.formats.tfjs.classifier import (
    read_classifier,
    same_predictions,
    write_classifier,
)
from piximi_core.formats.tfjs.metadata import (
    ClassifierMetadata,
    InputShape,
    OptimizerSettings,
    PreprocessSettings,
)
from tests.formats.checker_cases import encoded, functional, weight_bytes
from tests.formats.packed import write_piximi_zip, write_sharded

pytestmark = pytest.mark.slow


def describe(height: int, width: int, channels: int, classes: tuple[str, ...]) -> Any:
    return ClassifierMetadata(
        preprocess=PreprocessSettings(
            input_shape=InputShape(height=height, width=width, channels=channels)
        ),
        classes=classes,
        optimizer=OptimizerSettings(learning_rate=0.001, epochs=3),
    )


def small_network(seed: int = 1, **last: Any) -> Any:
    import tf_keras

    tf_keras.utils.set_random_seed(seed)
    layers = tf_keras.layers
    model = tf_keras.Sequential(
        [
            layers.Conv2D(4, 3, activation="relu", input_shape=(12, 14, 2), name="conv_1"),
            layers.BatchNormalization(name="norm"),
            layers.MaxPooling2D(name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(3, activation="softmax", **{"name": "dense", **last}),
        ]
    )
    for weight in model.weights:
        weight.assign(np.random.default_rng(seed).normal(0.5, 0.1, weight.shape))
    return model


@pytest.fixture(scope="module")
def model() -> Any:
    return small_network()


@pytest.fixture
def metadata() -> Any:
    return describe(12, 14, 2, ("red <b>", "🦠 Zelle", "Unicode é"))


def pictures(count: int = 5) -> Any:
    return np.random.default_rng(0).random((count, 12, 14, 2), np.float32)


def weights_of(model: Any) -> list[Any]:
    return [weight.numpy() for weight in model.weights]


def test_the_pair_comes_back_bit_for_bit(model: Any, metadata: Any, tmp_path: Path) -> None:
    json_path, bin_path = write_classifier(model, metadata, tmp_path / "run", "cells v1.2")
    assert (json_path.name, bin_path.name) == ("cells_v1_2.json", "cells_v1_2.weights.bin")
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [json_path.name, bin_path.name]
    assert check_for_piximi([json_path, bin_path]) == []
    read = read_classifier(json_path)
    assert read.metadata == metadata
    assert read.metadata_in_file
    for expected, found in zip(weights_of(model), weights_of(read.model), strict=True):
        assert np.array_equal(expected, found)
    assert same_predictions(model, json_path, pictures()) == 0.0


def test_the_bytes_are_the_weights_in_the_order_of_the_manifest(
    model: Any, metadata: Any, tmp_path: Path
) -> None:
    json_path, bin_path = write_classifier(model, metadata, tmp_path, "cells")
    document = json.loads(json_path.read_text("utf-8"))
    [group] = document["weightsManifest"]
    assert group["paths"] == ["./cells.weights.bin"]
    assert [w["name"] for w in group["weights"]][:3] == [
        "conv_1/kernel",
        "conv_1/bias",
        "norm/gamma",
    ]
    raw = bin_path.read_bytes()
    kernel = np.frombuffer(raw[: 3 * 3 * 2 * 4 * 4], "<f4").reshape(3, 3, 2, 4)
    assert np.array_equal(kernel, model.layers[0].get_weights()[0])
    assert len(raw) == 4 * sum(np.prod(w["shape"]) for w in group["weights"])
    assert list(document)[-3:] == ["preprocessSettings", "classes", "optimizerSettings"]
    assert "training_config" not in json.dumps(document)


def test_equal_models_give_equal_files(metadata: Any, tmp_path: Path) -> None:
    digests = []
    for attempt in ("a", "b"):
        path = write_piximi_zip(small_network(7), metadata, tmp_path / attempt / "cells.zip")
        digests.append(hashlib.sha256(path.read_bytes()).hexdigest())
    assert digests[0] == digests[1]


def test_the_zip_holds_exactly_two_stored_entries(
    model: Any, metadata: Any, tmp_path: Path
) -> None:
    path = write_piximi_zip(model, metadata, tmp_path / "my.cells.zip", "my.cells")
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == ["my_cells.json", "my_cells.weights.bin"]
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert check_for_piximi(path) == []
    assert same_predictions(model, path, pictures()) == 0.0


def test_shards_have_the_chosen_size(model: Any, metadata: Any, tmp_path: Path) -> None:
    paths = write_sharded(model, metadata, tmp_path / "web", shard_bytes=500)
    total = 4 * sum(int(np.prod(w.shape)) for w in model.weights)
    count = -(-total // 500)
    assert [p.name for p in paths] == [
        "model.json",
        *(f"group1-shard{i + 1}of{count}.bin" for i in range(count)),
    ]
    assert [p.stat().st_size for p in paths[1:-1]] == [500] * (count - 1)
    assert check_for_piximi(paths) == []
    assert check_for_piximi(tmp_path / "web") == []
    assert same_predictions(model, paths[0], pictures()) == 0.0
    # Again with other shards: the old ones must not stay among them.
    again = write_sharded(model, metadata, tmp_path / "web", shard_bytes=2000)
    assert sorted(p.name for p in (tmp_path / "web").iterdir()) == sorted(p.name for p in again)
    assert [p.name for p in tmp_path.iterdir()] == ["web"]


def test_shards_are_not_mixed_with_other_files(model: Any, metadata: Any, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match=r"thesis\.txt"):
        write_sharded(model, metadata, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_softmax_layer_and_a_functional_graph_get_a_last_layer_called_dense(
    tmp_path: Path,
) -> None:
    import tf_keras

    layers = tf_keras.layers
    inputs = tf_keras.Input((8, 8, 1))
    scores = layers.Dense(2, name="scores")(layers.Flatten()(inputs))
    model = tf_keras.Model(inputs, layers.Softmax(name="softmax")(scores))
    path, _ = write_classifier(model, describe(8, 8, 1, ("a", "b")), tmp_path, "graph")
    assert json.loads(path.read_text())["modelTopology"]["config"]["layers"][-1]["name"] == (
        "dense_softmax"
    )
    images = np.random.default_rng(0).random((3, 8, 8, 1), np.float32)
    assert same_predictions(model, path, images) == 0.0
    renamed = small_network(name="prediction")
    path, _ = write_classifier(renamed, describe(12, 14, 2, ("a", "b", "c")), tmp_path, "named")
    assert same_predictions(renamed, path, pictures()) == 0.0


def test_a_compiled_model_leaves_no_trace_of_its_training(metadata: Any, tmp_path: Path) -> None:
    model = small_network()
    model.compile("adam", "categorical_crossentropy")
    model.fit(pictures(), np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1]], verbose=0)
    path, _ = write_classifier(model, metadata, tmp_path, "trained")
    assert "training" not in path.read_text()
    assert same_predictions(model, path, pictures()) == 0.0


@pytest.mark.parametrize("classes", [("a", "b"), ("a", "b", "c", "d")])
def test_a_failed_check_delivers_nothing(
    model: Any, tmp_path: Path, classes: tuple[str, ...]
) -> None:
    with pytest.raises(BadInput, match="classes"):
        write_classifier(model, describe(12, 14, 2, classes), tmp_path, "cells")
    with pytest.raises(BadInput, match="classes"):
        write_piximi_zip(model, describe(12, 14, 2, classes), tmp_path / "cells.zip")
    with pytest.raises(BadInput, match="classes"):
        write_sharded(model, describe(12, 14, 2, classes), tmp_path / "web")
    assert list(tmp_path.iterdir()) == []


def test_a_diverged_model_is_not_exported(metadata: Any, tmp_path: Path) -> None:
    model = small_network()
    model.layers[-1].weights[1].assign([np.nan, 0, 0])
    with pytest.raises(BadInput, match="diverged"):
        write_classifier(model, metadata, tmp_path, "cells")


def test_a_full_disk_keeps_the_earlier_export(model: Any, metadata: Any, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    path = write_piximi_zip(model, metadata, tmp_path / "cells.zip")
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(NoSpace, match="room"):
            write_piximi_zip(small_network(2), metadata, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["cells.zip"]


def test_piximis_own_classifier_is_read(shared_data: Path) -> None:
    folder = shared_data / "piximi" / "classifier"
    read = read_classifier(folder / "mnist_classifier.zip")
    assert read.model.input_shape == (None, 28, 28, 1)
    assert read.model.count_params() == 5994
    assert read.metadata.classes == tuple("0123456789")
    raw = (folder / "mnist_classifier" / "mnist_classifier.weights.bin").read_bytes()
    flat = np.concatenate([w.numpy().ravel() for w in read.model.weights])
    assert flat.astype("<f4").tobytes() == raw
    images = np.zeros((2, 28, 28, 1), np.float32)
    assert same_predictions(read.model, folder / "mnist_classifier", images) == 0.0


def test_a_teachable_machine_export_is_read_without_piximis_blocks(shared_data: Path) -> None:
    read = read_classifier(shared_data / "teachable_machine" / "model.json")
    assert not read.metadata_in_file
    assert read.metadata.classes == ("Class 1", "Class 2")
    assert read.metadata.preprocess.input_shape.height == 224
    probabilities = read.model.predict(np.zeros((1, 224, 224, 3), np.float32), verbose=0)
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 1e-3), ("uint8", 2e-2)])
def test_quantised_weights_are_read(
    model: Any, metadata: Any, tmp_path: Path, dtype: str, tolerance: float
) -> None:
    path, binary = write_classifier(model, metadata, tmp_path, "small")
    document = json.loads(path.read_text("utf-8"))
    content = b""
    start = 0
    raw = binary.read_bytes()
    for entry in document["weightsManifest"][0]["weights"]:
        count = int(np.prod(entry["shape"]))
        values = np.frombuffer(raw, "<f4", count, start)
        start += 4 * count
        if dtype == "float16":
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
            content += values.astype("<f2").tobytes()
        else:
            low, step = float(values.min()), float(np.ptp(values)) / 255 or 1.0
            entry["quantization"] = {"dtype": "uint8", "min": low, "scale": step}
            content += np.round((values - low) / step).astype("u1").tobytes()
    path.write_text(json.dumps(document), "utf-8")
    binary.write_bytes(content)
    assert check_for_piximi(path) == []
    for expected, found in zip(
        weights_of(model), weights_of(read_classifier(path).model), strict=True
    ):
        assert np.allclose(expected, found, atol=tolerance)


def corrupted(path: Path, change: Any) -> Path:
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")
    return path


def layers_of(document: Any) -> Any:
    return document["modelTopology"]["config"]["layers"]


ATTACKS: dict[str, tuple[Any, str]] = {
    "a lambda": (
        lambda d: layers_of(d).insert(
            1, {"class_name": "Lambda", "config": {"name": "l", "function": ["4wEA", None, None]}}
        ),
        "Lambda",
    ),
    "a module of its own choice": (
        lambda d: layers_of(d).insert(
            1, {"module": "os", "class_name": "system", "config": {"name": "l"}}
        ),
        "system",
    ),
    "an activation out of nowhere": (
        lambda d: layers_of(d)[1]["config"].update(activation="exec"),
        "exec",
    ),
    "an object in a setting": (
        lambda d: layers_of(d)[1]["config"].update(
            padding={"class_name": "__lambda__", "config": {"value": "x"}}
        ),
        "padding",
    ),
    "a setting that Keras only asserts": (
        lambda d: layers_of(d)[2]["config"].update(momentum=[3, 3, 3]),
        "fit together",
    ),
    "a size beyond all numbers": (
        lambda d: layers_of(d)[1]["config"].update(filters=1e308),
        "fit together",
    ),
    "a layer far larger than its weights": (
        lambda d: layers_of(d)[-1]["config"].update(units=10**7),
        "shape",
    ),
    "a picture that fills the memory": (
        lambda d: [
            layer["config"].update(batch_input_shape=[None, 10**6, 10**6, 2])
            for layer in layers_of(d)[:2]
        ],
        "memory",
    ),
    "a weight too many": (
        lambda d: d["weightsManifest"][0]["weights"].append(
            {"name": "dense/extra", "shape": [0], "dtype": "float32"}
        ),
        "extra",
    ),
    "weights that are not there": (
        lambda d: d["weightsManifest"][0]["weights"][0].update(shape=[10**6, 10**6]),
        "bytes",
    ),
    "no layers": (lambda d: layers_of(d).clear(), "layers"),
    "a name that climbs": (
        lambda d: d["weightsManifest"][0].update(paths=["../../../etc/passwd"]),
        "passwd",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_descriptions_are_refused_in_one_sentence(
    model: Any, metadata: Any, tmp_path: Path, attack: str
) -> None:
    change, word = ATTACKS[attack]
    path, _ = write_classifier(model, metadata, tmp_path, "cells")
    corrupted(path, change)
    with pytest.raises(BadInput, match=word) as caught:
        read_classifier(path)
    assert len(str(caught.value)) < 500
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("nodes", "word"),
    [
        ([[["flatten", 0, 0, {}]]], "comes before its use"),
        ([[["dense", 0, 0, {}]]], "comes before its use"),
        ([[["norm", 7, 0, {}]]], "connection"),
        ([[]], "fed by no other"),
        ([], "0 times"),
    ],
)
def test_graphs_for_which_keras_would_wait_forever_are_refused(
    tmp_path: Path, nodes: Any, word: str
) -> None:
    changed = functional()
    path = tmp_path / "cells.json"
    path.with_name("cells.weights.bin").write_bytes(weight_bytes())
    path.write_bytes(encoded(changed))
    assert read_classifier(path).model.output_shape == (None, 3)
    layers_of(changed)[3]["inbound_nodes"] = nodes
    path.write_bytes(encoded(changed))
    with pytest.raises(BadInput, match=word):
        read_classifier(path)


@pytest.mark.parametrize("length", [0, 1, 100, 1000])
def test_truncated_files_are_refused(
    model: Any, metadata: Any, tmp_path: Path, length: int
) -> None:
    json_path, bin_path = write_classifier(model, metadata, tmp_path, "cells")
    packed = write_piximi_zip(model, metadata, tmp_path / "cells.zip")
    packed.write_bytes(packed.read_bytes()[:length])
    with pytest.raises(BadInput):
        read_classifier(packed)
    bin_path.write_bytes(bin_path.read_bytes()[:length])
    with pytest.raises(BadInput, match="bytes"):
        read_classifier(json_path)
    json_path.write_bytes(json_path.read_bytes()[:length])
    with pytest.raises(BadInput):
        read_classifier(json_path)
