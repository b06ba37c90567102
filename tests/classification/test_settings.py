"""Settings: defaults, ranges, and what a person is told about a value that cannot be used."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from piximi_core.classification.learning_rates import PROPOSED_RATES, is_far_from_proposed
from piximi_core.classification.settings import (
    LOSSES,
    OPTIMIZERS,
    ModelSettings,
    propose_input_shape,
    settings_from,
    with_overrides,
)
from piximi_core.errors import BadInput


def test_defaults_are_right_for_people() -> None:
    settings = ModelSettings()
    assert settings.learning_rate == 0.001
    assert settings.training_percentage == 0.75
    assert (settings.epochs, settings.batch_size) == (10, 32)
    assert (settings.shuffle, settings.stratify, settings.deterministic) == (True, True, True)


def test_the_rate_follows_the_optimizer_until_someone_sets_it() -> None:
    chosen = with_overrides(ModelSettings(), ["optimizer=SGD"])
    assert chosen.optimizer == "Stochastic gradient descent (SGD)"
    assert chosen.learning_rate == PROPOSED_RATES[chosen.optimizer] > 0.001
    assert with_overrides(chosen, ["optimizer=Adam"]).learning_rate == 0.001
    assert with_overrides(chosen, ["epochs=3"]).learning_rate == chosen.learning_rate
    # What is written down holds the rate, and whoever reads that has chosen it.
    written = settings_from(chosen.model_dump(mode="json"))
    assert with_overrides(written, ["optimizer=Adam"]).learning_rate == chosen.learning_rate
    own = with_overrides(ModelSettings(), ["learning_rate=0.3", "optimizer=Adadelta"])
    assert own.learning_rate == 0.3
    assert settings_from({"optimizer": "Momentum"}).learning_rate == PROPOSED_RATES["Momentum"]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_optimizer_has_a_rate_of_its_own(name: str) -> None:
    settings = settings_from({"optimizer": name})
    assert not is_far_from_proposed(settings.model_dump())
    far = settings_from({"optimizer": name, "learning_rate": 1000 * settings.learning_rate})
    assert is_far_from_proposed(far.model_dump())


def test_option_strings_are_piximis() -> None:
    assert OPTIMIZERS == (
        "Adadelta",
        "Adagrad",
        "Adam",
        "Adamax",
        "Momentum",
        "RMSProp",
        "Stochastic gradient descent (SGD)",
    )
    assert LOSSES == (
        "Absolute difference",
        "Categorical (softmax) cross entropy",
        "Hinge",
        "Huber",
        "Log",
        "Mean squared error (MSE)",
        "Sigmoid cross entropy",
    )


def test_every_field_explains_itself() -> None:
    for name, field in ModelSettings.model_fields.items():
        assert field.title, name
        assert field.description, name
        assert field.description.endswith("."), name


def test_json_and_back_changes_nothing() -> None:
    settings = with_overrides(ModelSettings(), ["input_shape=[48,40,1]", "name=Zellen 🧫"])
    assert settings_from(json.loads(settings.model_dump_json())) == settings


def test_text_fields_take_raw_text_and_others_json() -> None:
    changed = with_overrides(
        ModelSettings(),
        [
            "name=My run = 2",
            "epochs=20",
            "input_shape=[48, 48, 3]",
            "shuffle=false",
            "learning_rate=1e-2",
            "optimizer=RMSProp",
        ],
    )
    assert changed.name == "My run = 2"
    assert changed.epochs == 20
    assert changed.input_shape == (48, 48, 3)
    assert changed.shuffle is False
    assert changed.learning_rate == 0.01
    assert changed.optimizer == "RMSProp"
    assert with_overrides(ModelSettings(), ["name=20"]).name == "20"


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("epoch=2", "the nearest one is 'epochs'"),
        ("learningRate=2", "the nearest one is 'learning_rate'"),
        ("epochs=many", "epochs=10"),
        ("epochs=" + "[" * 100_000, "epochs=10"),
        ("epochs=0", "at least 1, not 0"),
        ("epochs=2.5", "a whole number, not 2.5"),
        ("epochs=true", "a whole number, not true"),
        ("batch_size=0", "at least 1"),
        ("training_percentage=75", "at most 0.99, not 75"),
        ("learning_rate=0", "greater than 0"),
        ("learning_rate=NaN", "finite"),
        ("input_shape=[4,48,3]", "[height, width, channels]"),
        ("input_shape=[48,48]", "[height, width, channels]"),
        ("input_shape=[48,48,0]", "[height, width, channels]"),
        ("optimizer=adam", "'Adam'"),
        ("architecture=ResNet", "'Simple CNN'"),
        ("seed=-1", "at least 0"),
        ("epochs", "key=value"),
        ("name=" + "x" * 301, "at most 300 characters"),
    ],
)
def test_a_bad_override_gets_one_sentence(override: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        with_overrides(ModelSettings(), [override])
    text = str(caught.value)
    assert part in text
    assert len(text) < 250
    assert "\n" not in text
    assert text.endswith(".")
    assert not re.search(r"pydantic|Traceback|https?:", text)


def test_an_unknown_key_in_a_file_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="'batchsize'; the nearest one is 'batch_size'"):
        settings_from({"batchsize": 3})


@pytest.mark.parametrize(
    ("sizes", "shape"),
    [
        ([], (64, 64)),
        ([(8, 8)] * 3, (21, 21)),
        # What all share needs no resizing.
        ([(28, 28)], (28, 28)),
        ([(48, 50), (48, 46), (48, 48)], (48, 49)),
        ([(60, 100), (70, 120)], (64, 97)),
        # At 128 the last row of these would be black.
        ([(2048, 2048)] * 5, (129, 129)),
        ([(1024, 500)], (129, 64)),
        ([(240, 320)], (97, 128)),
        ([(10, 4000)], (21, 128)),
    ],
)
def test_the_input_size_follows_the_images(
    sizes: list[tuple[int, int]], shape: tuple[int, int]
) -> None:
    assert propose_input_shape(sizes, channels=2) == (*shape, 2)


def test_settings_and_choices_are_imported_without_tensorflow() -> None:
    """The dashboard imports them, and TensorFlow would cost it seconds and 500 MB."""
    code = (
        "import sys, piximi_core.classification.settings, piximi_core.classification.choices as c; "
        "assert c.NETWORKS.names and 'Adam' in c.OPTIMIZERS; "
        "print([m for m in ('tensorflow', 'tf_keras', 'streamlit') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
