"""How the files of a project's images are laid out in pages, which ROIs of ImageJ count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from piximi_core.errors import PiximiError
from piximi_core.formats.annotations.model import AnnotatedImage
from piximi_core.formats.annotations.stacks import Stack
from piximi_core.images import describe
from piximi_core.project.contents.things import Thing
from piximi_core.project.files import ProjectFiles

__all__ = ["PageLayouts", "page_layouts"]


def page_layouts(images: Iterable[Thing]) -> dict[str, dict[str, Any]]:
    """Return what tells the layouts of images by their ids, of those with more than one page."""
    return {
        image.id: {
            "kept": image.display.get("stack"),
            "file": [image.file_sha256, image.extension],
            "channels": image.read_channels,
        }
        for image in images
        if (image.planes or 1) > 1 or image.display.get("stack")
    }


class PageLayouts:
    """Says how an image's file is laid out; a file is looked at once, and only where it is asked.

    Parameters
    ----------
    files
        The project's.
    known
        As `page_layouts` returns it.
    """

    def __init__(self, files: ProjectFiles, known: Mapping[str, Mapping[str, Any]]) -> None:
        self._files = files
        self._known = known
        self._found: dict[str, Stack] = {}

    def __call__(self, image: AnnotatedImage) -> Stack:
        """Return the layout; a plane of a file that cannot be looked at has a page per channel."""
        key = image.id or ""
        if key not in self._found:
            self._found[key] = self._look(image)
        return self._found[key]

    def _look(self, image: AnnotatedImage) -> Stack:
        planes = image.planes or 1
        kept = self._known.get(image.id or "")
        if kept is None:
            return Stack(channels=image.channels or 1, planes=planes)
        if kept["kept"]:
            return Stack(**kept["kept"])
        try:
            found = describe(self._files.original(*kept["file"]), name=image.name)
        except PiximiError:
            return Stack(channels=image.channels or 1, planes=planes)
        return Stack(channels=max(1, found.frames // planes), planes=planes)
