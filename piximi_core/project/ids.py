"""Identifiers as Piximi makes them: UUID v4 whose first character tells Unknown from the rest."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

__all__ = ["is_unknown", "new_id", "new_unknown_id", "now"]


def new_id() -> str:
    """Return a fresh identifier for anything but an Unknown category."""
    return "1" + str(uuid.uuid4())[1:]


def new_unknown_id() -> str:
    """Return a fresh identifier for an Unknown category."""
    return "0" + str(uuid.uuid4())[1:]


def is_unknown(category_id: str) -> bool:
    """Tell whether a category is the Unknown of its kind (Piximi's own rule)."""
    return category_id.startswith("0")


def now() -> str:
    """Return the present moment as ISO 8601 text in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
