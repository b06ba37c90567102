"""Open an archive as a new project: chosen, followed, and told how it went."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from piximi_core.jobs.folder import Job
from piximi_core.services.projects.open_archive import OPEN_ARCHIVE, ask, ask_uploaded
from piximi_ui.base.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.language.texts import _, plain, plural
from piximi_ui.projects import opening

__all__ = ["draw_open", "draw_openings"]

_DIALOG = "open-archive"
_NAMED = 5  # of the images that cannot be read


def draw_open() -> None:
    """Draw the button, and its dialog while that is open."""
    if st.button(_("Open an archive"), icon=":material/unarchive:", key="open-archive"):
        open_dialog(_DIALOG)
    if dialog_data(_DIALOG) is not None:
        st.dialog(_("Open an archive"), width="medium", on_dismiss=close_dialog)(_dialog)()


def _dialog() -> None:
    st.markdown(
        _("The file that “Archive” made of a project becomes a new project here, with everything.")
    )
    opening.choose(
        opening.Sort(
            key="archive",
            where=_("Where is the archive?"),
            pick=_("Choose an archive"),
            what=_("Archive"),
            nothing=_("There is no zip in this folder."),
            found=_archives_in,
            ask=ask,
            ask_uploaded=ask_uploaded,
        )
    )


def _archives_in(folder: Path) -> list[Path]:
    """Return the zips of a folder; links could lead out of the folders that are open."""
    return [path for path in sorted(folder.glob("*.zip")) if not path.is_symlink()]


def draw_openings() -> None:
    """Draw how far archives are that are being opened, whoever asked."""
    opening.draw_cards(OPEN_ARCHIVE, _draw_remarks)


def _draw_remarks(job: Job) -> None:
    opened = OPEN_ARCHIVE.result(job)
    missing, unreadable = opened.missing, opened.unreadable
    if missing:
        st.markdown(
            plural("{n} image had no file in it.", "{n} images had no file in it.", missing)
        )
    if unreadable:
        st.markdown(
            plural(
                "{n} image cannot be read and is shown as a grey cross: {names}",
                "{n} images cannot be read and are shown as a grey cross: {names}",
                len(unreadable),
            ).format(names=", ".join(plain(name) for name in unreadable[:_NAMED]))
        )
