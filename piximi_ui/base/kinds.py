"""Which kind of things the pages are about: the images, or one sort of objects in them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from piximi_core.messages import Message, word
from piximi_core.project.contents.kinds import Kind, list_kinds
from piximi_core.project.contents.labelling import counted as counted_things
from piximi_core.project.contents.labelling import thing_word, things_word
from piximi_core.project.contents.runs import list_runs
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.language.texts import _, plain, told

__all__ = [
    "choose_kind",
    "counted",
    "current_kind",
    "current_kind_id",
    "draw_kind_picker",
    "follow_run",
    "kind_label",
    "of_kind",
]


def _slot(store: Store) -> str:
    return f"piximi_kind:{store.folder.name}"


def current_kind(store: Store) -> Kind:
    """Return the kind chosen on the Images page; at the first look, the one of the address.

    A kind that is gone or hidden gives way to the images.
    """
    known = {kind.id: kind for kind in list_kinds(store) if not kind.hidden}
    wanted = st.session_state.get(_slot(store)) or st.query_params.get("kind")
    kind = known.get(str(wanted), known[IMAGE_KIND])
    st.session_state[_slot(store)] = kind.id
    if kind.is_image:
        st.query_params.pop("kind", None)
    elif st.query_params.get("kind") != kind.id:
        st.query_params["kind"] = kind.id
    return kind


def current_kind_id(store: Store) -> str:
    """Return the kind's id, as `current_kind` found it when the page began."""
    return str(st.session_state.get(_slot(store), IMAGE_KIND))


def choose_kind(store: Store, kind_id: str) -> None:
    """Make all pages be about another kind, from the next drawing on."""
    st.session_state[_slot(store)] = kind_id


def kind_label(kind: Kind, longest: int = 40) -> str:
    """Return a kind's name as it is shown; the images' is in the language of the interface."""
    return told(word(kind.name)) if kind.is_image else plain(kind.name, longest)


def draw_kind_picker(store: Store, *, compact: bool = False) -> Kind:
    """Draw the choice of a kind where there is more than one; return the chosen one.

    Parameters
    ----------
    compact
        Whether it stands in a line with others, which leaves no room for words above it.
    """
    kind = current_kind(store)
    known = {each.id: each for each in list_kinds(store) if not each.hidden}
    if len(known) > 1:
        # One key for each kind, so that a kind chosen elsewhere is what the widget shows.
        key = f"kind-{store.folder.name}-{kind.id}"
        st.segmented_control(
            _("Kind"),
            list(known),
            default=kind.id,
            required=True,
            format_func=lambda kind_id: kind_label(known[kind_id]),
            key=key,
            label_visibility="collapsed" if compact else "visible",
            help=_("Each kind has its own categories, settings and classifiers."),
            on_change=lambda: choose_kind(store, str(st.session_state[key])),
        )
    return kind


def follow_run(store: Store) -> None:
    """Turn to the kind of the run that the address names, until the person chooses another."""
    asked, slot = st.query_params.get("run"), f"piximi_kind_of_run:{store.folder.name}"
    run = next((run for run in list_runs(store) if run.id == asked), None)
    if run is None:
        return
    if run.kind_id != current_kind(store).id:
        if st.session_state.get(slot) == asked:
            del st.query_params["run"]
        else:
            choose_kind(store, run.kind_id)
    st.session_state[slot] = asked


def of_kind(kind_id: str, message: Message) -> str:
    """Return a message whose {thing} or {things} are images or objects, whatever the kind holds.

    Other places stay as they are, to be filled by `format`.
    """
    nouns = {"thing": thing_word(kind_id), "things": things_word(kind_id)}
    return told(message.with_values(**nouns))


def counted(kind_id: str, count: int | Sequence[object]) -> str:
    """Return "3 images" or "3 objects"."""
    number = count if isinstance(count, int) else len(count)
    return told(counted_things(number, kind_id))
