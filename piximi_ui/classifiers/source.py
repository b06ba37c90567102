"""Where a classifier comes from: files, or an address on the web where that is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.formats.tfjs.model_look import ModelLook
from piximi_core.jobs import engine
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers import import_model
from piximi_core.services.importing.uploads import UploadedFile
from piximi_ui.base.context import errors_shown
from piximi_ui.classifiers import fetch
from piximi_ui.jobs.waiting import wait_for
from piximi_ui.language.texts import _, told

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
    fetch.stop()
    found = given(store)
    if found is not None and not keep_files:
        import_model.discard(store, found.job_id)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    for key in (_FOUND, _REFUSED):
        st.session_state.pop(key, None)


def draw(store: Store) -> None:
    """Draw the ways to give a classifier; what is given is looked at at once."""
    fetched = fetch.fetched()
    if fetched is not None and fetched.store.folder == store.folder:
        with errors_shown():
            _look(store, fetched.job_id, fetched.paths)
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
        fetch.draw(store)


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


def _look(store: Store, job_id: str, paths: list[Path]) -> None:
    """Have a worker look at the files, and go on to the next step."""
    try:
        with st.spinner(_("Looking at it…"), show_time=True):
            call = engine.call(import_model.IMPORT_MODEL.worker, import_model.look, paths)
            look = wait_for(call, import_model.IMPORT_MODEL.worker)
    except PiximiError:
        import_model.discard(store, job_id)
        raise
    st.session_state[_FOUND] = Given(store.folder.name, job_id, tuple(paths), look)
    st.session_state.pop(_REFUSED, None)
    st.rerun()
