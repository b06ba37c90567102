"""What the annotator's two halves say to each other, free of Streamlit and of the browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from piximi_core.annotation.tools.combining import Mode, Overlap

__all__ = ["Edit", "ShownImage", "ShownKind", "Stroke", "Tool", "read_stroke"]

Tool = Literal[
    "rectangle",
    "ellipse",
    "polygon",
    "lasso",
    "magnetic",
    "quick",
    "pen",
    "color",
    "threshold",
    "point",
    "smart_box",
    "smart_click",
]
Edit = Literal[
    "fill", "largest", "smooth", "grow", "shrink", "move", "split", "merge", "copy", "interpolate"
]
_LONGEST_PATH = 50_000

Coordinate = Annotated[float, Field(allow_inf_nan=False, ge=-1e7, le=1e7)]
Point = tuple[Coordinate, Coordinate]
Name = Annotated[str, Field(max_length=300)]


class Stroke(BaseModel):
    """One confirmed stroke, or one edit of objects that are there.

    Attributes
    ----------
    image, plane
        What was drawn on.
    ids
        The objects that it changes; none for a new one.
    object
        The id that a new object is to have.
    kind, new_kind, category, new_category
        Of a new object: the id of its kind, or the name of one to be made; the same of a category.
    tool, mode, edit
        What was drawn with, how that meets the object; or what is to be done to it.
    points
        ``(x, y)`` in pixels of the image, (0, 0) its upper left corner.
    outside
        Points that a smart click is to leave out.
    radius, size
        Of the brush, and about that of a superpixel, in pixels.
    tolerance, level
        Of the flood, and of the threshold (None to propose one), in the values of the file.
    view, channels
        What of the image is in sight, ``(x1, y1, x2, y2)``, and by which channels; none for all.
    choice
        Which of the candidates of a smart tool.
    network
        The network that is to answer a smart tool; empty for the classical way.
    amount
        How many pixels an object grows or shrinks, or over how many planes it is copied.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Literal["draw", "edit"]
    uid: Annotated[str, Field(min_length=1, max_length=64)]
    image: Name
    plane: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    ids: Annotated[tuple[Name, ...], Field(max_length=100_000)] = ()
    object: Annotated[str, Field(max_length=64)] = ""
    kind: Name = ""
    new_kind: Name = ""
    category: Name | None = None
    new_category: Name = ""
    tool: Tool = "polygon"
    mode: Mode = "new"
    edit: Edit = "fill"
    overlap: Overlap = "allow"
    points: Annotated[tuple[Point, ...], Field(max_length=_LONGEST_PATH)] = ()
    outside: Annotated[tuple[Point, ...], Field(max_length=1_000)] = ()
    radius: Annotated[float, Field(gt=0, le=5_000)] = 5.0
    size: Annotated[float, Field(gt=0, le=1_000)] = 24.0
    tolerance: Annotated[float, Field(ge=0, le=1e12)] = 1.0
    level: Annotated[float, Field(allow_inf_nan=False)] | None = None
    view: tuple[Coordinate, Coordinate, Coordinate, Coordinate] = (0, 0, 1e7, 1e7)
    channels: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=1_000)] = ()
    choice: Annotated[int, Field(ge=0, le=2)] = 0
    network: Name = ""
    amount: Annotated[int, Field(ge=-1_000, le=1_000)] = 1

    @model_validator(mode="after")
    def _whole(self) -> Stroke:
        if self.type == "draw" and self.mode == "new" and not self.object:
            raise ValueError("a new object needs an id")
        if (self.type == "edit" or self.mode != "new") and not self.ids:
            raise ValueError("nothing is selected")
        return self


def read_stroke(raw: object) -> Stroke | None:
    """Return a stroke from the browser's JSON; None for anything malformed."""
    try:
        return Stroke.model_validate(raw)
    except ValidationError:
        return None


@dataclass(frozen=True)
class ShownImage:
    """The image that is drawn on.

    Attributes
    ----------
    plane, levels, outlines, progress
        Addresses, as of `viewer.ViewerImage`.
    values, map
        Addresses of native values and of maps, with places for ``{plane}`` and ``{sort}``.
    pixel
        How large a pixel is, ``{"x": width, "y": height, "unit": their unit}``; None if the file
        does not say.
    look, channels
        The look kept for it in its short form, empty for the file's own; how many channels it has.
    place, total
        Where it stands among the images that are walked through, from 0, and how many those are.
    deepest
        The largest value that its pixels can have; 1.0 for float.
    ahead
        Of the next image: ``plane``, ``look``, ``channels`` and ``planes``, as here.
    """

    id: str
    name: str
    plane: str
    levels: str
    outlines: str
    values: str
    map: str
    look: str
    channels: int
    width: int
    height: int
    planes: int
    place: int
    total: int
    deepest: float
    pixel: Mapping[str, float | str] | None = None
    progress: str = ""
    ahead: Mapping[str, Any] | None = None

    def to_data(self) -> dict[str, Any]:
        """Build its JSON."""
        return asdict(self)


@dataclass(frozen=True)
class ShownKind:
    """A kind of objects, with its categories, Unknown first: ids, names and colours."""

    id: str
    name: str
    categories: Sequence[tuple[str, str, str]]

    def to_data(self) -> dict[str, Any]:
        """Build its JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "categories": [
                {"id": id_, "name": name, "color": color} for id_, name, color in self.categories
            ],
        }
