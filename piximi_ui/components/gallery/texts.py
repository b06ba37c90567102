"""The gallery's words. ``{n}`` and the like are filled in by the browser."""

from __future__ import annotations

from piximi_core.vocabulary import PARTITIONS
from piximi_ui.language.glossary import partition_name
from piximi_ui.language.languages import language
from piximi_ui.language.texts import _

__all__ = ["gallery_texts", "partition_names"]


def gallery_texts() -> dict[str, str]:
    """Return the words by the names that the browser's side knows them by."""
    return {"language": language(), **_bars(), **_labelling(), **_facts()}


def partition_names() -> dict[str, str]:
    """Return the partitions' words by their names."""
    return {partition: partition_name(partition) for partition in PARTITIONS}


def _bars() -> dict[str, str]:
    return {
        "gallery": _("Images"),
        "empty": _("No images here yet."),
        "show_all": "",
        "all_categories": _("All categories"),
        "only_tip": _("Show only {name}"),
        "not_only_tip": _("No longer only {name}"),
        "broken": _("Cannot be shown"),
        "selected": _("{n} selected"),
        "selected_of": _("{n} of {total} selected"),
        "selected_elsewhere": _("{n} selected, {m} of them on other pages"),
        "range": _("{first}–{last} of {total}"),
        "page": _("Page {page} of {pages}"),
        "first_page": _("First page"),
        "previous_page": _("Previous page"),
        "next_page": _("Next page"),
        "last_page": _("Last page"),
        "size": _("Thumbnail size"),
        "outlines": _("Outlines"),
        "outlines_tip": _("Draw the outlines of objects over the images, coloured as labelled"),
        "select_page": _("Select page"),
        "select_page_tip": _("Select every image on this page (Ctrl+A)"),
        "select_shown": _("Select all shown"),
        "select_shown_tip": _("Select every image that is shown (Ctrl+A)"),
        "select_all": _("Select all {total}"),
        "select_all_tip": _("Select the images of all pages (Ctrl+A twice)"),
        "clear": _("Deselect"),
        "clear_tip": _("Deselect everything (Esc)"),
        "open": _("Open"),
        "open_tip": _("Open the selected image in full size (Enter)"),
        "accept": _("Accept"),
        "accept_tip": _("Make the predictions of what is selected your labels (A)"),
        "reject": _("Reject"),
        "reject_tip": _("Take the predictions of what is selected away; labels stay (R)"),
        "delete": _("Delete"),
        "delete_tip": _("Delete the selected images (Delete)"),
        "unsaved": _("{n} not yet saved"),
        "unsaved_tip": _("These actions wait for the server and are sent again until it has them."),
        "saved": _("Saved"),
        "offline": _("No connection"),
        "offline_tip": _(
            "Go on: what you do is kept here and saved as soon as the server answers."
        ),
    }


def _labelling() -> dict[str, str]:
    return {
        "label_as": _("Label as"),
        "label_tip": _("Label the selected images “{name}” ({index})"),
        "label_hint": _("Select an image, then press the key of its category, or click it."),
        "nothing_selected": _("Select images first"),
        "no_category": _("No category {index}"),
        "at_work": _("What you asked for before is still being done: press again in a moment"),
        "coming": _("The next picture is on its way"),
        "first": _("This is the first one"),
        "last": _("That was the last one"),
        "go_on": _("Go on to the next"),
        "go_on_tip": _("After a label, the next picture is selected"),
        "choose_category": _("Type a category's number"),
        "find": _("Find a category"),
        "find_open": _("Find…"),
        "make_open": _("New category…"),
        "find_key": "C",
        "find_tip": _("Find or create a category by its name, then label (C)"),
        "find_or_create": _("Find or create a category"),
        "find_none": _("No category has this name"),
        "create": _("Create “{name}”"),
    }


def _facts() -> dict[str, str]:
    return {
        "name": _("Name"),
        "label": _("Label"),
        "label_by": _("{name}, by {who}"),
        "unlabelled": _("Not labelled"),
        "prediction": _("Predicted"),
        "dimensions": _("Size"),
        "channels": _("Channels"),
        "planes": _("Planes"),
        "depth": _("Depth"),
        "bits": _("{n} bit"),
        "pixel_size": _("Pixel size"),
        "partition": _("Partition"),
    }
