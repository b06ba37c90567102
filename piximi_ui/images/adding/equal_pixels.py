"""What an import brought that was there already, pixel by pixel, in another file."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from piximi_core.jobs.applying import added_things
from piximi_core.jobs.folder import Job
from piximi_core.project.contents.equal_pixels import find_equal
from piximi_core.project.database.store import Store
from piximi_core.services.importing.equal_images import CopiesLeftOut, leave_out_copies
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.images.adding.folded_table import draw_folded
from piximi_ui.language.texts import _, plural, told

__all__ = ["draw"]


def draw(store: Store, job: Job, rows: Sequence[tuple[str, str]]) -> None:
    """List the new images of equal pixels, and offer to leave them out.

    Parameters
    ----------
    rows
        What the import said of them: name and reason.
    """
    if not rows:
        return
    label = plural(
        "{n} image has the same pixels as another one",
        "{n} images have the same pixels as another one",
        len(rows),
    )
    shown = [{"file": str(name), "reason": told(str(why))} for name, why in rows]
    columns = {
        "file": st.column_config.TextColumn(_("File")),
        "reason": st.column_config.TextColumn(_("Reason"), width="large"),
    }
    with draw_folded(shown, columns, key=f"outcome-equal-{job.id}", label=label):
        _offer(store, job)


def _offer(store: Store, job: Job) -> None:
    new = set(added_things(job))
    copies = [copy for equal in find_equal(store) for copy in equal.ids[1:] if copy in new]
    if not copies:
        return
    st.caption(
        _(
            "Kept, they are always on one side of the split. Left out, their labels go to the "
            "image that stays, where it has none."
        )
    )
    text = plural("Leave out {n} copy", "Leave out {n} copies", len(copies))
    if st.button(text, icon=":material/layers_clear:", key=f"outcome-leave-out-{job.id}"):
        with errors_shown():
            say(_told(leave_out_copies(store, copies, who=who())))
            st.rerun()


def _told(outcome: CopiesLeftOut) -> str:
    parts = [plural("{n} copy left out", "{n} copies left out", len(outcome.left_out))]
    if outcome.labels_given:
        given = outcome.labels_given
        parts.append(plural("{n} label given", "{n} labels given", given))
    if outcome.conflicts:
        many = len(outcome.conflicts)
        parts.append(plural("{n} conflict", "{n} conflicts", many))
    if outcome.kept:
        kept = len(outcome.kept)
        parts.append(plural("{n} with objects stays", "{n} with objects stay", kept))
    return ", ".join(parts) + ". " + _("Undo takes this back.")
