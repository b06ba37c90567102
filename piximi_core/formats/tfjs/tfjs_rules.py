"""What TensorFlow.js 4.2.0, the version inside Piximi 1.1.4, knows by name.

Taken from its own registries (`tf.serialization.SerializationMap`). TensorFlow is not imported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = [
    "ACTIVATIONS",
    "CONSTRAINTS",
    "INITIALIZERS",
    "LAYERS",
    "NETWORKS",
    "REGULARIZERS",
    "WEIGHTLESS",
    "camel_case",
    "expected_weights",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NETWORKS = _words("Sequential Functional Model")
# Layers without weights of their own.
WEIGHTLESS = _words(
    """
    InputLayer Flatten Reshape Permute Dropout SpatialDropout1D Activation RepeatVector Masking
    Cropping2D UpSampling2D ZeroPadding2D MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D
    AveragePooling2D AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalAveragePooling1D
    GlobalAveragePooling2D Add Average Concatenate Maximum Minimum Multiply Dot ELU LeakyReLU ReLU
    Softmax ThresholdedReLU GaussianNoise GaussianDropout AlphaDropout Rescaling Resizing CenterCrop
    CategoryEncoding
    """
)
_KERNEL = _words("Dense Conv1D Conv2D Conv3D Conv2DTranspose Conv3DTranspose")
_OTHER = _words(
    """
    SeparableConv2D DepthwiseConv2D BatchNormalization LayerNormalization PReLU Embedding RNN
    SimpleRNN GRU LSTM ConvLSTM2D TimeDistributed Bidirectional
    """
)
LAYERS = WEIGHTLESS | _KERNEL | _OTHER
ACTIVATIONS = _words(
    """
    elu hardSigmoid linear relu relu6 selu sigmoid softmax logSoftmax softplus softsign swish mish
    tanh
    """
)
INITIALIZERS = _words(
    """
    Zeros Ones Constant RandomUniform RandomNormal TruncatedNormal Identity VarianceScaling
    GlorotUniform GlorotNormal HeNormal HeUniform LeCunNormal LeCunUniform Orthogonal
    """
)
REGULARIZERS = _words("L1L2")
CONSTRAINTS = _words("MaxNorm UnitNorm NonNeg MinMaxNorm")


def camel_case(text: str) -> str:
    """Convert a value as TensorFlow.js does on reading: ``hard_sigmoid`` to ``hardSigmoid``."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), text)


def expected_weights(class_name: str, config: Mapping[str, Any]) -> frozenset[str] | None:
    """Name the weights a layer owns, without the layer's name; None where that is not known.

    Unknown are the recurrent layers and wrappers, which image classifiers do not use.
    """
    if class_name in WEIGHTLESS:
        return frozenset()
    names: set[str] = set()
    if class_name in _KERNEL:
        names = {"kernel"}
    elif class_name == "SeparableConv2D":
        names = {"depthwise_kernel", "pointwise_kernel"}
    elif class_name == "DepthwiseConv2D":
        names = {"depthwise_kernel"}
    elif class_name in ("BatchNormalization", "LayerNormalization"):
        names = {"gamma"} if config.get("scale", True) else set()
        names |= {"beta"} if config.get("center", True) else set()
        if class_name == "BatchNormalization":
            names |= {"moving_mean", "moving_variance"}
        return frozenset(names)
    elif class_name == "PReLU":
        return frozenset({"alpha"})
    elif class_name == "Embedding":
        return frozenset({"embeddings"})
    else:
        return None
    return frozenset(names | ({"bias"} if config.get("use_bias", True) else set()))
