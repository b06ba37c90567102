"""How long a decoder may work on one task."""

from __future__ import annotations

import signal

__all__ = ["begin", "end", "go_on"]

_MOST_TIMES = 30

_seconds = 0.0
_left = 0


def begin(seconds: float) -> None:
    """End this process if it is still at work after so many seconds."""
    global _seconds, _left
    _seconds, _left = seconds, _MOST_TIMES
    signal.setitimer(signal.ITIMER_REAL, seconds)


def go_on() -> None:
    """Give as much time again, because a part of a large picture is done; thirty times at most.

    Asked for after each part, it ends what hangs in one of them as soon as it would end a small
    picture.
    """
    global _left
    used = _seconds - signal.getitimer(signal.ITIMER_REAL)[0]
    # Parts that took next to nothing use up nothing.
    if _seconds and _left > 0 and used > _seconds / 2:
        _left -= 1
        signal.setitimer(signal.ITIMER_REAL, _seconds)


def end() -> None:
    """The task is done."""
    global _seconds
    _seconds = 0.0
    signal.setitimer(signal.ITIMER_REAL, 0)
