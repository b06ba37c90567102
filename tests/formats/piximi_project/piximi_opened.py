"""A Piximi project as our reader gives it, whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from piximi_core.formats.piximi_project import PiximiImage, PiximiObject, open_piximi_project


def opened(path: Path) -> tuple[Any, dict[str, PiximiImage], dict[str, PiximiObject], list[str]]:
    """Return the project, its images and objects by name, and what was done to it."""
    with open_piximi_project(path) as project:
        images = {image.name: image for image in project.images()}
        objects = {one.name: one for one in project.objects()}
    return project, images, objects, project.repairs.sentences()
