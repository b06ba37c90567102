"""Piximi's project files: a zarr hierarchy with the images, objects, labels and classifiers."""

from .content import (
    BASE_MODEL,
    IMAGE,
    ChannelView,
    PiximiCategory,
    PiximiImage,
    PiximiKind,
    PiximiModel,
    PiximiObject,
)
from .numbers import from_unit, sixteen_bit, to_stored
from .reader import PiximiProject, open_piximi_project
from .repairs import Repairs, in_words
from .writer import PiximiWriter, project_stem, safe_thing_name

__all__ = [
    "BASE_MODEL",
    "IMAGE",
    "ChannelView",
    "PiximiCategory",
    "PiximiImage",
    "PiximiKind",
    "PiximiModel",
    "PiximiObject",
    "PiximiProject",
    "PiximiWriter",
    "Repairs",
    "from_unit",
    "in_words",
    "open_piximi_project",
    "project_stem",
    "safe_thing_name",
    "sixteen_bit",
    "to_stored",
]
