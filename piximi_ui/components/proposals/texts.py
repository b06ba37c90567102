"""The words about proposals. ``{n}`` and the like are filled in by the browser."""

from __future__ import annotations

from piximi_ui.components.gallery import Shortcut
from piximi_ui.language.texts import _

__all__ = ["proposal_shortcuts", "proposal_texts"]


def proposal_texts() -> dict[str, str]:
    """Return the words by the names that the browser's side knows them by."""
    return {
        "review": _("Review"),
        "review_tip": _(
            "Paint over proposals: they are accepted, with Ctrl rejected; Shift drags a box (A)"
        ),
        "propose_first": _("Nothing is proposed here; press Shift+G to look for objects."),
        "propose_title": _("Propose objects"),
        "propose_title_tip": _("Have objects found, then accept or reject them (Shift+G)"),
        "propose_diameter": _("Diameter {n} px"),
        "propose_size": _("Diameter: move to look for objects"),
        "propose_method": _("Find"),
        "propose_outlines": _("whole objects"),
        "propose_spots": _("small round spots"),
        "propose_tone": _("They are"),
        "propose_auto": _("bright or dark: find out"),
        "propose_bright": _("brighter than around them"),
        "propose_dark": _("darker than around them"),
        "propose_looking": _("Looking …"),
        "propose_none": _("Nothing found that is not drawn already"),
        "propose_one": _("1 object found"),
        "propose_found": _("{n} objects found"),
        "propose_in_part": _("{n} found in the part in sight"),
        "propose_failed": _("No answer; move the slider to ask again"),
        "propose_begin": _("Look"),
        "propose_begin_tip": _("Look for objects of this diameter"),
        "propose_do": _("Propose"),
        "propose_do_tip": _("Keep these as proposals, dashed, until you answer them (Enter)"),
        "propose_many": _("On {n} images …"),
        "propose_many_tip": _("Propose on all images that you walk through here, as a job"),
        "propose_many_sure": _(
            "Propose on {n} images? Earlier proposals of this kind make way; what is drawn stays."
        ),
        "propose_many_do": _("Start"),
        "propose_cancel": _("Cancel"),
        "proposals_one": _("1 proposal here"),
        "proposals": _("{n} proposals here"),
        "accept_view": _("Accept in view"),
        "accept_view_tip": _("Accept all proposals in sight (Shift+A)"),
        "reject_view": _("Reject in view"),
        "reject_view_tip": _("Reject all proposals in sight (Shift+X)"),
        "accept_all": _("Accept all"),
        "accept_all_tip": _("Accept all proposals of this kind in this image"),
        "reject_all": _("Reject all"),
        "reject_all_tip": _("Reject all proposals of this kind in this image"),
    }


def proposal_shortcuts() -> tuple[Shortcut, ...]:
    """Return the keys for proposals."""
    return (
        Shortcut(("Shift+G", "Enter"), _("Look for objects; propose what is shown")),
        Shortcut(("A",), _("Paint over proposals to accept them; with Ctrl held, reject")),
        Shortcut(("Shift+A", "Shift+X"), _("Accept or reject all proposals in sight")),
    )
