"""The layout of Piximi 0.1: images in one group, all annotations in a few flat arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.formats.piximi_project.arrays import read_small
from piximi_core.formats.piximi_project.content import (
    IMAGE,
    PiximiImage,
    PiximiKind,
    PiximiObject,
)
from piximi_core.formats.piximi_project.labels import (
    free_id,
    listed,
    plain_text,
    read_labels,
)
from piximi_core.formats.piximi_project.pictures import read_channels, read_pixels
from piximi_core.formats.piximi_project.regions import fitted, nearest_plane
from piximi_core.formats.piximi_project.repairs import Repairs
from piximi_core.formats.piximi_project.tree import Damaged, Tree
from piximi_core.messages import Message
from piximi_core.vocabulary import UNKNOWN_NAME, UniqueNames, new_id, new_unknown_id

__all__ = ["Layout"]

LEGACY_UNKNOWN = "00000000-0000-0000-0000-000000000000"


class Layout:
    """Reads images, and annotations as objects; see `PiximiProject`.

    As Piximi does, every category of annotations becomes a kind, whose objects are unlabelled.
    """

    def __init__(self, tree: Tree, repairs: Repairs) -> None:
        self._tree, self._repairs = tree, repairs
        categories = dict(tree.attributes("project/categories") or {})
        ids = [i for i in listed(categories.get("category_id")) if isinstance(i, str)]
        unknown = LEGACY_UNKNOWN if LEGACY_UNKNOWN in ids else ""
        categories["kind"] = [IMAGE] * len(listed(categories.get("category_id")))
        kinds = {
            "kind_id": [IMAGE],
            "display_name": [IMAGE],
            "unknown_category_id": [unknown],
            "categories": [ids],
        }
        self._labels = read_labels(kinds, categories, repairs)
        self._unknown = unknown
        self._rows = _annotations(tree, repairs)
        self._of_annotations = _annotation_kinds(
            tree.attributes("project/annotationCategories") or {},
            {str(category) for _image, category, _id in self._rows},
            repairs,
        )
        self.kinds = (*self._labels.kinds, *dict(self._of_annotations).values())
        self.kind_ids = {IMAGE: IMAGE, **{k.id: k.id for k in self._of_annotations.values()}}
        self.category_ids = self._labels.category_ids
        names = listed((tree.attributes("project/images") or {}).get("image_names"))
        self._names = _names(names, repairs)
        self.count = len(self._names) + len(self._rows)
        self._ids: set[str] = set()
        self._images: dict[str, tuple[str, str, tuple[int, int, int]]] = {}
        self._taken = UniqueNames()

    def images(self) -> Iterator[PiximiImage]:
        """Read the images."""
        for raw in self._names:
            group = f"project/images/{raw}"
            attributes = self._tree.attributes(group)
            if attributes is None:
                self._repairs.note(
                    Message("Images or objects without attributes were left out."), raw
                )
                continue
            try:
                pixels = read_pixels(self._tree, f"{group}/{raw}", self._repairs, raw)
            except Damaged as error:
                self._repairs.note(
                    Message("Images were left out because {error}.", error=error), raw
                )
                continue
            yield self._image(raw, group, attributes, pixels)

    def _image(
        self, raw: str, group: str, attributes: Mapping[str, Any], pixels: NDArray[Any]
    ) -> PiximiImage:
        planes, height, width, channels = pixels.shape
        old, category = attributes.get("image_id"), attributes.get("class_category_id")
        name = self._taken.give(plain_text(raw, "unnamed"))
        kept = free_id(old, self._ids, self._repairs, name)
        if isinstance(old, str):
            self._images[old] = (kept, name, (planes, height, width))
        known = self._labels.category(category, IMAGE, self._repairs, name)
        return PiximiImage(
            id=kept,
            name=name,
            category_id=known,
            partition="Inference" if known == self.kinds[0].unknown.id else "Unassigned",
            pixels=pixels,
            active_plane=nearest_plane(attributes.get("active_plane"), planes, self._repairs, name),
            channels=read_channels(self._tree, f"{group}/colors", channels, self._repairs, name),
        )

    def objects(self) -> Iterator[PiximiObject]:
        """Read the annotations of images that were read."""
        if not self._rows:
            return
        try:
            boxes, lengths, runs, planes = (
                _numbers(read_small(self._tree, f"project/annotations/{name}"))
                for name in ("bounding_box", "mask_length", "mask", "plane")
            )
        except Damaged as error:
            self._repairs.note(
                Message("All annotations were left out because {error}.", error=error)
            )
            return
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        counts: dict[str, int] = {}
        for number, (image, category, old) in enumerate(self._rows):
            parent, kind = self._images.get(str(image)), self._of_annotations.get(str(category))
            if parent is None or kind is None or number >= len(lengths):
                self._repairs.note(
                    Message("Objects without their image or kind were left out."), str(old)
                )
                continue
            image_id, image_name, (depth, height, width) = parent
            base = f"{image_name}-{kind.name}"
            name = self._taken.give(f"{base}_{counts.setdefault(base, 0)}")
            counts[base] += 1
            region = fitted(
                boxes[4 * number : 4 * number + 4].tolist(),
                runs[starts[number] : starts[number + 1]].tolist(),
                (height, width),
                self._repairs,
                name,
            )
            if region is None:
                continue
            plane = int(planes[number]) if number < len(planes) else None
            yield PiximiObject(
                id=free_id(old, self._ids, self._repairs, name),
                name=name,
                image_id=image_id,
                kind_id=kind.id,
                category_id=kind.unknown.id,
                partition="Inference",
                box=region[0],
                runs=region[1],
                plane=nearest_plane(plane, depth, self._repairs, name),
            )


def _names(found: Iterable[Any], repairs: Repairs) -> list[str]:
    """Return the names of the images that can be looked for, each once."""
    kept: dict[str, bool] = {}
    for raw in found:
        if not isinstance(raw, str) or raw in kept:
            repairs.note(
                Message("Images or objects listed twice, or without a name, were left out.")
            )
        elif not raw or {".", ".."} & set(raw.split("/")):
            repairs.note(Message("Images or objects whose name cannot be one were left out."), raw)
        else:
            kept[raw] = True
    return list(kept)


def _annotations(tree: Tree, repairs: Repairs) -> list[tuple[Any, Any, Any]]:
    """Return the image, the category and the id of each annotation."""
    found = tree.attributes("project/annotations") or {}
    names = ("image_id", "annotation_category_id", "annotation_id")
    columns = [listed(found.get(name)) for name in names]
    if len(set(map(len, columns))) > 1:
        repairs.note(Message("Annotations of which a part is not in the file were left out."))
    return list(zip(*columns, strict=False))


def _annotation_kinds(
    found: Mapping[str, Any], used: Collection[str], repairs: Repairs
) -> dict[str, PiximiKind]:
    """Return the kind that each category of annotations becomes; an unused Unknown becomes none."""
    rows = {
        old: plain_text(name, "objects")
        for old, name in zip(
            listed(found.get("category_id")), listed(found.get("name")), strict=False
        )
        if isinstance(old, str) and (old in used or not old.startswith("0"))
    }
    olds = list(rows)
    ids = {old: new_id() for old in olds}
    wanted = [IMAGE, *rows.values()]
    kinds = {
        "kind_id": [IMAGE, *ids.values()],
        "display_name": wanted,
        "unknown_category_id": [new_unknown_id() for _ in range(len(olds) + 1)],
    }
    categories = {
        "category_id": kinds["unknown_category_id"],
        "name": [UNKNOWN_NAME] * (len(olds) + 1),
        "color": ["#AAAAAA"] * (len(olds) + 1),
        "kind": kinds["kind_id"],
    }
    made = {kind.id: kind for kind in read_labels(kinds, categories, repairs).kinds}
    return {old: made[kind_id] for old, kind_id in ids.items()}


def _numbers(found: NDArray[Any]) -> NDArray[np.int64]:
    with np.errstate(invalid="ignore"):
        wide = np.nan_to_num(found.astype(np.float64), nan=-1, posinf=-1, neginf=-1).ravel()
    return np.rint(np.clip(wide, -(2.0**31), 2.0**31)).astype(np.int64)
