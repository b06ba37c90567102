"""The dialogs about images: deletion confirmed, free columns edited, pictures in full size."""

from __future__ import annotations

import streamlit as st

from piximi_core.messages import Message
from piximi_core.project.contents.labelling import delete_things, describe_thing
from piximi_core.project.contents.objects import count_objects
from piximi_core.project.contents.things import Thing, get_things
from piximi_core.project.database.store import Store
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.base.dialogs import close_dialog, dialog_data
from piximi_ui.base.kinds import current_kind_id, of_kind
from piximi_ui.base.label_actions import say_locked
from piximi_ui.images import viewer_dialog
from piximi_ui.images.view import impose_selection
from piximi_ui.language.texts import _, plain, plural

__all__ = ["draw"]

_NAMED = 5


def draw(store: Store) -> None:
    """Draw the dialog that was asked for, if it is one of these."""
    if (data := dialog_data("delete")) is not None:
        kind_id = current_kind_id(store)
        title = of_kind(kind_id, Message("Delete {things}?"))
        st.dialog(title, on_dismiss=close_dialog)(_deletion)(store, kind_id, data["ids"])
        return
    if (data := dialog_data("details")) is not None:
        found = get_things(store, [data["thing_id"]])
        if not found:
            close_dialog()
            return
        st.dialog(_("Details"), on_dismiss=close_dialog)(_details)(store, found[0])
        return
    viewer_dialog.draw(store)


def _deletion(store: Store, kind_id: str, ids: tuple[str, ...]) -> None:
    found = get_things(store, ids)
    names = [plain(thing.name, 60) for thing in found[:_NAMED]]
    st.markdown(
        of_kind(
            kind_id,
            Message.plural(
                "Delete {n} {thing} with its label and prediction? Undo brings it back.",
                "Delete {n} {things} with their labels and predictions? Undo brings them back.",
                n=len(found),
            ),
        )
    )
    if inside := count_objects(store, [thing.id for thing in found]):
        st.markdown(
            plural(
                ":material/category: {n} object inside is deleted too.",
                ":material/category: {n} objects inside are deleted too.",
                inside,
            )
        )
    st.caption(
        ", ".join(names)
        + (f" {_('and {n} more').format(n=len(found) - _NAMED)}" if len(found) > _NAMED else "")
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Keep"), key="delete-cancel"):
            close_dialog()
            st.rerun()
        label = of_kind(
            kind_id, Message.plural("Delete {n} {thing}", "Delete {n} {things}", n=len(found))
        )
        if st.button(label, type="primary", icon=":material/delete:", key="delete-confirm"):
            with errors_shown():
                doomed = [thing.id for thing in found]
                say_locked(store, doomed)
                count = delete_things(store, doomed, who=who())
                say(
                    of_kind(
                        kind_id,
                        Message.plural("Deleted {n} {thing}.", "Deleted {n} {things}.", n=count),
                    )
                )
                impose_selection(store, ())
                close_dialog()
                st.rerun()


def _details(store: Store, thing: Thing) -> None:
    st.caption(_("Your own columns for {name}.").format(name=plain(thing.name)))
    rows = [{"name": str(name), "value": str(value)} for name, value in thing.metadata.items()]
    edited = st.data_editor(
        rows or [{"name": "", "value": ""}],
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "name": st.column_config.TextColumn(_("Column"), max_chars=100),
            "value": st.column_config.TextColumn(_("Value"), max_chars=2000),
        },
        key=f"details-{thing.id}",
    )
    if st.button(_("Save"), type="primary", key="details-save"):
        with errors_shown():
            kept = {
                str(row["name"]).strip(): str(row.get("value") or "")
                for row in edited
                if str(row.get("name") or "").strip()
            }
            describe_thing(store, thing.id, kept, who=who())
            close_dialog()
            st.rerun()
