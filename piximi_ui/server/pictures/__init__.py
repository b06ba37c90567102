"""Pictures by HTTP: where they are found, what answers, and how they are made from originals."""

from __future__ import annotations

from piximi_ui.server.pictures.addresses import (
    issue_token,
    levels_address,
    map_address,
    object_address,
    outlines_address,
    plane_address,
    progress_address,
    revision_address,
    thumb_address,
    tile_outlines_address,
    values_address,
)
from piximi_ui.server.pictures.answering import routes

__all__ = [
    "issue_token",
    "levels_address",
    "map_address",
    "object_address",
    "outlines_address",
    "plane_address",
    "progress_address",
    "revision_address",
    "routes",
    "thumb_address",
    "tile_outlines_address",
    "values_address",
]
