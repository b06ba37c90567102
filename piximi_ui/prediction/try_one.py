"""Try one: a picture dropped, pasted or photographed, what the run says of it, and nothing kept."""

from __future__ import annotations

import math
from collections.abc import Callable

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.project.contents.runs import Run
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import float_range
from piximi_core.services.scoring import try_one
from piximi_core.services.scoring.try_one import Answer
from piximi_ui.components.paste import paste_target
from piximi_ui.jobs.waiting import wait_for
from piximi_ui.language.texts import _, number, percent, plain, plural, told

__all__ = ["draw_try_one"]

_SHOWN = 8
_MOST_MEGABYTES = 500
_NOTHING = (None, "", "")
_MENU, _ANSWERED = "try-one", "piximi_try_one_answered"


@st.fragment
def draw_try_one(store: Store, run: Run) -> None:
    """Draw the menu with the ways to give a picture, and the answer to the last one."""
    if st.session_state.pop(_ANSWERED, False):
        # A picture can be pasted while this is closed; its answer is then to be seen.
        st.session_state[_MENU] = True
    menu = st.popover(
        _("Try one picture"),
        icon=":material/center_focus_strong:",
        key=_MENU,
        on_change="rerun",
    )
    if not menu.open:
        with st.container(key="try-one-closed"):
            _take(store, run, paste_target(key="try-one-paste"))
        return
    with menu, st.container(width=560):
        st.caption(
            _("See what this run says of a picture that is not in the project. It is not kept.")
        )
        way = _pick_way()
        # Another number makes another widget, so that the server forgets the picture it holds.
        _take(store, run, _WAYS[way](st.session_state.setdefault("try-one-turn", 0)))
        _draw_answer(run)


def _take(store: Store, run: Run, given: tuple[str, bytes] | None) -> None:
    """Let the run answer to what was given just now, if anything was."""
    if given is None:
        return
    _ask(store, run, *given)
    st.session_state["try-one-turn"] = st.session_state.get("try-one-turn", 0) + 1
    st.session_state[_ANSWERED] = True
    # A run of the whole page may have drawn this; a fragment could not repeat that.
    st.rerun()


def _pick_way() -> str:
    names = {
        "file": f":material/upload_file: {_('File or clipboard')}",
        "camera": f":material/photo_camera: {_('Camera')}",
    }
    chosen = st.segmented_control(
        _("Where the picture comes from"),
        list(names),
        default="file",
        required=True,
        format_func=names.__getitem__,
        label_visibility="collapsed",
        key="try-one-way",
        persist_state="session",
    )
    return str(chosen)


def _from_file(turn: int) -> tuple[str, bytes] | None:
    # Any type: what Streamlit refuses by its name is only marked red, and nobody is told why.
    given = st.file_uploader(
        _("A picture"),
        label_visibility="collapsed",
        max_upload_size=_MOST_MEGABYTES,
        key=f"try-one-file-{turn}",
    )
    pasted = paste_target(key="try-one-paste")
    return pasted if given is None else (given.name, given.getvalue())


def _from_camera(turn: int) -> tuple[str, bytes] | None:
    # The browser asks for permission only now that a camera is wanted.
    given = st.camera_input(
        _("Take a picture"),
        label_visibility="collapsed",
        key=f"try-one-camera-{turn}",
        width=480,
    )
    return None if given is None else (_("photograph"), given.getvalue())


_WAYS: dict[str, Callable[[int], tuple[str, bytes] | None]] = {
    "file": _from_file,
    "camera": _from_camera,
}


def _ask(store: Store, run: Run, name: str, content: bytes) -> None:
    """Let the quick worker answer, and remember the answer in place of the picture."""
    found: Answer | str
    try:
        with (
            st.spinner(_("Looking at it…"), show_time=True),
            try_one.kept_briefly(store, content) as path,
        ):
            call = engine.call(
                try_one.RESOURCE,
                try_one.answer,
                store.files.run(run.id),
                path,
                name,
                float_range(store),
            )
            found = wait_for(call, try_one.RESOURCE)
    except PiximiError as error:
        found = str(error)
    st.session_state["try-one-answer"] = (run.id, name, found)


def _draw_answer(run: Run) -> None:
    run_id, name, found = st.session_state.get("try-one-answer", _NOTHING)
    if run_id != run.id:
        return
    if isinstance(found, str):
        st.error(told(found), icon=":material/error:")
        return
    picture, words = st.columns([1, 2], gap="medium")
    with picture:
        # Crops of cells are small: they are shown large enough to be recognised.
        st.image(found.preview, width=220, alt=name)
        st.caption(plain(name, 40))
    with words:
        _bars(found)
        for line in _what_was_done(found):
            st.caption(line)
        if st.button(_("Clear"), icon=":material/close:", key="try-one-clear"):
            st.session_state["try-one-answer"] = _NOTHING
            st.rerun()


def _bars(found: Answer) -> None:
    likely = sorted(zip(found.probabilities, found.classes, strict=True), reverse=True)
    for place, (share, name) in enumerate(likely[:_SHOWN]):
        shown = f"**{plain(name)}**" if place == 0 else plain(name)
        level = share if math.isfinite(share) else 0.0
        st.progress(min(1.0, max(0.0, level)), text=f"{shown} · {percent(share)}")
    if len(likely) > _SHOWN:
        rest = likely[_SHOWN:]
        st.caption(
            plural(
                "{n} other category, together {share}",
                "{n} other categories, together {share}",
                len(rest),
            ).replace("{share}", percent(sum(share for share, _name in rest)))
        )


def _what_was_done(found: Answer) -> list[str]:
    """Say what became of the picture on its way to the network."""
    (height, width), (seen_height, seen_width) = found.size, found.seen_size
    lines = []
    if found.size != found.seen_size:
        lines.append(
            _("Resized from {width}×{height} to {seen_width}×{seen_height} pixels.").format(
                width=number(width),
                height=number(height),
                seen_width=number(seen_width),
                seen_height=number(seen_height),
            )
        )
    if found.planes > 1:
        lines.append(_("The first of {n} planes was looked at.").format(n=number(found.planes)))
    if found.notes:
        notes = "; ".join(plain(told(note), 200) for note in found.notes)
        lines.append(f"{notes[:1].upper()}{notes[1:]}.")
    lines.append(_("The picture was not kept; what you see here goes with this window."))
    return lines
