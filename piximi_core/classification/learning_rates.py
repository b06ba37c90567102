"""The learning rate at which each optimizer learns, and what to try where nothing was learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from piximi_core.messages import Message, word

__all__ = ["PROPOSED_RATES", "is_far_from_proposed", "what_to_try"]

PROPOSED_RATES: Mapping[str, float] = {
    "Adadelta": 1.0,
    "Adagrad": 0.01,
    "Adam": 0.001,
    "Adamax": 0.002,
    "Momentum": 0.005,
    "RMSProp": 0.001,
    "Stochastic gradient descent (SGD)": 0.02,
}
"""By optimizer; each was seen to learn the scanned digits and crops of blood cells in ten epochs,
where all but three of them learn little or nothing at Adam's 0.001."""

_FAR = 10  # times


def is_far_from_proposed(settings: Mapping[str, Any]) -> bool:
    """Whether settings have a rate ten times the one proposed for their optimizer, or a tenth."""
    ratio = float(settings["learning_rate"]) / PROPOSED_RATES[settings["optimizer"]]
    return not 1 / _FAR < ratio < _FAR


def what_to_try(settings: Mapping[str, Any]) -> str:
    """Return a sentence on what may help a training with these settings that learned nothing."""
    proposed = PROPOSED_RATES[settings["optimizer"]]
    if settings["learning_rate"] != proposed:
        return Message(
            "Try the learning rate {proposed:g}, which is proposed for {optimizer}; "
            "then more epochs, and more labels.",
            proposed=proposed,
            optimizer=word(settings["optimizer"]),
        )
    return Message("Try more epochs, more labels, or another learning rate.")
