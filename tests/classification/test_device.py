"""The device is found and its absence explained."""

from __future__ import annotations

import tensorflow as tf

from piximi_core.classification.device import describe_device


def test_the_device_is_tensorflows() -> None:
    device = describe_device()
    assert device.kind == ("GPU" if tf.config.list_physical_devices("GPU") else "CPU")
    assert device.name
    assert device.reason.endswith(".")
    assert "\n" not in device.reason + device.advice
