"""What browser and desk say to each other of proposals, free of Streamlit and of the browser."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from piximi_core.annotation.tools.proposing import Method, Tone

__all__ = ["Answer", "Look", "Sought", "read_answer", "read_look"]

Name = Annotated[str, Field(max_length=300)]
Coordinate = Annotated[float, Field(allow_inf_nan=False, ge=-1e7, le=1e7)]


class Sought(BaseModel):
    """What is looked for, and where.

    Attributes
    ----------
    image, plane
        What is looked at.
    kind, new_kind
        The id of the objects' kind, or the name of one to be made; both empty while none is chosen.
    diameter
        In pixels; None to have one proposed.
    method, tone
        As of `annotation.tools.proposing.Wanted`.
    channels
        Those that are shown; none for all.
    view
        What of the image is in sight, ``(x1, y1, x2, y2)`` in its pixels.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    image: Name
    plane: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    kind: Name = ""
    new_kind: Name = ""
    diameter: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] | None = None
    method: Method = "outlines"
    tone: Tone = "auto"
    channels: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(max_length=1_000)] = ()
    view: tuple[Coordinate, Coordinate, Coordinate, Coordinate] = (0, 0, 1e7, 1e7)


class Look(Sought):
    """A question that changes nothing.

    Attributes
    ----------
    ask
        ``look`` for what would be proposed, ``stored`` for what is.
    """

    ask: Literal["look", "stored"]


class Answer(Sought):
    """What a person does with proposals, or has proposed.

    Attributes
    ----------
    ids
        Those that are accepted or rejected.
    category
        What the accepted ones are labelled; None for no label.
    """

    type: Literal["propose", "propose_many", "accept_proposals", "reject_proposals"]
    uid: Annotated[str, Field(min_length=1, max_length=64)]
    ids: Annotated[tuple[Name, ...], Field(max_length=100_000)] = ()
    category: Name | None = None


def read_look(raw: object) -> Look | None:
    """Return a question from the browser's JSON; None for anything malformed."""
    try:
        return Look.model_validate(raw)
    except ValidationError:
        return None


def read_answer(raw: object) -> Answer | None:
    """Return an answer from the browser's JSON; None for anything malformed."""
    try:
        return Answer.model_validate(raw)
    except ValidationError:
        return None
