"""The words and keys of what stands beside the drawing."""

from __future__ import annotations

from piximi_ui.components.gallery import Shortcut
from piximi_ui.language.texts import _

__all__ = ["notes_shortcuts", "notes_texts"]


def notes_texts() -> dict[str, str]:
    """Return the words by the names that the browser's side knows them by."""
    return {
        "lock": _("Lock"),
        "unlock": _("Unlock"),
        "lock_tip": _("Nothing changes the outline of a locked object (K)"),
        "lock_kind": _("Lock all"),
        "unlock_kind": _("Unlock all"),
        "lock_kind_tip": _("Lock all objects of this kind, in every image"),
        "unlock_kind_tip": _("Unlock all objects of this kind, in every image"),
        "locked": _("Locked"),
        "comment": _("Comment"),
        "comment_tip": _("A comment on the selected object; Enter saves it (W)"),
        "done": _("Done"),
        "done_tip": _("All there is on this image is drawn (Shift+Enter)"),
        "finished": _("{n} of {total} done"),
        "lacking_done": _("Next not done"),
        "lacking_done_tip": _("The next image that is not done (N)"),
        "lacking_objects": _("Next empty"),
        "lacking_objects_tip": _("The next image without objects (Shift+N)"),
        "no_lacking_done": _("There is no other image that is not done."),
        "no_lacking_objects": _("There is no other image without objects."),
        "strip": _("Images"),
        "complete": _("Complete"),
        "complete_tip": _("Drag a box in which every object of this kind is drawn (G)"),
        "complete_here": _("Complete: {width} × {height} px"),
        "incomplete_tip": _("This region is not complete"),
        "kind_first": _("Choose first what you draw."),
        "quality": _("What stands out"),
        "quality_tip": _("Select them"),
    }


def notes_shortcuts() -> tuple[Shortcut, ...]:
    """Return the keys, the most used first."""
    return (
        Shortcut(("Shift+Enter",), _("This image is done, or is not")),
        Shortcut(("N", "Shift+N"), _("Next image that is not done, or has no objects")),
        Shortcut(("K", "W"), _("Lock or unlock the selected objects; comment on one")),
        Shortcut(("G",), _("Mark a region in which every object is drawn")),
    )
