"""Where a classifier comes from: files, or an address on the web where that is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from piximi_core.downloads import require_web_address
from piximi_core.errors import PiximiError
from piximi_core.formats.model_look import ModelLook
from piximi_core.jobs import engine, import_model
from piximi_core.jobs.fetch_model import MOST_MEGABYTES, fetch_classifier
from piximi_core.jobs.uploads import UploadedFile
from piximi_core.offline import is_offline
from piximi_core.project.ids import new_id
from piximi_core.project.store import Store
from piximi_ui.access import is_hosted
from piximi_ui.texts import _, number, plain, told
from piximi_ui.waiting import wait_for

__all__ = ["Given", "draw", "forget", "given"]

_SLOT = "piximi_bring"
_FOUND, _REFUSED, _TURN = f"{_SLOT}_found", f"{_SLOT}_refused", f"{_SLOT}_turn"


@dataclass(frozen=True)
class Given:
    """A classifier that waits to be brought in: its files, and what they are."""

    project: str
    job_id: str
    paths: tuple[Path, ...]
    look: ModelLook


def given(store: Store) -> Given | None:
    """Return the classifier that this browser session has given for a project."""
    found: Given | None = st.session_state.get(_FOUND)
    return found if found is not None and found.project == store.folder.name else None


def forget(store: Store, *, keep_files: bool = False) -> None:
    """Begin anew; the files that were given are deleted unless a job has them."""
    found = given(store)
    if found is not None and not keep_files:
        import_model.discard(store, found.job_id)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    for key in (_FOUND, _REFUSED):
        st.session_state.pop(key, None)


def draw(store: Store) -> None:
    """Draw the ways to give a classifier; what is given is looked at at once."""
    st.caption(
        _(
            "A classifier from Piximi, Google Teachable Machine or TensorFlow.js becomes a run: it "
            "predicts, is evaluated, learned further and exported like those trained here."
        )
    )
    words = {"files": _("Files or zip"), "web": _("Address on the web")}
    way = st.segmented_control(
        _("Where is the classifier?"),
        list(words),
        default="files",
        required=True,
        format_func=words.__getitem__,
        label_visibility="collapsed",
        key="bring-way",
    )
    if way == "files":
        _files(store)
    else:
        _address(store)


def _files(store: Store) -> None:
    turn = st.session_state.setdefault(_TURN, 0)
    files = st.file_uploader(
        _("A zip, or model.json and its weights"),
        type=["zip", "json", "bin"],
        accept_multiple_files=True,
        key=f"bring-files-{turn}",
        help=_("Of Teachable Machine choose the zip of the TensorFlow.js export as it is."),
    )
    chosen = tuple(file.file_id for file in files)
    before, refused = st.session_state.get(_REFUSED, ((), ""))
    if files and chosen != before:
        try:
            job_id, paths = import_model.keep_files(
                store, [UploadedFile(file.name, file.size, file) for file in files]
            )
            _look(store, job_id, paths)
        except PiximiError as error:
            # What is missing may still be added to the files that are here.
            before, refused = st.session_state[_REFUSED] = (chosen, str(error))
    if files and chosen == before:
        st.error(told(refused), icon=":material/error:")


def _address(store: Store) -> None:
    if is_hosted() or is_offline():
        st.info(
            _(
                "Fetching is switched off here: this dashboard is shared, or may not use the "
                "network. Download the files yourself and give them under Files or zip."
            ),
            icon=":material/public_off:",
        )
        return
    address = st.text_input(
        _("Address"),
        placeholder="https://teachablemachine.withgoogle.com/models/…/",
        key="bring-address",
        help=_("Of a model.json, of the folder it lies in, or of a zip; it begins with https://."),
    )
    if not address.strip():
        return
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
        _fetch(store, address)


def _fetch(store: Store, address: str) -> None:
    job_id = new_id()
    stop = st.empty()
    # Any press draws the page anew, which ends the waiting here.
    stop.button(_("Stop"), icon=":material/stop:", key="bring-stop")
    try:
        with st.spinner(_("Fetching it…"), show_time=True):
            folder = import_model.given_folder(store, job_id)
            call = engine.call(import_model.RESOURCE, fetch_classifier, address, folder)
            paths = wait_for(call, import_model.RESOURCE)
    except PiximiError as error:
        import_model.discard(store, job_id)
        stop.empty()
        st.error(told(str(error)), icon=":material/error:")
        return
    except BaseException:
        # Nobody waits any more; without a place for its files the worker ends as well.
        import_model.discard(store, job_id)
        raise
    stop.empty()
    try:
        _look(store, job_id, paths)
    except PiximiError as error:
        st.error(told(str(error)), icon=":material/error:")


def _look(store: Store, job_id: str, paths: list[Path]) -> None:
    """Have a worker look at the files, and go on to the next step."""
    try:
        with st.spinner(_("Looking at it…"), show_time=True):
            call = engine.call(import_model.RESOURCE, import_model.look, paths)
            look = wait_for(call, import_model.RESOURCE)
    except PiximiError:
        import_model.discard(store, job_id)
        raise
    st.session_state[_FOUND] = Given(store.folder.name, job_id, tuple(paths), look)
    st.session_state.pop(_REFUSED, None)
    st.rerun()
