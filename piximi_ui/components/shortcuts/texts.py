"""The words around keys that can be changed; the browser fills in ``{key}`` and the like."""

from __future__ import annotations

from piximi_ui.language.languages import language
from piximi_ui.language.texts import _

__all__ = ["shortcuts_texts"]


def shortcuts_texts() -> dict[str, str]:
    """Return the words by the names that the browser's side knows them by."""
    return {
        "language": language(),
        "title": _("While drawing objects"),
        "change": _("Change"),
        "change_tip": _("Give “{does}” another key"),
        "press": _("Press the new key; Esc leaves it as it is"),
        "reset": _("As at first"),
        "reset_tip": _("Give every action the key that it had at first"),
        "was_reset": _("All keys are as at first."),
        "changed": _("{does}: {key}"),
        "taken": _("{key} is the key of “{does}”."),
        "swap": _("Swap the two"),
        "cancel": _("Cancel"),
        "refused": _(
            "This key cannot be given: digits, Space, Enter, Esc, Tab, ? and keys with Ctrl or Alt "
            "stay as they are."
        ),
        "fixed": _("These stay as they are"),
    }
