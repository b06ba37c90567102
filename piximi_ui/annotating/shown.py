"""What the annotator shows of a project: the image at a place, and the kinds of objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.looks import look_of
from piximi_core.project.contents.things import ThingFilter, get_things
from piximi_core.project.database.store import Store
from piximi_ui.base.context import picture_channels
from piximi_ui.base.gallery_items import gallery_categories
from piximi_ui.components.annotator import ShownImage, ShownKind
from piximi_ui.images import queries
from piximi_ui.server.pictures import (
    levels_address,
    map_address,
    outlines_address,
    plane_address,
    progress_address,
    values_address,
)
from piximi_ui.server.pictures.making import draw_ahead

__all__ = ["draw_first", "find_image", "find_kinds", "image_order"]


def image_order(store: Store, chosen: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the images that one walks through: those chosen, or all as they were added."""
    everything = queries.ordered_ids(store, store.revision(), ThingFilter())
    if not chosen:
        return everything
    wanted = frozenset(chosen)
    return tuple(image_id for image_id in everything if image_id in wanted)


def find_image(
    store: Store, token: str, order: Callable[[], Sequence[str]]
) -> Callable[[str, int], ShownImage | None]:
    """Return what finds the image that stands so many places from another; it may be gone itself.

    Parameters
    ----------
    token
        The right to see the project's pictures.
    order
        The images that one walks through.
    """

    def image(image_id: str, by: int) -> ShownImage | None:
        ids = order()
        if not ids:
            return None
        at = ids.index(image_id) + by if image_id in ids else 0
        at = max(0, min(at, len(ids) - 1))
        found = get_things(store, [ids[at]])
        if not found:
            return None
        [thing] = found
        return ShownImage(
            id=thing.id,
            name=thing.name,
            plane=plane_address(token, thing.file_sha256, "{plane}"),
            levels=levels_address(token, thing.file_sha256),
            progress=progress_address(token, thing.file_sha256),
            outlines=outlines_address(token, thing.id, store.revision()),
            values=values_address(token, thing.file_sha256, "{plane}"),
            map=map_address(token, thing.file_sha256, "{plane}", "{sort}"),
            look=str(look_of(thing) or ""),
            channels=thing.channels,
            width=thing.width,
            height=thing.height,
            planes=thing.planes,
            place=at,
            total=len(ids),
            pixel=_pixel(thing.pixel_size),
            ahead=_ahead(store, token, ids[at + 1 : at + 2]),
            deepest=1.0 if "float" in thing.dtype else float(2**thing.bit_depth - 1),
        )

    return image


def draw_first(store: Store, image_id: str, order: Callable[[], Sequence[str]]) -> None:
    """Begin to draw the image that the page is about to show, while the browser still loads it."""
    ids = order()
    for thing in get_things(store, [image_id if image_id in ids else ids[0]] if ids else []):
        if not look_of(thing):
            draw_ahead(store.folder, thing.file_sha256, picture_channels(store))


def _ahead(store: Store, token: str, next_ids: Sequence[str]) -> dict[str, Any] | None:
    """Return where the next image's picture is, so that the browser has it before one turns."""
    found = get_things(store, next_ids)
    if not found:
        return None
    [thing] = found
    return {
        "plane": plane_address(token, thing.file_sha256, "{plane}"),
        "look": str(look_of(thing) or ""),
        "channels": thing.channels,
        "planes": thing.planes,
    }


def _pixel(size: Mapping[str, Any] | None) -> dict[str, float | str] | None:
    """Return width and height of a pixel and their unit as the browser writes them."""
    if not size or not size.get("x"):
        return None
    x, y = float(size["x"]), float(size.get("y") or size["x"])
    return {"x": x, "y": y, "unit": str(size.get("unit") or "µm")}


def find_kinds(store: Store) -> list[ShownKind]:
    """Return the kinds of objects that are not hidden, with their categories."""
    return [
        ShownKind(
            kind.id,
            kind.name,
            [(c.id, c.name, c.color) for c in gallery_categories(store, kind.id)],
        )
        for kind in list_kinds(store)
        if not kind.is_image and not kind.hidden
    ]
