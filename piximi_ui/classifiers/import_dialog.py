"""The dialog "Bring a classifier": files or an address, what it is, and its categories."""

from __future__ import annotations

import streamlit as st
from sqlalchemy import select

from piximi_core.formats.tfjs.model_look import ModelLook, ValueRange
from piximi_core.jobs import engine
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.database.schema import project
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers import import_model
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base.context import errors_shown, who
from piximi_ui.base.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.classifiers import fetch, mapping, source
from piximi_ui.classifiers.source import Given
from piximi_ui.jobs import job_panel
from piximi_ui.language.texts import _, number, plain, plural, told

__all__ = ["draw_button"]

_NAME = "bring"


def draw_button(store: Store, *, kind_id: str = IMAGE_KIND) -> None:
    """Draw the button, and the dialog once it was pressed."""
    if st.button(
        _("Bring a classifier"),
        icon=":material/input:",
        type="tertiary",
        help=_("From Piximi, Google Teachable Machine or TensorFlow.js, to use it here."),
        key="bring-open",
    ):
        source.forget(store)
        open_dialog(_NAME)
    if dialog_data(_NAME) is not None:
        dialog = st.dialog(_("Bring a classifier"), width="medium", on_dismiss=_close)
        dialog(_dialog)(store, kind_id)


def _close() -> None:
    fetch.stop()
    close_dialog()


def _dialog(store: Store, kind_id: str) -> None:
    found = source.given(store)
    if found is None:
        source.draw(store)
    else:
        _second_step(store, kind_id, found)


def _second_step(store: Store, kind_id: str, found: Given) -> None:
    look = found.look
    st.markdown(f"**{plain(look.name, 80)}** · {_facts(look)}")
    for note in (*look.notes, *_channel_notes(store, look)):
        st.caption(f":orange[:material/info:] {plain(told(note), 400)}")
    key = f"bring-{found.job_id}"
    name = st.text_input(_("Name of the run"), value=look.name, max_chars=300, key=f"{key}-name")
    values = look.values if look.values_known else _ask_values(look, key)
    known = [c.name for c in list_categories(store, kind_id) if not c.is_unknown]
    chosen = mapping.draw(look.classes, known, key=key)
    with st.container(horizontal=True):
        if st.button(_("Bring it in"), type="primary", icon=":material/check:", key="bring-start"):
            with errors_shown():
                _start(store, kind_id, found, chosen, name, values)
        if st.button(_("Choose other files"), key="bring-back"):
            source.forget(store)
            st.rerun()


def _facts(look: ModelLook) -> str:
    height, width, channels = look.input_shape
    return " · ".join(
        [
            look.sort.value,
            plural("{n} class", "{n} classes", len(look.classes)),
            _("{height} × {width} pixels").format(height=height, width=width),
            plural("{n} channel", "{n} channels", channels),
            plural("{n} parameter", "{n} parameters", look.parameters),
        ]
    )


def _channel_notes(store: Store, look: ModelLook) -> list[str]:
    """Say what becomes of images with other channels than the classifier takes."""
    with store.read() as db:
        channels = db.execute(select(project.c.channels)).scalar_one()
    takes = look.input_shape[2]
    if channels is None or channels == takes:
        return []
    if channels == 1:
        return [_("The grey images here are given to it as {n} equal channels.").format(n=takes)]
    return [
        _(
            "It takes {takes}, but the images here have {n}: it cannot predict them, only files "
            "that fit."
        ).format(takes=plural("{n} channel", "{n} channels", takes), n=number(channels))
    ]


def _ask_values(look: ModelLook, key: str) -> ValueRange:
    words = {
        ValueRange.UNIT: _("0 to 1 (as Piximi does)"),
        ValueRange.SIGNED: _("-1 to 1 (as Teachable Machine and MobileNet do)"),
        ValueRange.RAW: _("as in the file, such as 0 to 255"),
    }
    options = list(words)
    return st.selectbox(
        _("Values it was trained on, black to white"),
        options,
        index=options.index(look.values),
        format_func=words.__getitem__,
        help=_("Its files do not say. With the wrong ones it predicts nonsense: try it out."),
        key=f"{key}-values",
    )


def _start(
    store: Store,
    kind_id: str,
    found: Given,
    chosen: tuple[str, ...],
    name: str,
    values: ValueRange,
) -> None:
    job = import_model.ask(
        store,
        found.paths,
        found.look,
        chosen,
        kind_id=kind_id,
        name=name,
        values=values,
        job_id=found.job_id,
        who=who(),
    )
    source.forget(store, keep_files=True)
    engine.submit(job)
    job_panel.follow(job)
    close_dialog()
    st.rerun()
