"""What a training is made of, by the names that people choose: network, loss, optimizer.

Nothing of it is imported before it is used: the dashboard shows the names without TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from piximi_core.messages import Message
from piximi_core.registry import Registry

__all__ = ["LOSSES", "NETWORKS", "OPTIMIZERS", "Network"]

Network = Callable[[tuple[int, int, int], int, int], Any]
"""``build(input_shape, n_classes, seed)`` makes a new `tf_keras.Model`, uncompiled.

It is Sequential or a flat functional graph of layers that TensorFlow.js 4.2.0 knows, takes
[N, height, width, channels] in 0…1 and gives logits [N, n_classes]; its first weights follow from
the seed alone. An input that it cannot take is a `BadInput`.
"""

NETWORKS: Registry[Network] = Registry(
    "network",
    {"Simple CNN": "piximi_core.classification.networks.simple_cnn:build"},
    group="piximi.networks",
    check=lambda _name, found: (
        None if callable(found) else Message("it is no function that builds a network")
    ),
    # "Imported" is what the settings of a classifier from elsewhere say.
    is_name=lambda name: 1 <= len(name) <= 60 and name.isprintable() and name != "Imported",
)

_LOSSES = "piximi_core.classification.training.losses"
LOSSES: Registry[Callable[[Any, Any], Any]] = Registry(
    Message("loss function"),
    {
        "Absolute difference": f"{_LOSSES}:absolute_difference",
        "Categorical (softmax) cross entropy": f"{_LOSSES}:softmax_cross_entropy",
        "Hinge": f"{_LOSSES}:hinge",
        "Huber": f"{_LOSSES}:huber",
        "Log": f"{_LOSSES}:log_loss",
        "Mean squared error (MSE)": f"{_LOSSES}:squared",
        "Sigmoid cross entropy": f"{_LOSSES}:sigmoid_cross_entropy",
    },
)

_OPTIMIZERS = "piximi_core.classification.training.optimizers"
OPTIMIZERS: Registry[Callable[[float], Any]] = Registry(
    Message("optimization algorithm"),
    {
        "Adadelta": f"{_OPTIMIZERS}:adadelta",
        "Adagrad": f"{_OPTIMIZERS}:adagrad",
        "Adam": f"{_OPTIMIZERS}:adam",
        "Adamax": f"{_OPTIMIZERS}:adamax",
        "Momentum": f"{_OPTIMIZERS}:momentum",
        "RMSProp": f"{_OPTIMIZERS}:rmsprop",
        "Stochastic gradient descent (SGD)": f"{_OPTIMIZERS}:sgd",
    },
)
