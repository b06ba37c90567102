"""The viewer: one image in full size, or two beside each other, drawn in the browser.

Zoom, planes, colours and ranges are the browser's own; pictures and histograms come by HTTP (see
:mod:`piximi_ui.server.pictures`), and labels go that way (:mod:`piximi_ui.components.viewer.desk`).
The page's script hears of three things: another image is wanted, this look is to be kept for the
shown images, or for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from piximi_ui.components.gallery import Carry, viewer_store
from piximi_ui.components.viewer.contract import (
    ViewerAction,
    ViewerImage,
    ViewerTag,
    facts_shown,
    read_action,
    to_image,
)
from piximi_ui.components.viewer.desk import Shown, ViewerDesk
from piximi_ui.components.viewer.shortcuts import viewer_shortcuts
from piximi_ui.components.viewer.texts import channel_texts, viewer_texts
from piximi_ui.server.action_routes import action_address
from piximi_ui.server.actions import Ledger
from piximi_ui.server.assets import component

__all__ = [
    "Shown",
    "ViewerAction",
    "ViewerImage",
    "ViewerLabels",
    "ViewerTag",
    "channel_texts",
    "facts_shown",
    "read_action",
    "viewer",
    "viewer_shortcuts",
]


@dataclass(frozen=True)
class ViewerLabels:
    """What labels need: they are queued, named and acknowledged as the gallery's are.

    Attributes
    ----------
    ledger
        What Python took of the browser's actions, in this session.
    store
        Names the queue; what it could not send goes to the gallery of that name.
    allow
        The actions offered, of `gallery.ACTIONS`.
    read
        Reads the images at hand from the project; it must not touch the session.
    carry
        As the gallery's.
    """

    ledger: Ledger
    store: str
    allow: Sequence[str]
    read: Callable[[], Shown]
    carry: Carry

    def to_data(self) -> dict[str, Any]:
        """Build the JSON for the browser."""
        desk = ViewerDesk(self.ledger, self.allow, self.read, self.carry)
        store = viewer_store(self.store)
        return {
            "store": store,
            "actions": action_address(store, desk),
            "allow": sorted(self.allow),
            **self.read().to_data(),
        }


def viewer(
    images: Sequence[ViewerImage],
    *,
    key: str,
    around: tuple[Sequence[ViewerImage], Sequence[ViewerImage]] | None = None,
    total: int = 0,
    labels: ViewerLabels | None = None,
    linked: bool = True,
    ahead: Sequence[str] = (),
    annotates: bool = False,
    selected: Sequence[str] = (),
    said: str = "",
    on_action: Callable[[ViewerAction], None] | None = None,
) -> None:
    """Draw one image or two.

    Parameters
    ----------
    images
        One or two.
    around
        The images before and after it that are at hand; their places tell where they stand.
    total
        How many images there are to walk through.
    labels
        What labels need; None where nothing is labelled.
    linked
        Whether one set of colours and ranges serves all shown images.
    ahead
        Addresses that the browser may fetch while nothing else is to do.
    annotates
        Whether one may go from here to drawing on what is shown.
    selected
        What is selected behind the viewer: where the shown image is among it, all of it.
    said
        What came of the last action.
    on_action
        Called with each action before the script runs again; it must not draw.
    """
    data = {
        "images": [to_image(image) for image in images],
        "around": around
        and {
            "before": [to_image(image) for image in around[0]],
            "after": [to_image(image) for image in around[1]],
        },
        "total": total,
        "labels": labels and labels.to_data(),
        "linked": linked,
        "ahead": list(ahead),
        "annotates": annotates,
        "selected": list(selected),
        "said": said,
        "texts": viewer_texts(len(images)),
    }

    def act() -> None:
        action = read_action((st.session_state.get(key) or {}).get("action"))
        if action is not None and on_action is not None:
            on_action(action)

    def walk() -> None:
        step = (st.session_state.get(key) or {}).get("step")
        action = read_action({**step, "type": "step"}) if isinstance(step, Mapping) else None
        if action is not None and on_action is not None:
            on_action(action)

    component("viewer")(key=key, data=data, on_action_change=act, on_step_change=walk)
