"""The annotator with a project behind it: what strokes and labels do, and what is shown."""

from __future__ import annotations

from functools import partial

import streamlit as st

from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import masks_in
from piximi_core.project.contents.relabelled import touched_since
from piximi_core.project.database.store import Store
from piximi_ui.annotating.beside import noted
from piximi_ui.annotating.chosen import chosen, walk_through_all
from piximi_ui.annotating.listing import listed
from piximi_ui.annotating.networks import networks_for
from piximi_ui.annotating.proposing import proposing
from piximi_ui.annotating.shown import draw_first, find_image, find_kinds, image_order
from piximi_ui.annotating.strokes import stroke_actions
from piximi_ui.base.context import picture_token
from piximi_ui.base.kinds import choose_kind
from piximi_ui.base.label_actions import Hand, errors_said, label_actions, say_locked
from piximi_ui.components.annotator import Annotated, annotator
from piximi_ui.components.gallery import Carry
from piximi_ui.components.gallery.desk import Say
from piximi_ui.language.texts import _, plural
from piximi_ui.server.actions import Action, Ledger
from piximi_ui.server.pictures import revision_address

__all__ = ["draw"]

_LEDGER = "piximi_annotator_ledger"


def draw(store: Store) -> None:
    """Draw it with the image of the address, or the first."""
    token = picture_token(store)
    only = chosen(store)
    ledger: Ledger = st.session_state.setdefault(f"{_LEDGER}:{store.folder.name}", Ledger())
    asked = st.query_params.get("image", "")
    if only:
        _say_chosen(store, len(only))
    order = partial(image_order, store, only)
    draw_first(store, str(asked), order)
    annotator(
        Annotated(
            draw=stroke_actions(store),
            carry=_carry(store),
            image=find_image(store, token, order),
            kinds=partial(find_kinds, store),
            revision=store.revision,
            touched=partial(touched_since, store),
            masks=partial(masks_in, store),
            noted=noted(store, token, order, chosen=bool(only)),
            proposals=proposing(store, order),
            networks=networks_for(store, order),
            listed=partial(listed, store),
        ),
        str(asked),
        key=f"annotator-{store.folder.name}",
        ledger=ledger,
        follow=revision_address(token),
        # Who turns to Train or Images from here means what is being drawn; a kind that is gone or
        # unknown gives way there.
        on_drawn=partial(choose_kind, store),
    )


def _say_chosen(store: Store, count: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="annotate-only"):
        text = plural("Only the {n} image you chose", "Only the {n} images you chose", count)
        st.caption(text, width="content")
        st.button(
            _("Show all images"),
            type="tertiary",
            key="annotate-all",
            on_click=walk_through_all,
            args=(store,),
        )


def _carry(store: Store) -> Carry:
    """Return what carries out labels, undo and redo, and deletes without asking."""
    label, hand = label_actions(store), Hand.here()

    def carry(action: Action, say: Say) -> bool:
        if action.type != "remove":
            return label(action, say)
        with errors_said(say):
            say_locked(store, action.ids, say)
            delete_things(store, action.ids, who=hand.who, once=action.uid)
        return True

    return carry
