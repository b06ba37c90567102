"""Open a Piximi project of any version, repair what can be repaired, and say what was done.

What comes out obeys every rule that Piximi's own files obey: ids that are unique and tell Unknown
categories from others, unique names, boxes inside their images, masks that fill their boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from piximi_core.errors import BadInput
from piximi_core.formats.piximi_project import first_layout, models, things_layout
from piximi_core.formats.piximi_project.content import (
    PiximiImage,
    PiximiKind,
    PiximiModel,
    PiximiObject,
)
from piximi_core.formats.piximi_project.labels import plain_text
from piximi_core.formats.piximi_project.repairs import Repairs
from piximi_core.formats.piximi_project.tree import Tree, open_tree
from piximi_core.messages import Message

__all__ = ["PiximiProject", "open_piximi_project"]

NEWEST = (1, 1)
_VERSION = re.compile(r"v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+].*)?")


class _Layout(Protocol):
    """Where a version keeps what."""

    kinds: tuple[PiximiKind, ...]
    count: int

    def images(self) -> Iterator[PiximiImage]: ...
    def objects(self) -> Iterator[PiximiObject]: ...


class PiximiProject:
    """An opened project: names and labels at hand, pixels as they are asked for.

    Attributes
    ----------
    name, version
        As the file says.
    kinds
        "Image" first, each with its Unknown category first.
    count
        How many images and objects the file lists.
    models
        The classifiers and, as `BASE_MODEL`, the settings of each kind's next one.
    repairs
        What was repaired or left out so far; it grows while images and objects are read.
    """

    def __init__(self, tree: Tree) -> None:
        self.repairs = Repairs()
        attributes = tree.attributes("project") or {}
        self.version = _version(tree, self.repairs)
        layout = first_layout if "project/images/.zattrs" in tree else things_layout
        self._layout: _Layout = layout.Layout(tree, self.repairs)
        self.name = plain_text(attributes.get("name"), plain_text(tree.label, "Piximi project"))
        self.kinds = self._layout.kinds
        self.count = self._layout.count
        self.models: tuple[PiximiModel, ...] = tuple(
            models.read_models(tree, self._layout, self.repairs)
        )

    def images(self) -> Iterator[PiximiImage]:
        """Read one image after the other; those that cannot be read are left out and noted."""
        return self._layout.images()

    def objects(self) -> Iterator[PiximiObject]:
        """Read the objects of the images that `images` gave; call it after those are through."""
        return self._layout.objects()


@contextmanager
def open_piximi_project(path: Path, name: str | None = None) -> Iterator[PiximiProject]:
    """Open a project that Piximi saved, or its unpacked ``.zarr`` folder.

    Parameters
    ----------
    path, name
        As in `open_tree`.

    Raises
    ------
    BadInput
        It is no Piximi project, of a newer Piximi than is known, or not safe to read.

    Examples
    --------
    >>> with open_piximi_project(Path("cells.zip")) as project:  # doctest: +SKIP
    ...     shapes = [image.pixels.shape for image in project.images()]
    """
    with open_tree(path, name) as tree:
        yield PiximiProject(tree)


def _version(tree: Tree, repairs: Repairs) -> str:
    """Return the version, if files of it can be read."""
    attributes: dict[str, Any] = tree.attributes("") or {}
    said = attributes.get("version")
    match = _VERSION.fullmatch(said) if isinstance(said, str) else None
    known = any(f"project/{group}/.zattrs" in tree for group in ("things", "images"))
    if not known:
        raise BadInput(
            "'{tree}' lists no images: its 'things' are missing, so it is damaged or of a "
            "Piximi that is not known. Open it in Piximi and save it again.",
            tree=tree.label,
        )
    if match is None:
        repairs.note(
            Message("The file does not say which Piximi wrote it; it was read by its layout.")
        )
        return ""
    major, minor, _patch = map(int, match.groups())
    if major > NEWEST[0]:
        raise BadInput(
            "'{tree}' was saved by Piximi {version}, which is newer than this program "
            "knows (up to 1.x); update this program, or save the project with an older Piximi.",
            tree=tree.label,
            version=match[0],
        )
    if (major, minor) > NEWEST:
        repairs.note(
            Message(
                "The file is from a newer Piximi than 1.1; what that has added was not looked for."
            )
        )
    return str(match[0])
