"""How a share is written in percent: in one way everywhere, and never as more than it is."""

from __future__ import annotations

__all__ = ["percent_number"]


def percent_number(share: float) -> str:
    """Return a share, 0 to 1, in percent, without the sign, with one digit after the point.

    What is not all never reads 100, and what is not nothing never 0: such a share gets a second
    digit, and stays at 99.99 or 0.01 where even that would round it away.

    Examples
    --------
    >>> percent_number(0.8667), percent_number(1), percent_number(99_999 / 100_000)
    ('86.7', '100.0', '99.99')
    """
    written = f"{100 * share:.1f}"
    if not 0 < share < 1 or written not in ("0.0", "100.0"):
        return written
    return f"{min(max(100 * share, 0.01), 99.99):.2f}"
