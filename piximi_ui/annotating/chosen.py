"""Which images the Annotate page walks through: all, or those that were chosen for it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from piximi_core.project.database.store import Store
from piximi_ui.base import navigation

__all__ = ["annotate", "chosen", "walk_through_all"]


def _slot(store: Store) -> str:
    return f"piximi_annotate_only:{store.folder.name}"


def annotate(store: Store, ids: Sequence[str]) -> None:
    """Turn to the Annotate page with some images, of one with all others around it."""
    st.session_state[_slot(store)] = tuple(ids) if len(ids) > 1 else ()
    navigation.go_to("annotate", image=ids[0])


def chosen(store: Store) -> tuple[str, ...]:
    """Return the images that were chosen, none for all."""
    ids: tuple[str, ...] = st.session_state.get(_slot(store), ())
    return ids


def walk_through_all(store: Store) -> None:
    """Forget the choice."""
    st.session_state.pop(_slot(store), None)
