"""Which program wrote a JSON file of annotations, told from what is inside."""

from __future__ import annotations

from typing import Any

__all__ = ["LIST", "sort_of_json"]

# What a file that is a list is called inside an object, see `read_json`.
LIST = "list"


def sort_of_json(content: dict[str, Any]) -> str | None:
    """Return the format of `registry.FORMATS` that a file has, None if it has none of them."""
    first = _first(content.get(LIST))
    if "features" in content or content.get("type") == "Feature" or first.get("type") == "Feature":
        return "geojson"
    if LIST in content:
        if isinstance(first.get("data"), dict):
            return "labelstudio"
        return "createml" if isinstance(first.get("annotations"), list) else None
    if isinstance(content.get("shapes"), list):
        return "labelme"
    if isinstance(content.get("data"), dict) and "annotations" in content:
        return "labelstudio"
    values = list(content.values())[:20]
    if "_via_img_metadata" in content or any(_is_via(value) for value in values):
        return "via"
    if "images" not in content:
        return None
    if "file_name" in _first(content["images"]):
        # Captions have no categories, and no objects.
        return "coco" if "categories" in content else None
    return "piximi" if "annotations" in content else None


def _is_via(value: Any) -> bool:
    return isinstance(value, dict) and "regions" in value and "filename" in value


def _first(value: Any) -> dict[str, Any]:
    first = value[0] if isinstance(value, list) and value else {}
    return first if isinstance(first, dict) else {}
