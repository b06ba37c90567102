"""The program's own words.

Some are kept and handed on as plain text, such as those of partitions: `WORDS`. Whoever shows one
in a message makes it a value by `piximi_core.messages.word`, so that it is translated; here they
are written out once, so that they are found when texts are collected.
"""

from __future__ import annotations

from piximi_core.messages import Message

__all__ = ["WORDS", "plural"]

WORDS = (
    # Partitions, and what is always there.
    Message("Training"),
    Message("Validation"),
    Message("Test"),
    Message("Inference"),
    Message("Unassigned"),
    Message("Unknown"),
    Message("Image"),
    # What a name is of, and what cannot be done to it.
    Message("category"),
    Message("image"),
    Message("object"),
    Message("kind"),
    Message("project"),
    Message("filter"),
    Message("renamed"),
    Message("recoloured"),
    Message("deleted"),
    Message("hidden"),
    Message("cleared"),
    # What was judged.
    Message("training"),
    Message("validation"),
    Message("unseen"),
    Message("labelled"),
    Message("images"),
    Message("objects"),
    # Values of settings, and what runs a training.
    Message("Kept"),
    Message("Blanked"),
    Message("Box"),
    Message("Stochastic gradient descent (SGD)"),
    Message("Absolute difference"),
    Message("Categorical (softmax) cross entropy"),
    Message("Mean squared error (MSE)"),
    Message("Sigmoid cross entropy"),
    Message("CPU"),
)
"""Every such word, as a message."""


def plural(count: int, noun: str) -> str:
    """Return "1 image" or "2 images", for the command line, which speaks English."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
