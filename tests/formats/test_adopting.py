"""Classifiers of other programs predict here as they do there, flat and fed with 0 to 1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.adopting import adopt_classifier
from piximi_core.formats.tfjs.classifier import read_classifier
from piximi_core.formats.tfjs.model_look import ModelSort, ValueRange
from tests.formats.checker_cases import COUNT, document, encoded, weight_bytes
from tests.formats.foreign_models import (
    LABELS,
    SIDE,
    add_labels,
    export_web,
    teachable_network,
    zipped,
)
from tests.formats.packed import write_piximi_zip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network() -> Any:
    return teachable_network()


def pictures(channels: int = 3, height: int = SIDE, width: int = SIDE) -> Any:
    return np.random.default_rng(4).random((6, height, width, channels), np.float32)


def answers(model: Any, images: Any) -> Any:
    return model.predict(images, verbose=0)


def written(folder: Path, changed: dict[str, Any], weights: bytes | None = None) -> Path:
    """Write the smallest classifier, with a change of its description."""
    path = folder / "cells.json"
    path.write_bytes(encoded(changed))
    path.with_name("cells.weights.bin").write_bytes(weight_bytes() if weights is None else weights)
    return path


def as_it_was(path: Path) -> Any:
    return read_classifier(path).model


@pytest.mark.parametrize(
    ("packed", "tolerance"), [("", 1e-6), ("float16", 2e-3), ("uint16", 2e-3), ("uint8", 5e-2)]
)
def test_a_teachable_machine_answers_as_it_does_at_home(
    network: Any, tmp_path: Path, packed: str, tolerance: float
) -> None:
    folder = tmp_path / "web"
    export_web(network, folder, shard_bytes=300, packed=packed)
    add_labels(folder)
    assert len(list(folder.glob("*.bin"))) > 1
    source = zipped(folder, tmp_path / "converted_tfjs.zip", "export/") if packed else folder
    adopted = adopt_classifier(source)
    images = pictures()
    wanted = answers(network, images * 2 - 1)
    assert np.ptp(wanted) > 0.05
    np.testing.assert_allclose(answers(adopted.model, images), wanted, atol=tolerance)
    assert adopted.metadata.classes == LABELS
    assert (adopted.look.sort, adopted.look.name) == (ModelSort.TEACHABLE, "my pets")
    assert any("middle square" in note for note in adopted.notes)
    assert not any(hasattr(layer, "layers") for layer in adopted.model.layers)
    out = write_piximi_zip(adopted.model, adopted.metadata, tmp_path / "flat.zip")
    np.testing.assert_array_equal(answers(as_it_was(out), images), answers(adopted.model, images))


def test_grey_pictures_are_given_to_all_channels(network: Any, tmp_path: Path) -> None:
    path = export_web(network, tmp_path / "web")
    add_labels(path.parent)
    # The description alone is named; its class names lie beside it.
    adopted = adopt_classifier(path, channels=1)
    grey = pictures(1)
    wanted = answers(network, np.repeat(grey, 3, axis=3) * 2 - 1)
    np.testing.assert_allclose(answers(adopted.model, grey), wanted, atol=1e-6)
    assert adopted.metadata.preprocess.input_shape.channels == 1
    out = write_piximi_zip(adopted.model, adopted.metadata, tmp_path / "grey.zip")
    np.testing.assert_array_equal(answers(as_it_was(out), grey), answers(adopted.model, grey))


def test_the_real_export_keeps_its_answers(shared_data: Path) -> None:
    path = shared_data / "teachable_machine" / "model.json"
    adopted = adopt_classifier(path)
    images = pictures(3, 224, 224)[:2]
    wanted = answers(as_it_was(path), images * 2 - 1)
    np.testing.assert_allclose(answers(adopted.model, images), wanted, atol=1e-5)
    assert adopted.metadata.classes == ("Class 1", "Class 2")


def test_an_old_pair_without_blocks_takes_the_values_that_a_person_names(tmp_path: Path) -> None:
    changed = document()
    for key in ("preprocessSettings", "classes", "optimizerSettings"):
        del changed[key]
    path = written(tmp_path, changed)
    images = pictures(2, 6, 7)
    plain = adopt_classifier(path)
    assert (plain.look.values, plain.look.values_known) == (ValueRange.UNIT, False)
    assert plain.metadata.classes == ("0", "1", "2")
    model = as_it_was(path)
    np.testing.assert_allclose(answers(plain.model, images), answers(model, images), atol=1e-6)
    raw = adopt_classifier(path, values=ValueRange.RAW, bit_depth=16)
    np.testing.assert_allclose(
        answers(raw.model, images), answers(model, images * 65535), atol=1e-4
    )


def test_piximis_raw_values_and_crop_are_followed_or_told(tmp_path: Path) -> None:
    changed = document()
    changed["preprocessSettings"] |= {"rescale": False, "cropSchema": "Match"}
    path = written(tmp_path, changed)
    adopted = adopt_classifier(path)
    images = pictures(2, 6, 7)
    wanted = answers(as_it_was(path), images * 255)
    np.testing.assert_allclose(answers(adopted.model, images), wanted, atol=1e-4)
    assert adopted.metadata.preprocess.rescale
    assert any("stretched" in note for note in adopted.notes)


def test_damaged_blocks_cost_the_settings_but_not_the_class_names(tmp_path: Path) -> None:
    changed = document()
    changed["optimizerSettings"]["lossFunction"] = "mine"
    names = changed["classes"]
    adopted = adopt_classifier(written(tmp_path, changed))
    assert list(adopted.metadata.classes) == names
    assert any("lossFunction" in note for note in adopted.notes)


@pytest.mark.parametrize("activation", ["linear", None])
def test_scores_become_probabilities(tmp_path: Path, activation: str | None) -> None:
    changed = document()
    changed["modelTopology"]["config"]["layers"][-1]["config"]["activation"] = activation
    adopted = adopt_classifier(written(tmp_path, changed))
    images = pictures(2, 6, 7)
    found = answers(adopted.model, images)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    wanted = answers(adopt_classifier(written(tmp_path, document())).model, images)
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert any("softmax" in note for note in adopted.notes)


def test_outputs_that_exclude_nothing_are_refused(tmp_path: Path) -> None:
    changed = document()
    changed["modelTopology"]["config"]["layers"][-1]["config"]["activation"] = "sigmoid"
    with pytest.raises(BadInput, match="exclude each other"):
        adopt_classifier(written(tmp_path, changed))


def test_weights_cut_short_after_the_look_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, document(), weight_bytes()[:-4])
    with pytest.raises(BadInput, match=f"should have {4 * COUNT} bytes"):
        adopt_classifier(path)


def test_weights_that_are_not_numbers_are_refused(tmp_path: Path) -> None:
    damaged = np.frombuffer(weight_bytes(), "<f4").copy()
    damaged[-1] = np.nan
    with pytest.raises(BadInput, match="not numbers"):
        adopt_classifier(written(tmp_path, document(), damaged.tobytes()))
