"""File formats: one format, one module, read and write together.

Nothing here imports TensorFlow until a classifier is written or read.
"""

from __future__ import annotations

from piximi_core.formats.adopting import AdoptedClassifier, adopt_classifier
from piximi_core.formats.checker import check_for_piximi
from piximi_core.formats.classifier import (
    Classifier,
    read_classifier,
    same_predictions,
    write_classifier,
    write_piximi_zip,
    write_sharded,
)
from piximi_core.formats.metadata import (
    ClassifierMetadata,
    CropSchema,
    InputShape,
    LossFunction,
    Metric,
    OptimizationAlgorithm,
    OptimizerSettings,
    PreprocessSettings,
)
from piximi_core.formats.model_look import ModelLook, ModelSort, ValueRange, look_at_model
from piximi_core.formats.stem import safe_stem

__all__ = [
    "AdoptedClassifier",
    "Classifier",
    "ClassifierMetadata",
    "CropSchema",
    "InputShape",
    "LossFunction",
    "Metric",
    "ModelLook",
    "ModelSort",
    "OptimizationAlgorithm",
    "OptimizerSettings",
    "PreprocessSettings",
    "ValueRange",
    "adopt_classifier",
    "check_for_piximi",
    "look_at_model",
    "read_classifier",
    "safe_stem",
    "same_predictions",
    "write_classifier",
    "write_piximi_zip",
    "write_sharded",
]
