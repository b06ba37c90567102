"""Beside every page of a project: that everything is saved; backups are taken in the background."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from pathlib import Path

import streamlit as st
from sqlalchemy.exc import DatabaseError

from piximi_core.errors import DamagedProject, PiximiError
from piximi_core.jobs.applying import unsettled_jobs
from piximi_core.project.database.backups import list_backups
from piximi_core.project.database.store import Store
from piximi_core.services.importing.compare_pixels import compare_pixels
from piximi_core.services.projects.upkeep import keep_safe
from piximi_ui.base import navigation
from piximi_ui.language.texts import _, told, when

__all__ = ["damage_found", "draw_saved", "forget_damage", "look_after"]

log = logging.getLogger("piximi")

_LOOK_SECONDS = 600.0
_lock = threading.Lock()
_looked: dict[Path, float] = {}
_damage: dict[Path, str] = {}

# The gallery marks the page while actions wait for the server; what it says of them is true then.
_STYLE = """<style>
.st-key-saving-now { display: none; }
html[data-piximi-unsaved] .st-key-saving-now { display: flex; }
html[data-piximi-unsaved] .st-key-saved-now { display: none; }
</style>"""


def look_after(store: Store) -> None:
    """Take a backup if one is due, and compare pixels that were not; asked now and then only."""
    with _lock:
        last = _looked.get(store.folder)
        if last is not None and time.monotonic() - last < _LOOK_SECONDS:
            return
        _looked[store.folder] = time.monotonic()
    threading.Thread(target=_look, args=(store,), name="backup", daemon=True).start()


def _look(store: Store) -> None:
    try:
        keep_safe(store)
        forget_damage(store.folder)
    except DamagedProject as error:
        with _lock:
            _damage[store.folder] = str(error)
        log.exception("The database of %s is damaged", store.folder.name)
        return
    except (PiximiError, OSError, DatabaseError, sqlite3.Error):
        # A full disk, or another program at work: the next look tries again.
        log.warning("No backup of %s was taken", store.folder.name, exc_info=True)
        return
    try:
        compare_pixels(store)
    except (PiximiError, OSError, DatabaseError, sqlite3.Error):
        log.warning("The pixels of %s were not compared", store.folder.name, exc_info=True)


def damage_found(folder: Path) -> str | None:
    """Return what a backup found wrong with a project that can still be opened."""
    with _lock:
        return _damage.get(folder)


def forget_damage(folder: Path) -> None:
    """Take a project for sound again: it was recovered, or a backup succeeded."""
    with _lock:
        _damage.pop(folder, None)


def draw_saved(store: Store) -> None:
    """Say whether everything is saved, and when the last backup was taken."""
    damage = damage_found(store.folder)
    if damage is not None:
        st.error(told(damage), icon=":material/broken_image:")
        navigation.link("home", label=_("Go to your projects"))
        return
    if store.reading_only:
        st.warning(told(store.reading_only), icon=":material/lock:")
        return
    st.html(_STYLE)
    saving = f":material/cloud_upload: {_('Saving…')}"
    # What a job found is there already, and is being brought in.
    if any(job.is_over for job in unsettled_jobs(store)):
        st.caption(saving)
        return
    newest = next(iter(list_backups(store.folder)), None)
    tip = _("Each action is saved at once; there is nothing to press.")
    if newest is not None:
        tip += " " + _("Last backup: {moment}.").format(moment=when(newest.at))
    with st.container(key="saved-now"):
        st.caption(f":material/cloud_done: {_('Everything is saved')}", help=tip)
    with st.container(key="saving-now"):
        st.caption(saving)
