"""The gallery's words. ``{n}`` and the like are filled in by the browser."""

from __future__ import annotations

from piximi_ui.texts import _

__all__ = ["gallery_texts"]


def gallery_texts() -> dict[str, str]:
    """Return the words by the names that the browser's side knows them by."""
    return {
        "gallery": _("Images"),
        "empty": _("No images here yet."),
        "selected": _("{n} selected"),
        "range": _("{first}–{last} of {total}"),
        "page": _("Page {page} of {pages}"),
        "first_page": _("First page"),
        "previous_page": _("Previous page"),
        "next_page": _("Next page"),
        "last_page": _("Last page"),
        "size": _("Thumbnail size"),
        "select_page": _("Select page"),
        "select_page_tip": _("Select every image on this page (Ctrl+A)"),
        "clear": _("Deselect"),
        "clear_tip": _("Deselect everything (Esc)"),
        "delete": _("Delete"),
        "delete_tip": _("Delete the selected images (Delete)"),
        "all_on_page": _("All {n} on this page are selected."),
        "select_all": _("Select all {total}"),
        "unsaved": _("{n} not yet saved"),
        "unsaved_tip": _("These actions wait for the server and are sent again until it has them."),
        "label_as": _("Label as"),
        "label_tip": _("Label the selected images “{name}” (hold Shift and type {index})"),
        "label_hint": _(
            "Select images, then click a category – or hold Shift and type its number."
        ),
        "nothing_selected": _("Select images first"),
        "no_category": _("No category {index}"),
        "choose_category": _("Type a category's number"),
        "predicted": _("Predicted {name}, {confidence} %"),
        "prediction_tip": _("Prediction, not a label: {name}, {confidence} %"),
        "labelled": _("Labelled {name}"),
        "unlabelled": _("Not labelled"),
        "channels": _("{n} channels"),
        "one_channel": _("1 channel"),
        "planes": _("{n} planes"),
        "bits": _("{n} bit"),
        "broken": _("This picture cannot be shown"),
    }
