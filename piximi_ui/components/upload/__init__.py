"""The one way of files from the browser into a project: chosen, dropped or pasted, sent in lots.

It draws the buttons that choose, how far the files are, and what could not be sent. The sending
goes on while the page is drawn anew; it stops when the dialog is closed, and goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from piximi_core.project.database.store import Store
from piximi_ui.language.languages import language
from piximi_ui.language.texts import _, size
from piximi_ui.server.assets import component
from piximi_ui.server.uploads import most_bytes, upload_address

__all__ = ["Sent", "draw_upload", "sent_from"]


@dataclass(frozen=True)
class Sent:
    """What the browser reports.

    Attributes
    ----------
    upload
        The id of the upload that this is about.
    under_way
        Whether files are being sent at this moment.
    chosen, hidden, failed
        How many files were chosen, how many of those were left out because their names begin with
        a dot, and how many could not be sent.
    change
        Grows with everything that arrives: what was read before is out of date.
    taken_up, left_out
        An upload of an earlier page that the person wants to go on with, or wants no more; its id
        as the browser gives it, None mostly.
    """

    upload: str
    under_way: bool = False
    chosen: int = 0
    hidden: int = 0
    failed: int = 0
    change: int = 0
    taken_up: str | None = None
    left_out: str | None = None


def draw_upload(store: Store, upload_id: str, *, directory: bool, key: str) -> Sent:
    """Draw it; return what the browser last reported.

    Parameters
    ----------
    upload_id
        The upload that takes what is chosen now.
    directory
        Whether whole folders are chosen.
    """
    found = component("upload")(
        key=key,
        data={
            "address": upload_address(store),
            "upload": upload_id,
            "slot": store.folder.name,
            "directory": directory,
            "most": most_bytes(),
            "language": language(),
            "texts": _texts(),
        },
        default={"sent": None},
        on_sent_change=lambda: None,
        on_taken_up_change=lambda: None,
        on_left_out_change=lambda: None,
    )
    return replace(
        sent_from(found.sent, upload_id),
        taken_up=found.taken_up if isinstance(found.taken_up, str) else None,
        left_out=found.left_out if isinstance(found.left_out, str) else None,
    )


def sent_from(value: Any, upload_id: str) -> Sent:
    """Return a browser's report, as far as it is one; else that nothing was sent."""
    if not isinstance(value, dict) or value.get("upload") != upload_id:
        # Nothing yet, or of an upload whose files are being added by now.
        return Sent(upload_id)
    counts: dict[str, Any] = {}
    for name in ("chosen", "hidden", "failed", "change"):
        count = value.get(name, 0)
        counts[name] = count if type(count) is int and 0 <= count < 1 << 31 else 0
    return Sent(upload_id, under_way=value.get("under_way") is True, **counts)


def _texts() -> dict[str, Any]:
    return {
        "files": _("Choose files or zips"),
        "folder": _("Choose a folder"),
        "hint": _("or drop them anywhere on this page, or paste them (Ctrl+V, ⌘V)"),
        "sending": _("{done} of {all} files, {bytes} of {total}"),
        "stop": _("Stop"),
        "stopped": _("Stopped: {done} of {all} files have arrived."),
        "go_on": _("Go on"),
        "leave_out": _("Leave out"),
        "again": _("Send again"),
        "failed": [
            _("{n} file could not be sent:"),
            _("{n} files could not be sent:"),
        ],
        "more": _("and {n} more"),
        "unreadable": _(
            "could not be read: it was changed, moved or deleted meanwhile; choose it again"
        ),
        "large": _("is larger than {most}, which is as much as this dashboard takes").format(
            most=size(most_bytes())
        ),
        "refused": _("was refused"),
        "hidden": [
            _("{n} hidden file was left out: {names}"),
            _("{n} hidden files were left out: {names}"),
        ],
        "nothing": _("There are no files in it."),
        "away": _("No connection; it goes on by itself."),
        "full": _(
            "The disk of the dashboard is full: {needed} are needed. Free some space there, then "
            "go on; what has arrived is kept."
        ),
        "ended": _("This page is out of date. Reload it; what has arrived is kept."),
        "waiting": [
            _("{n} file of {size} had arrived before this page was loaded again."),
            _("{n} files of {size} had arrived before this page was loaded again."),
        ],
        "missing": _(
            "If others are missing, choose the same files or folder again: only those are sent."
        ),
    }
