"""English words that go with numbers."""

from __future__ import annotations

__all__ = ["plural"]


def plural(count: int, noun: str) -> str:
    """Return "1 image" or "2 images"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
