"""The only door to the outside: every outgoing call asks here first.

Nothing leaves the machine unless a person asked for it in words, and with ``PIXIMI_OFFLINE=1`` not
even then.
"""

from __future__ import annotations

import os

from piximi_core.errors import PiximiError

__all__ = ["Offline", "is_offline", "require_network"]


class Offline(PiximiError):
    """Something needs the network and this machine may not use it."""


def is_offline() -> bool:
    """Whether ``PIXIMI_OFFLINE=1`` forbids every call that leaves the machine."""
    return os.environ.get("PIXIMI_OFFLINE", "") == "1"


def require_network(purpose: str) -> None:
    """Call this before any request that leaves the machine.

    Parameters
    ----------
    purpose
        What the network is needed for, as a noun phrase: ``"downloading pretrained weights"``.

    Raises
    ------
    Offline
        With ``PIXIMI_OFFLINE=1``; the text names the purpose and what to do.
    """
    if is_offline():
        raise Offline(
            "PIXIMI_OFFLINE=1 forbids {purpose}: use a local file instead, or start again "
            "without it.",
            purpose=purpose,
        )
