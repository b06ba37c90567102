"""Choosing a folder of the server's disk, never outside the configured roots."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from piximi_core.errors import BadInput
from piximi_core.services.importing.import_roots import ROOTS_VARIABLE, import_roots, look_into
from piximi_ui.language.texts import _, plain, plural, told

__all__ = ["class_folders", "draw"]

_AT = "piximi_server_folder"
_SHOWN = 100


def draw() -> Path | None:
    """Draw the folders below the configured roots; return the open one, None if there is none."""
    roots = import_roots()
    if not roots:
        st.info(
            _(
                "No folder of the server is open for this yet. Whoever runs the dashboard names "
                "folders in {variable} (several separated by “{separator}”) and starts it again."
            ).format(variable=f"`{ROOTS_VARIABLE}`", separator=os.pathsep),
            icon=":material/folder_off:",
        )
        return None
    at = Path(st.session_state.get(_AT, roots[0]))
    try:
        view = look_into(at)
    except BadInput as error:
        st.warning(told(str(error)))
        st.session_state.pop(_AT, None)
        return None
    root = next(root for root in roots if view.path.is_relative_to(root))
    _trail(roots, root, view.path)
    with st.container(height=220 if view.folders else "content", gap=None, key="server-folders"):
        for number, folder in enumerate(view.folders[:_SHOWN]):
            st.button(
                plain(folder.name),
                icon=":material/folder:",
                type="tertiary",
                key=f"server-folder-{number}",
                on_click=_go,
                args=(folder,),
            )
        if len(view.folders) > _SHOWN:
            st.caption(_("Only the first {n} folders are shown.").format(n=_SHOWN))
    st.caption(plural("{n} file in this folder", "{n} files in this folder", view.files))
    return view.path if view.files else None


def _trail(roots: list[Path], root: Path, at: Path) -> None:
    """Draw the way from the root to the open folder, each part leading back to it."""
    steps = [root]
    for part in at.relative_to(root).parts:
        steps.append(steps[-1] / part)
    others = [other for other in roots if other != root]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for number, step in enumerate(steps):
            st.button(
                plain(step.name or str(step), 30),
                icon=":material/storage:" if number == 0 else ":material/chevron_right:",
                type="tertiary",
                disabled=step == at,
                key=f"server-step-{number}",
                on_click=_go,
                args=(step,),
            )
        for number, other in enumerate(others):
            st.button(
                plain(other.name or str(other), 30),
                icon=":material/storage:",
                key=f"server-root-{number}",
                on_click=_go,
                args=(other,),
            )


def _go(folder: Path) -> None:
    st.session_state[_AT] = str(folder)


def class_folders(folder: Path) -> list[str]:
    """Return the names of the folders below, which may become categories."""
    try:
        return [child.name for child in look_into(folder).folders]
    except BadInput:
        return []
