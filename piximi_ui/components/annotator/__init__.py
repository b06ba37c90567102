"""The annotator: objects drawn on an image, in the browser.

What the hand does shows at once; a stroke that is confirmed goes by HTTP to the desk
(:mod:`piximi_ui.components.annotator.desk`), which works on the pixels of the file and answers with
the objects that changed. Streamlit draws the page once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from piximi_ui.components.annotator.contract import ShownImage, ShownKind, Stroke
from piximi_ui.components.annotator.desk import Annotated, AnnotatorDesk
from piximi_ui.components.annotator.networks import Ahead, Networks, NetworksDesk
from piximi_ui.components.annotator.notes import NotesDesk
from piximi_ui.components.annotator.shortcuts import (
    annotator_shortcuts,
    changeable_words,
    fixed_shortcuts,
)
from piximi_ui.components.annotator.table import TableDesk
from piximi_ui.components.annotator.texts import annotator_texts
from piximi_ui.components.proposals import LookDesk
from piximi_ui.server.action_routes import action_address
from piximi_ui.server.actions import Ledger
from piximi_ui.server.assets import component

__all__ = [
    "Ahead",
    "Annotated",
    "Networks",
    "ShownImage",
    "ShownKind",
    "Stroke",
    "annotator",
    "annotator_shortcuts",
    "changeable_words",
    "fixed_shortcuts",
]


def annotator(
    project: Annotated,
    image_id: str,
    *,
    key: str,
    ledger: Ledger,
    follow: str,
    on_drawn: Callable[[str], None] | None = None,
) -> None:
    """Draw the annotator with an image of the project.

    Parameters
    ----------
    key
        Names what is not saved yet; give each project its own.
    ledger
        Which actions of the browser were taken, in this session.
    follow
        The address that tells the project's present revision.
    on_drawn
        Is told the id of the kind that a person draws or labels, when the page is drawn after that.
    """
    desk = AnnotatorDesk(ledger, project)
    listed = project.listed
    data: dict[str, Any] = {
        **desk.shown({"image": image_id}),
        "store": key,
        "actions": action_address(key, desk),
        "ask": action_address(f"{key}:ask", NotesDesk(project.noted)) if project.noted else None,
        "table": action_address(f"{key}:table", TableDesk(listed)) if listed else None,
        "looks": action_address(f"{key}-looks", LookDesk(project.proposals)),
        "networks": project.networks.to_data(),
        "ahead": action_address(f"{key}-ahead", NetworksDesk(project.networks)),
        "follow": follow,
        "texts": annotator_texts(),
    }

    def told() -> None:
        """Hear what is drawn; the run that follows draws what stands around, undo and the guide."""
        changed = (st.session_state.get(key) or {}).get("changed")
        changed = changed if isinstance(changed, Mapping) else {}
        kind, image = changed.get("kind"), changed.get("image")
        if isinstance(image, str) and image:
            # The browser writes it into the address by itself, which Streamlit does not see.
            st.query_params["image"] = image
        if on_drawn is not None and isinstance(kind, str) and kind:
            on_drawn(kind)

    component("annotator")(key=key, data=data, on_changed_change=told)
