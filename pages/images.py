"""The images page: the gallery, categories, and what is known of the selected images."""

import streamlit as st

from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.annotations import import_dialog
from piximi_ui.base import page_title
from piximi_ui.base.context import current_store
from piximi_ui.base.kinds import current_kind
from piximi_ui.images import (
    browser,
    category_panel,
    empty,
    info_panel,
    kind_tabs,
    queries,
    style,
    thing_dialogs,
    toolbar,
)
from piximi_ui.images.adding import add_dialog, outcome
from piximi_ui.images.view import current_view, shown_ids, to_filter, without_gone
from piximi_ui.language.texts import _
from piximi_ui.server.turns import drawing_turn


def browse(store: Store) -> None:
    """Draw everything that a click in the gallery changes."""
    if browser.acted():
        # Undo and its neighbours stand outside this fragment and must follow.
        st.rerun()
    with drawing_turn():
        draw(store)


def draw(store: Store) -> None:
    """Draw it as the project is now."""
    revision = store.revision()
    kind = current_kind(store)
    categories = queries.categories(store, revision, kind.id)
    counts = queries.counts(store, revision, kind.id)
    add_dialog.draw(store, queries.categories(store, revision, IMAGE_KIND))
    import_dialog.draw(store)
    category_panel.draw_dialogs(store, kind.id, categories, counts)
    thing_dialogs.draw(store)
    if not counts:
        kind_tabs.draw_alone(store, revision, kind)
        empty.draw(kind)
        return
    view = without_gone(store, current_view(store), {category.id for category in categories})
    shown = shown_ids(store)
    toolbar.draw(store, revision, kind, view, categories, counts)
    gallery_side, panel_side = st.columns([4, 1.15], gap="medium")
    wanted = to_filter(view, kind.id, shown[1] if shown else None)
    with gallery_side:
        selected = browser.draw(store, revision, view, kind.id, wanted)
    with panel_side, st.container(key="images-side"):
        category_panel.draw()
        with st.container(border=True, gap="small", key="images-info"):
            info_panel.draw(store, revision, kind.id, selected, categories)


store = current_store()
page_title.draw_unseen(_("Images"))
style.draw()
outcome.draw(store)
browser.acted()  # The whole page is being drawn already: it need not follow once more.
st.fragment(browse)(store)
