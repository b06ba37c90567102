"""The layout of Piximi 0.2 and later: images and objects side by side as things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from piximi_core.formats.piximi_project.content import IMAGE, PiximiImage, PiximiObject
from piximi_core.formats.piximi_project.labels import (
    free_id,
    listed,
    plain_text,
    read_labels,
)
from piximi_core.formats.piximi_project.pictures import read_channels, read_pixels
from piximi_core.formats.piximi_project.planes import plane_of_crop
from piximi_core.formats.piximi_project.regions import fitted, nearest_plane
from piximi_core.formats.piximi_project.repairs import Repairs
from piximi_core.formats.piximi_project.tree import Damaged, Tree
from piximi_core.messages import Message
from piximi_core.vocabulary import PIXIMI_PARTITIONS, UniqueNames

__all__ = ["Layout"]

_RECENT = 3  # images kept in memory: objects mostly come image by image


@dataclass(frozen=True)
class _Place:
    """A thing that was listed: its group, and the name it gets."""

    group: str
    raw: str
    name: str


class Layout:
    """Reads things; see `PiximiProject`."""

    def __init__(self, tree: Tree, repairs: Repairs) -> None:
        self._tree, self._repairs = tree, repairs
        kinds = tree.attributes("project/kinds")
        categories = tree.attributes("project/categories")
        if kinds is None or categories is None:
            repairs.note(Message("Kinds or categories are missing or damaged in the file."))
        self._labels = read_labels(kinds or {}, categories or {}, repairs)
        self.kinds = self._labels.kinds
        self.kind_ids, self.category_ids = self._labels.kind_ids, self._labels.category_ids
        self._places = list(self._listed())
        self.count = len(self._places)
        self._ids: set[str] = set()
        # Images that were read: the id in the file to the id that was kept, and the size.
        self._images: dict[str, tuple[str, tuple[int, int, int]]] = {}
        # Of images of several planes: where their pixels lie, and those that were read last.
        self._arrays: dict[str, str] = {}
        self._recent: dict[str, NDArray[Any]] = {}

    def _listed(self) -> Iterator[_Place]:
        attributes = self._tree.attributes("project/things")
        if attributes is None:
            self._repairs.note(
                Message(
                    "The list of images and objects is damaged; they were found by their folders."
                )
            )
        names = (attributes or {}).get("thing_names")
        if not isinstance(names, list):
            names = self._found()
        unique = UniqueNames()
        seen: set[str] = set()
        for raw in names:
            if not isinstance(raw, str) or raw in seen:
                self._repairs.note(
                    Message("Images or objects listed twice, or without a name, were left out.")
                )
                continue
            seen.add(raw)
            # As Piximi: a slash in a name leads into a folder of its own.
            parts = [part for part in raw.replace("\\", "/").split("/") if part]
            if not parts or {".", ".."} & set(parts):
                self._repairs.note(
                    Message("Images or objects whose name cannot be one were left out."), raw
                )
                continue
            name = unique.give(plain_text(raw, "unnamed"))
            yield _Place(f"project/things/{'/'.join(parts)}", "/".join(parts), name)

    def _found(self) -> list[str]:
        """Return the names of the folders that hold a thing."""
        found = {}
        for path in self._tree.sizes:
            if path.startswith("project/things/") and path.endswith("/.zattrs"):
                parts = path.split("/")[2:-1]
                if len(parts) == 1:
                    found[parts[0]] = True
        return list(found)

    def images(self) -> Iterator[PiximiImage]:
        """Read the images."""
        for place in self._places:
            attributes = self._tree.attributes(place.group)
            if attributes is None:
                self._repairs.note(
                    Message("Images or objects without attributes were left out."), place.name
                )
            elif not _is_object(attributes):
                image = self._image(place, attributes)
                if image is not None:
                    yield image

    def _image(self, place: _Place, attributes: Mapping[str, Any]) -> PiximiImage | None:
        try:
            pixels = read_pixels(
                self._tree, f"{place.group}/{place.raw}", self._repairs, place.name
            )
        except Damaged as error:
            self._repairs.note(
                Message("Images were left out because {error}.", error=error), place.name
            )
            return None
        old = attributes.get("thing_id")
        kept = free_id(old, self._ids, self._repairs, place.name)
        planes, height, width, channels = pixels.shape
        if isinstance(old, str):
            self._images[old] = (kept, (planes, height, width))
            if planes > 1:
                self._arrays[old] = f"{place.group}/{place.raw}"
        return PiximiImage(
            id=kept,
            name=place.name,
            category_id=self._labels.category(
                attributes.get("class_category_id"), IMAGE, self._repairs, place.name
            ),
            partition=self._partition(attributes, place.name),
            pixels=pixels,
            active_plane=nearest_plane(
                attributes.get("active_plane"), planes, self._repairs, place.name
            ),
            channels=read_channels(
                self._tree, f"{place.group}/colors", channels, self._repairs, place.name
            ),
        )

    def objects(self) -> Iterator[PiximiObject]:
        """Read the objects of images that were read."""
        for place in self._places:
            attributes = self._tree.attributes(place.group)
            if attributes is not None and _is_object(attributes):
                found = self._object(place, attributes)
                if found is not None:
                    yield found

    def _object(self, place: _Place, attributes: Mapping[str, Any]) -> PiximiObject | None:
        parent = self._images.get(str(attributes.get("image_id")))
        kind_id = self.kind_ids.get(str(attributes.get("kind")))
        if parent is None or kind_id in (None, IMAGE):
            self._repairs.note(
                Message("Objects without their image or kind were left out."), place.name
            )
            return None
        assert kind_id is not None
        image_id, (planes, height, width) = parent
        region = fitted(
            listed(attributes.get("bbox")),
            listed(attributes.get("mask")),
            (height, width),
            self._repairs,
            place.name,
        )
        if region is None:
            return None
        # Piximi keeps 0 for objects of any plane; "plane" is where older versions and this program
        # keep the real one.
        plane = attributes.get("plane", attributes.get("active_plane"))
        if plane == 0 and "plane" not in attributes:
            plane = self._plane_by_pixels(place, str(attributes.get("image_id")), region[0])
        return PiximiObject(
            id=free_id(attributes.get("thing_id"), self._ids, self._repairs, place.name),
            name=place.name,
            image_id=image_id,
            kind_id=kind_id,
            category_id=self._labels.category(
                attributes.get("class_category_id"), kind_id, self._repairs, place.name
            ),
            partition=self._partition(attributes, place.name),
            box=region[0],
            runs=region[1],
            plane=nearest_plane(plane, planes, self._repairs, place.name),
        )

    def _plane_by_pixels(self, place: _Place, image_id: str, box: tuple[int, int, int, int]) -> int:
        """Find the plane of an object again that Piximi has put into the first one."""
        path = self._arrays.get(image_id)
        if path is None:
            return 0
        try:
            if path not in self._recent:
                if len(self._recent) >= _RECENT:
                    del self._recent[next(iter(self._recent))]
                self._recent[path] = read_pixels(self._tree, path, Repairs(), place.name)
            crop = read_pixels(self._tree, f"{place.group}/{place.raw}", Repairs(), place.name)
        except Damaged:
            return 0
        found = plane_of_crop(self._recent[path], crop, box)
        if found is None:
            return 0
        self._repairs.note(
            Message("Objects went back to the plane whose pixels they hold."), place.name
        )
        return found

    def _partition(self, attributes: Mapping[str, Any], name: str) -> str:
        found = attributes.get("classifier_partition")
        if found in PIXIMI_PARTITIONS:
            return str(found)
        self._repairs.note(
            Message("Images or objects without a partition became Unassigned."), name
        )
        return "Unassigned"


def _is_object(attributes: Mapping[str, Any]) -> bool:
    kind = attributes.get("kind")
    return "bbox" in attributes if kind is None else kind != IMAGE
