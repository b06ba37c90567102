"""A list behind a line that can be opened: what an import has to explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

__all__ = ["draw_folded"]

_MOST_ROWS = 5000


def draw_folded(
    rows: Sequence[Mapping[str, str]], columns: Mapping[str, Any], *, key: str, label: str
) -> Any:
    """Draw up to 5,000 rows; return the box that they are folded into, for what belongs to them.

    Parameters
    ----------
    rows
        The values by column.
    columns
        How each column is drawn, by its name.
    label
        The line that is always seen.
    """
    box = st.expander(label, key=key)
    box.dataframe(
        list(rows[:_MOST_ROWS]),
        hide_index=True,
        width="stretch",
        height=min(320, 38 + 35 * len(rows)),
        column_config=dict(columns),
    )
    return box
