"""What annotation files say, whatever their format: images, kinds, categories, objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from piximi_core.annotation.regions import Region
from piximi_core.errors import short_enough
from piximi_core.formats.annotations.shapes import Shape
from piximi_core.formats.annotations.stacks import StackPlace
from piximi_core.vocabulary import UNKNOWN_NAME

__all__ = [
    "AnnotatedImage",
    "AnnotationSet",
    "ObjectCategory",
    "ObjectKind",
    "Problem",
    "SetObject",
]


@dataclass(frozen=True)
class Problem:
    """Something that was left out or mended: which object or file, and why.

    Values in the reason that are too long to be read are cut.
    """

    what: str
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", short_enough(self.reason))


@dataclass(frozen=True)
class AnnotatedImage:
    """An image that a file speaks of; sizes are None where the file does not tell.

    Attributes
    ----------
    name
        A file name, or only its stem.
    told
        Whether the file says the name; else the name is only that of the whole file.
    also
        By what else it may be found where its name fits none, or several.
    path, within
        Of an image of the project: where it came from, as in `matching.KnownImage`.
    """

    name: str
    width: int | None = None
    height: int | None = None
    planes: int | None = None
    channels: int | None = None
    id: str | None = None
    told: bool = True
    also: tuple[str, ...] = ()
    path: str | None = None
    within: str = ""


@dataclass(frozen=True)
class ObjectKind:
    """A sort of objects, such as "nucleus"; the ids are Piximi's."""

    name: str
    id: str | None = None
    unknown_id: str | None = None


@dataclass(frozen=True)
class ObjectCategory:
    """A class within a kind."""

    name: str
    kind: str
    color: str | None = None
    id: str | None = None


@dataclass(frozen=True)
class SetObject:
    """One object.

    Attributes
    ----------
    image
        Name of its image, as in the set's images.
    kind, category
        None where the file does not say.
    shape
        Where it is; what is written is always a `Region`.
    crowd
        Whether it stands for many that touch (COCO).
    place
        Where it lies in the pages of its file (ImageJ), which tells the plane better.
    """

    image: str
    shape: Shape
    kind: str | None = None
    category: str | None = None
    plane: int = 0
    name: str | None = None
    partition: str | None = None
    crowd: bool = False
    id: str | None = None
    place: StackPlace | None = None

    @property
    def region(self) -> Region:
        """Its pixels; only of an object that is to be written, where they are known."""
        if not isinstance(self.shape, Region):
            raise TypeError("Only regions are written.")
        return self.shape


@dataclass
class AnnotationSet:
    """All that one file (or one zip of files) says.

    Attributes
    ----------
    skipped, repaired
        What could not be used, and what could after it was mended.
    """

    images: list[AnnotatedImage] = field(default_factory=list)
    objects: list[SetObject] = field(default_factory=list)
    kinds: list[ObjectKind] = field(default_factory=list)
    categories: list[ObjectCategory] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    repaired: list[Problem] = field(default_factory=list)
    project: str = "annotations"

    def by_image(self) -> dict[str, list[SetObject]]:
        """Return the objects of each image; images without any have an empty list."""
        found: dict[str, list[SetObject]] = {image.name: [] for image in self.images}
        for item in self.objects:
            found.setdefault(item.image, []).append(item)
        return found

    def colors(self) -> Mapping[tuple[str, str], str]:
        """Return the colour of each (kind, category) that has one."""
        return {(c.kind, c.name): c.color for c in self.categories if c.color}

    def category_names(self) -> list[str]:
        """Return the names of the categories of all kinds, each once, in their order."""
        return list(dict.fromkeys(_names(self)))


def _names(found: AnnotationSet) -> Iterable[str]:
    for category in found.categories:
        yield category.name
    for item in found.objects:
        yield item.category or UNKNOWN_NAME
