"""A table of labels for what is in the project already: what fits, and only then the labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from piximi_core.formats.tables.label_table import read_label_table
from piximi_core.messages import Message
from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.labelling import counted
from piximi_core.project.database.store import Store
from piximi_core.services.annotations.labels_from_table import label_from_table, match_labels
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.base.kinds import kind_label
from piximi_ui.language.texts import _, number, plain, plural, told

__all__ = ["draw_label_import"]

_SHOWN = 20


def draw_label_import(store: Store, path: Path) -> bool:
    """Draw what a CSV table would label, and the button that does it; return whether it did."""
    with errors_shown():
        table = read_label_table(path)
        kinds = {kind.id: kind for kind in list_kinds(store)}
        kind_id = next(iter(kinds))
        if len(kinds) > 1:
            kind_id = st.selectbox(
                _("Kind"),
                list(kinds),
                format_func=lambda kind_id: kind_label(kinds[kind_id]),
                key="annotations-table-kind",
            )
        fits = match_labels(store, table, kind_id=kind_id)
        st.markdown(
            plural("**{n} row** fits", "**{n} rows** fit", fits.labelled)
            + " · "
            + _("columns: name, category and, if wanted, partition")
        )
        absent, several = len(fits.unmatched), len(fits.ambiguous)
        _names(plural("{n} name is not here", "{n} names are not here", absent), fits.unmatched)
        _names(
            plural("{n} name could be of several", "{n} names could be of several", several),
            fits.ambiguous,
        )
        if st.button(
            told(Message("Label {things}", things=counted(fits.labelled, kind_id)))
            if fits.labelled
            else _("Nothing to label"),
            type="primary",
            disabled=not fits.labelled,
            key="annotations-table-go",
            width="stretch",
        ):
            outcome = label_from_table(store, table, kind_id=kind_id, who=who())
            say(plural("Labelled {n}.", "Labelled {n}.", outcome.labelled))
            return True
    return False


def _names(label: str, names: Sequence[str]) -> None:
    """Draw names that get no label, if there are any."""
    if not names:
        return
    with st.expander(f":material/image_not_supported: {label}"):
        st.markdown("\n".join(f"- {plain(name)}" for name in names[:_SHOWN]))
        if len(names) > _SHOWN:
            st.caption(_("and {n} more").format(n=number(len(names) - _SHOWN)))
