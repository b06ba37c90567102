"""The gallery's words. ``{n}`` and the like are filled in by the browser."""

from __future__ import annotations

__all__ = ["TEXTS"]

TEXTS = {
    "gallery": "Images",
    "empty": "No images here yet.",
    "selected": "{n} selected",
    "range": "{first}–{last} of {total}",
    "page": "Page {page} of {pages}",
    "first_page": "First page",
    "previous_page": "Previous page",
    "next_page": "Next page",
    "last_page": "Last page",
    "size": "Thumbnail size",
    "select_page": "Select page",
    "select_page_tip": "Select every image on this page (Ctrl+A)",
    "clear": "Deselect",
    "clear_tip": "Deselect everything (Esc)",
    "delete": "Delete",
    "delete_tip": "Delete the selected images (Delete)",
    "all_on_page": "All {n} on this page are selected.",
    "select_all": "Select all {total}",
    "unsaved": "{n} not yet saved",
    "unsaved_tip": "These actions wait for the server and are sent again until it has them.",
    "label_as": "Label as",
    "label_tip": "Label the selected images “{name}” (hold Shift and type {index})",
    "label_hint": "Select images, then click a category – or hold Shift and type its number.",
    "nothing_selected": "Select images first",
    "no_category": "No category {index}",
    "choose_category": "Type a category's number",
    "predicted": "Predicted {name}, {confidence} %",
    "prediction_tip": "Prediction, not a label: {name}, {confidence} %",
    "labelled": "Labelled {name}",
    "unlabelled": "Not labelled",
    "channels": "{n} channels",
    "one_channel": "1 channel",
    "planes": "{n} planes",
    "bits": "{n} bit",
    "broken": "This picture cannot be shown",
}
