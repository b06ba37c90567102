"""Things of the project as the gallery shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from piximi_core.messages import word
from piximi_core.project.contents.categories import Category, list_categories
from piximi_core.project.contents.looks import look_of
from piximi_core.project.contents.things import Thing
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND, UNKNOWN_COLOR
from piximi_ui.base.class_titles import titled
from piximi_ui.components.gallery import (
    GalleryCategory,
    GalleryItem,
    GalleryPrediction,
    GalleryRevision,
)
from piximi_ui.language.texts import _, number, percent, told
from piximi_ui.server.pictures import object_address, revision_address, thumb_address
from piximi_ui.server.pictures.making import ObjectForm

__all__ = [
    "gallery_categories",
    "gallery_items",
    "gallery_revision",
    "gallery_words",
    "pixel_size_in_words",
    "text_id",
    "thumbnail_of",
]


def gallery_categories(store: Store, kind_id: str = IMAGE_KIND) -> list[GalleryCategory]:
    """Return the kind's categories, Unknown first."""
    return [
        GalleryCategory(c.id, told(word(c.name)) if c.is_unknown else c.name, c.color)
        for c in list_categories(store, kind_id)
    ]


def gallery_items(
    things: Sequence[Thing],
    categories: Sequence[GalleryCategory | Category],
    said: Mapping[str, GalleryPrediction] | None = None,
    *,
    token: str,
    alone: bool = False,
) -> list[GalleryItem]:
    """Return the tiles of some things, in their order.

    Parameters
    ----------
    said
        Predictions by thing id, in place of those kept in the project.
    token
        The right to see the project's pictures, of `picture_token`.
    alone
        Show objects without what is around them in their boxes.
    """
    place = {category.id: number for number, category in enumerate(categories)}
    return [
        GalleryItem(
            id=thing.id,
            name=thing.name,
            thumb=thumbnail_of(token, thing, alone=alone),
            category=place.get(thing.category_id, 0),
            labelled=thing.is_labelled,
            prediction=(_prediction(thing, categories) if said is None else said.get(thing.id)),
            partition=thing.partition,
            width=thing.width,
            height=thing.height,
            channels=thing.channels,
            planes=thing.planes,
            bit_depth=thing.bit_depth,
            pixel_size=pixel_size_in_words(thing),
            labelled_by=thing.labelled_by or "",
        )
        for thing in things
    ]


def gallery_words(kind_id: str) -> dict[str, str]:
    """Return the gallery's words where they differ from those about images."""
    if kind_id == IMAGE_KIND:
        return {}
    return {
        "gallery": _("Objects"),
        "empty": _("No objects here yet."),
        "select_page_tip": _("Select every object on this page (Ctrl+A)"),
        "select_shown_tip": _("Select every object that is shown (Ctrl+A)"),
        "select_all_tip": _("Select the objects of all pages (Ctrl+A twice)"),
        "open_tip": _("Open the selected object in full size (Enter)"),
        "delete_tip": _("Delete the selected objects (Delete)"),
        "label_tip": _("Label the selected objects “{name}” ({index})"),
        "label_hint": _("Select an object, then press the key of its category, or click it."),
        "nothing_selected": _("Select objects first"),
    }


def thumbnail_of(token: str, thing: Thing, *, alone: bool = False) -> str:
    """Return the address of a thing's small picture."""
    look = look_of(thing)
    if thing.box is None:
        return thumb_address(token, thing.file_sha256, look)
    form: ObjectForm = "thumb-alone" if alone else "thumb"
    return object_address(token, thing.id, thing.view, form, look)


def gallery_revision(token: str, revision: int) -> GalleryRevision:
    """Return what makes a gallery follow changes from elsewhere; ask before the items are read.

    Parameters
    ----------
    token
        Of `picture_token`.
    revision
        The project's, before the items are read.
    """
    return GalleryRevision(revision_address(token), revision, str(revision))


def text_id(text: str) -> str:
    """Return a short name for a text, another for every other."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def pixel_size_in_words(thing: Thing) -> str:
    """Return the edges of a pixel, x first, those that the file told."""
    size = thing.pixel_size or {}
    edges = [number(size[axis], 4) for axis in ("x", "y", "z") if size.get(axis)]
    return f"{' × '.join(edges)} {size.get('unit') or ''}".strip() if edges else ""


def _prediction(
    thing: Thing, categories: Sequence[GalleryCategory | Category]
) -> GalleryPrediction | None:
    found = thing.prediction
    if found is None:
        return None
    shown = percent(found.confidence) if found.confidence else ""
    for category in categories:
        if category.id == found.category_id:
            name = titled(category.name, found.class_name)
            return GalleryPrediction(name, category.color, shown)
    # Its category was deleted since; the run still knows what it was called.
    return GalleryPrediction(found.class_name, UNKNOWN_COLOR, shown)
