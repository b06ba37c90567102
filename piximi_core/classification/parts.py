"""The names of the sets that labelled things are dealt to."""

from __future__ import annotations

__all__ = ["TRAINING", "VALIDATION"]

TRAINING = "Training"
VALIDATION = "Validation"
