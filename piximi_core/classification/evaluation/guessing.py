"""Whether a classifier is better than someone who always names the largest category."""

from __future__ import annotations

from decimal import Decimal

from piximi_core.classification.evaluation.measures import Evaluation
from piximi_core.messages import Message
from piximi_core.percent import percent_number

__all__ = ["guessing_note"]


def guessing_note(figures: Evaluation) -> str | None:
    """Say that a classifier is not, or not surely, better than guessing; None if it is.

    Surely better is one whose 95 % interval lies above the share of the largest category: a score
    test at 2.5 % (E. B. Wilson, 1927), so that few images prove nothing, and many prove a little.
    Where all that was judged is of one category, there is nothing to compare with.
    """
    if figures.majority_share >= 1 or figures.interval[0] > figures.majority_share:
        return None
    shares = (figures.interval[0], figures.majority_share)
    low, guessing = (Decimal(percent_number(share)) for share in shares)
    if figures.accuracy <= figures.majority_share:
        return Message(
            "No better than always guessing the largest category, which gives {guessing} %.",
            guessing=guessing,
        )
    return Message(
        "Not clearly better than always guessing the largest category: that gives {guessing} %, "
        "and the interval begins at {low} %.",
        guessing=guessing,
        low=low,
    )
