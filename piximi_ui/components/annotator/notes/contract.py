"""What the browser says of objects and images, other than by drawing them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError, model_validator

__all__ = ["Note", "read_note"]

_Name = Annotated[str, Field(max_length=300)]
_Coordinate = Annotated[float, Field(allow_inf_nan=False, ge=-1e7, le=1e7)]


class Note(BaseModel):
    """One thing that a person noted.

    Attributes
    ----------
    type
        ``lock`` of objects, ``lock_kind`` of all of a kind, ``comment`` on an object, ``done`` of
        an image, ``complete`` of a new region, ``incomplete`` of regions that are there.
    ids
        The objects or regions that it is about.
    on
        Whether it is so from now on; False takes it back.
    text
        The comment. What is too long is refused in words, far too long is nothing a person typed.
    box
        Of a region, ``(x1, y1, x2, y2)`` in pixels of the image, as it was drawn.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Literal["lock", "lock_kind", "comment", "done", "complete", "incomplete"]
    uid: Annotated[str, Field(min_length=1, max_length=64)]
    image: _Name = ""
    plane: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    ids: Annotated[tuple[_Name, ...], Field(max_length=100_000)] = ()
    kind: _Name = ""
    on: StrictBool = True
    text: Annotated[str, Field(max_length=100_000)] = ""
    box: tuple[_Coordinate, _Coordinate, _Coordinate, _Coordinate] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Note:
        if self.type in ("lock", "comment", "incomplete") and not self.ids:
            raise ValueError("nothing is named")
        if self.type == "complete" and self.box is None:
            raise ValueError("a region needs a box")
        return self


def read_note(raw: object) -> Note | None:
    """Return a note from the browser's JSON; None for anything malformed."""
    try:
        return Note.model_validate(raw)
    except ValidationError:
        return None
