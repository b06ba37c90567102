"""A process that has trained, such as a script's, still reads every classifier."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# In a process of its own: repeatable operations cannot be switched off again.
SCRIPT = """
import pathlib, sys
from piximi_core.classification.runtime import seed_everything
seed_everything(1, deterministic=True)
import tf_keras
from piximi_core.formats.tfjs.classifier import read_classifier
from tests.formats.packed import write_piximi_zip
from tests.formats.test_classifier import describe
layers = tf_keras.layers
inputs = tf_keras.Input((8, 8, 1))
found = layers.Dropout(0.5)(layers.Flatten()(inputs))
model = tf_keras.Model(inputs, layers.Dense(2, activation="softmax", name="dense")(found))
path = pathlib.Path(sys.argv[1]) / "a.zip"
write_piximi_zip(model, describe(8, 8, 1, ("a", "b")), path)
print([type(layer).__name__ for layer in read_classifier(path).model.layers])
"""


def test_a_classifier_with_dropout_is_read_after_a_repeatable_training(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Dropout" in done.stdout
