"""The viewer's words. ``{n}`` and the like are filled in by the browser."""

from __future__ import annotations

from piximi_ui.components.gallery import gallery_texts
from piximi_ui.language.texts import _

__all__ = ["channel_texts", "viewer_texts"]


def viewer_texts(images: int) -> dict[str, str]:
    """Return the words by the names that the browser's side knows them by."""
    return {
        **gallery_texts(),
        **channel_texts(),
        "label_tip": _("Label it “{name}” ({index})"),
        "accept_tip": _("Make its prediction your label (A)"),
        "reject_tip": _("Take its prediction away; a label stays (R)"),
        "place": _("{n} of {total}"),
        "objects": _("Objects · {n}"),
        "objects_tip": _("Show or hide the outlines (O); a click on one selects that object"),
        "fit_tip": _("Fit the image into the window (F)"),
        "whole_tip": _("One pixel of the image for each of the screen (Z)"),
        "previous": _("Previous image (left arrow)"),
        "next": _("Next image (right arrow)"),
        "zoom_in": _("Zoom in (+)"),
        "zoom_out": _("Zoom out (-)"),
        "fit": _("Fit"),
        "plane": _("Plane {n} of {total}"),
        "sampled": _("A big image: each {n}th pixel of each {n}th row was counted."),
        "keep": _("Keep for this image") if images == 1 else _("Keep for both images"),
        "keep_tip": _("Keep these colours and ranges in the project, also for the thumbnail"),
        "all": _("Apply to all images"),
        "all_tip": _("Show every image with these colours and ranges; Undo takes it back"),
        "annotate": _("Annotate"),
        "annotate_selected": _("Annotate selected ({n})"),
        "annotate_tip": _("Draw the objects in it, or correct those that are there (D)"),
        "unlabelled": _("Not labelled"),
        "predicted": _("Predicted {name}, {confidence}"),
        "predicted_only": _("Predicted {name}"),
        "broken": _("This picture cannot be shown"),
        "preparing": _("This large image is made ready once: {percent} %"),
    }


def channel_texts() -> dict[str, str]:
    """Return the words beside an image's channels."""
    return {
        "channel": _("Channel {n}"),
        "color": _("colour"),
        "low": _("shown as black"),
        "high": _("shown as full colour"),
        "auto": _("Auto"),
        "auto_tip": _("Leave out the few darkest and brightest pixels"),
        "reset": _("Reset"),
        "reset_tip": _("Show the image as its file asks"),
    }
