"""Pages are drawn a few at a time, so that what is saved and answered meanwhile is not held up.

Python computes in one thread at a time: twenty pages that are drawn at once are all ready late, and
every label between them waits for each. One after the other, the first are ready early.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["drawing_turn"]

_AT_ONCE = 2
# A page that waits for something else than the processor holds up the others no longer than this.
_PATIENCE_SECONDS = 2.0

_turns = threading.BoundedSemaphore(_AT_ONCE)
_mine = threading.local()


@contextmanager
def drawing_turn() -> Iterator[None]:
    """Wait for a turn to draw a page or a part of it; what is drawn within asks for no other."""
    if getattr(_mine, "has_asked", False):
        yield
        return
    _mine.has_asked = True
    has_turn = _turns.acquire(timeout=_PATIENCE_SECONDS)
    try:
        yield
    finally:
        if has_turn:
            _turns.release()
        _mine.has_asked = False
