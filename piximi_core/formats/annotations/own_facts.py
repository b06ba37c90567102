"""What formats of others have no word for: kind, plane, name, and whether there is a label.

It stands beside each object in a member of our own, which those programs keep.
"""

from __future__ import annotations

from typing import Any

from piximi_core.formats.annotations.model import SetObject
from piximi_core.formats.annotations.plain_json import text_of, whole
from piximi_core.formats.annotations.shapes import Shape

__all__ = ["object_with", "own_facts"]


def own_facts(item: SetObject) -> dict[str, Any]:
    """Return the member for an object, as JSON takes it."""
    return {
        "kind": item.kind or "object",
        "labelled": item.category is not None,
        "plane": item.plane,
        "name": item.name or "",
    }


def object_with(facts: Any, image: str, shape: Shape, category: str | None) -> SetObject:
    """Return an object with what `own_facts` says of it; a file of others has no such member.

    Parameters
    ----------
    facts
        The member as it was read; anything but a dictionary says nothing.
    category
        The word that stands where the format has its class; it is none of an object without label.

    Raises
    ------
    BadInput
        The plane is no whole number.
    """
    told = facts if isinstance(facts, dict) else {}
    return SetObject(
        image=image,
        shape=shape,
        kind=text_of(told.get("kind")),
        category=category if told.get("labelled", True) else None,
        plane=whole(told.get("plane", 0)),
        name=text_of(told.get("name")),
    )
