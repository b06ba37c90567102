"""Fetch a classifier from an address on the web, if the person asks for it and may."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from piximi_core.downloads import require_web_address
from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.offline import is_offline
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers import import_model
from piximi_core.services.classifiers.fetch_model import MOST_MEGABYTES, fetch_classifier
from piximi_core.vocabulary import new_id
from piximi_ui.jobs.waiting import what_it_waits_for
from piximi_ui.language.texts import _, number, plain, told
from piximi_ui.server.access import is_hosted

__all__ = ["Fetched", "draw", "fetched", "stop"]

_UNDER_WAY, _FETCHED, _ERROR = "piximi_fetching", "piximi_fetched", "piximi_fetch_error"
_LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class _Fetching:
    """Files on their way into the folder of a job that is not asked for yet."""

    store: Store
    job_id: str
    folder: Path
    host: str
    call: engine.Call


@dataclass(frozen=True)
class Fetched:
    """Files that came, and the project and job that they are kept for."""

    store: Store
    job_id: str
    paths: list[Path]


def draw(store: Store) -> None:
    """Draw the question for an address, or how far its files have come."""
    if is_hosted() or is_offline():
        st.info(
            _(
                "Fetching is switched off here: this dashboard is shared, or may not use the "
                "network. Download the files yourself and give them under Files or zip."
            ),
            icon=":material/public_off:",
        )
        return
    fetching: _Fetching | None = st.session_state.get(_UNDER_WAY)
    if fetching is not None and fetching.store.folder != store.folder:
        stop()
        fetching = None
    address = st.text_input(
        _("Address"),
        placeholder="https://teachablemachine.withgoogle.com/models/…/",
        disabled=fetching is not None,
        key="bring-address",
        help=_("Of a model.json, of the folder it lies in, or of a zip; it begins with https://."),
    )
    if fetching is not None:
        st.fragment(_follow, run_every=_LOOK_SECONDS)(fetching)
    elif address.strip():
        _ask(store, address)


def _ask(store: Store, address: str) -> None:
    """Say what fetching means, and draw the button that does it."""
    try:
        host = require_web_address(address)
    except PiximiError as error:
        st.error(told(str(error)), icon=":material/error:")
        return
    st.caption(
        _(
            "This computer would ask {host} for the files, at most {n} MB. Nothing of your project "
            "is sent, but {host} sees that you ask."
        ).format(host=f"**{plain(host, 80)}**", n=number(MOST_MEGABYTES))
    )
    if st.button(
        _("Fetch from {host}").format(host=plain(host, 60)),
        icon=":material/download:",
        key="bring-fetch",
    ):
        _start(store, address, host)
    if refused := st.session_state.get(_ERROR):
        st.error(told(refused), icon=":material/error:")


def fetched() -> Fetched | None:
    """Return what came since it was last asked for."""
    found: Fetched | None = st.session_state.pop(_FETCHED, None)
    return found


def stop() -> None:
    """Forget what is on its way: without a place for its files the worker ends as well."""
    for key in (_UNDER_WAY, _FETCHED):
        left: _Fetching | Fetched | None = st.session_state.pop(key, None)
        if left is not None:
            import_model.discard(left.store, left.job_id)
    st.session_state.pop(_ERROR, None)


def _start(store: Store, address: str, host: str) -> None:
    job_id = new_id()
    st.session_state.pop(_ERROR, None)
    try:
        with st.spinner(_("Starting…")):
            folder = import_model.given_folder(store, job_id)
            call = engine.call(import_model.IMPORT_MODEL.worker, fetch_classifier, address, folder)
    except PiximiError as error:
        st.session_state[_ERROR] = str(error)
    else:
        st.session_state[_UNDER_WAY] = _Fetching(store, job_id, folder, host, call)
    st.rerun()


def _follow(fetching: _Fetching) -> None:
    if fetching.call.wait(0):
        st.session_state.pop(_UNDER_WAY, None)
        try:
            paths = fetching.call.answer()
            st.session_state[_FETCHED] = Fetched(fetching.store, fetching.job_id, paths)
        except PiximiError as error:
            import_model.discard(fetching.store, fetching.job_id)
            st.session_state[_ERROR] = str(error)
        st.rerun()
    size = sum(path.stat().st_size for path in fetching.folder.glob("*"))
    text = _("Fetching from {host}: {n} MB so far").format(
        host=f"**{plain(fetching.host, 80)}**", n=number(size / 1e6, 1)
    )
    st.markdown(f":material/downloading: {text}")
    if waits := what_it_waits_for(import_model.IMPORT_MODEL.worker):
        st.caption(waits)
    if st.button(_("Stop"), icon=":material/stop_circle:", key="bring-stop"):
        stop()
        st.rerun()
