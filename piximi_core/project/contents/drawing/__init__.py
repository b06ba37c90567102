"""Objects drawn by hand: what is drawn becomes objects of the project, one step for each stroke."""

from __future__ import annotations

from piximi_core.project.contents.drawing.between_planes import interpolate_objects, look_between
from piximi_core.project.contents.drawing.strokes import (
    copy_objects,
    draw_object,
    merge_objects,
    reshape_objects,
    split_object,
)
from piximi_core.project.contents.drawing.writing import Canvas

__all__ = [
    "Canvas",
    "copy_objects",
    "draw_object",
    "interpolate_objects",
    "look_between",
    "merge_objects",
    "reshape_objects",
    "split_object",
]
