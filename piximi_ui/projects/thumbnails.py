"""A few pictures of each project, so that it is recognised at a glance."""

from __future__ import annotations

from html import escape

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.project.workspace import ProjectSummary, open_project
from piximi_ui.base.context import picture_token
from piximi_ui.server.pictures import thumb_address

__all__ = ["draw_thumbnails"]

_SIDE = 56
_FRAME = (
    f"width:{_SIDE}px;height:{_SIDE}px;border-radius:8px;overflow:hidden;display:grid;gap:2px;"
    "background:rgb(128 128 128 / 15%)"
)
_PICTURE = "width:100%;height:100%;object-fit:cover;min-width:0;min-height:0"


def draw_thumbnails(project: ProjectSummary) -> None:
    """Draw up to four of its images as a small square; without images, an empty one."""
    pictures = project.pictures if len(project.pictures) == 4 else project.pictures[:1]
    try:
        token = picture_token(open_project(project.address)) if pictures else ""
    except PiximiError:
        pictures = ()
    columns = 2 if len(pictures) == 4 else 1
    shown = "".join(
        f'<img src="{escape(thumb_address(token, sha256))}" alt="" loading="lazy" '
        f'style="{_PICTURE}">'
        for sha256 in pictures
    )
    grid = f"grid-template:repeat({columns},minmax(0,1fr))/repeat({columns},minmax(0,1fr))"
    st.html(f'<div style="{_FRAME};{grid}">{shown}</div>', width=_SIDE)
