"""The images page: the gallery, categories, and what is known of the selected images."""

import streamlit as st

from piximi_core.project.store import Store
from piximi_ui.context import current_store
from piximi_ui.images import (
    add_dialog,
    browser,
    category_panel,
    empty,
    info_panel,
    outcome,
    queries,
    style,
    thing_dialogs,
    toolbar,
)
from piximi_ui.images.view import current_view, shown_ids, to_filter, without_gone


def browse(store: Store) -> None:
    """Draw everything that a click in the gallery changes."""
    if browser.acted():
        # Undo and its neighbours stand outside this fragment and must follow.
        st.rerun()
    revision = store.revision()
    categories = queries.categories(store, revision)
    counts = queries.counts(store, revision)
    add_dialog.draw(store, categories)
    category_panel.draw_dialogs(store, categories, counts)
    thing_dialogs.draw(store)
    if not counts:
        empty.draw()
        return
    view = without_gone(store, current_view(store), {category.id for category in categories})
    shown = shown_ids()
    toolbar.draw(store, view, categories)
    gallery_side, panel_side = st.columns([4, 1.15], gap="medium")
    wanted = to_filter(view, shown[1] if shown else None)
    with gallery_side:
        selected = browser.draw(store, revision, view, wanted, categories)
    with panel_side, st.container(key="images-side"):
        category_panel.draw(store, view, categories, counts)
        with st.container(border=True, gap="small", key="images-info"):
            info_panel.draw(store, revision, selected, categories)


store = current_store()
style.draw()
outcome.draw(store)
st.fragment(browse)(store)
