"""The dialog Add images: files, a folder, a zip, or a folder of the server's disk."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from sqlalchemy import select

from piximi_core.jobs import add_images, engine
from piximi_core.jobs.sources import SourceFile
from piximi_core.jobs.uploads import Upload, UploadedFile, discard, stage, stage_labels, sweep
from piximi_core.project import schema
from piximi_core.project.categories import Category
from piximi_core.project.ids import new_id
from piximi_core.project.store import Store
from piximi_ui import job_panel
from piximi_ui.components.drop import drop_anywhere
from piximi_ui.context import errors_shown, who
from piximi_ui.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.images import add_check, add_options, server_folders
from piximi_ui.images.view import current_view
from piximi_ui.texts import _, plural, size

__all__ = ["draw"]

_SOURCE = "add-source"
_UPLOADER = "add-uploader"


def draw(store: Store, categories: Sequence[Category]) -> None:
    """Draw the dialog if it was asked for; files dropped anywhere on the page ask for it."""
    drop_anywhere(_("Drop to add images"), into=_UPLOADER, on_drop=_dropped)
    if dialog_data("add") is not None:
        st.dialog(_("Add images"), width="medium", on_dismiss=close_dialog)(_dialog)(
            store, categories
        )


def _dropped() -> None:
    st.session_state[_SOURCE] = "files"
    open_dialog("add")


def _slot(store: Store) -> str:
    return f"piximi_upload:{store.folder.name}"


def _upload(store: Store) -> Upload | None:
    found: Upload | None = st.session_state.get(_slot(store))
    return found


def _dialog(store: Store, categories: Sequence[Category]) -> None:
    words = {
        "files": _("Files or zip"),
        "folder": _("Folder"),
        "server": _("Folder on the server"),
    }
    # Kept here and not as a default, because a drop sets it too.
    st.session_state.setdefault(_SOURCE, "files")
    source = st.segmented_control(
        _("Where are the images?"),
        list(words),
        required=True,
        format_func=words.__getitem__,
        key=_SOURCE,
        label_visibility="collapsed",
    )
    upload, folders = Upload(new_id()), frozenset[str]()
    sources: list[SourceFile] = []
    if source == "server":
        chosen = server_folders.draw()
        if chosen is not None:
            sources = [SourceFile(chosen, chosen.name)]
            folders = frozenset(server_folders.class_folders(chosen))
    else:
        _uploader(store, directory=source == "folder")
        upload = _upload(store) or upload
        folders = upload.folders
        # By name: browsers send files in any order.
        sources = sorted(upload.sources, key=lambda source: source.name)
    if not sources:
        add_check.forget()
        st.caption(
            _("Choose a folder first.")
            if source == "server"
            else _(
                "Drop files, a folder or a zip anywhere on this page: TIFF, PNG, JPEG, DICOM, "
                "NumPy, OME-Zarr and more. Folders named after classes become categories."
            )
        )
        st.button(_("Add images"), type="primary", disabled=True, key="add-start", width="stretch")
        return
    answers = add_check.draw(sources, _project_channels(store))
    place = add_options.draw(folders, categories, current_view(store).categories)
    if answers.missing:
        st.caption(f":material/info: {answers.missing}")
    if st.button(
        _("Add this folder") if source == "server" else add_check.what_is_added(sources, answers),
        type="primary",
        disabled=answers.missing is not None,
        key="add-start",
        width="stretch",
    ):
        with errors_shown():
            _start(store, upload, sources, _options(store, upload, answers, place))
            close_dialog()
            st.rerun()


def _project_channels(store: Store) -> int | None:
    """Return the project's channel count, None while it has no image."""
    with store.read() as db:
        return db.execute(select(schema.images.c.channels).limit(1)).scalar()


def _uploader(store: Store, *, directory: bool) -> None:
    """Take what is uploaded into the job's folder at once, and empty the uploader for more."""
    turn = st.session_state.setdefault("piximi_upload_turn", 0)
    with st.container(key=_UPLOADER):
        files = st.file_uploader(
            _("Choose a folder") if directory else _("Choose images or zips"),
            accept_multiple_files="directory" if directory else True,
            key=f"upload-{directory}-{turn}",
            label_visibility="collapsed",
        )
    if files:
        with errors_shown():
            sweep(store)
            given = [UploadedFile(file.name, file.size, file) for file in files]
            st.session_state[_slot(store)] = stage(store, given, _upload(store))
            # Another key is another uploader: the browser's and the server's copies are let go.
            st.session_state["piximi_upload_turn"] = turn + 1
            st.rerun()
    upload = _upload(store)
    if upload is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            ready = plural("{n} file uploaded", "{n} files uploaded", len(upload.sources))
            st.markdown(f":material/check_circle: {ready}, {size(upload.size)}")
            if st.button(_("Remove"), type="tertiary", key="upload-remove"):
                discard(store, upload)
                del st.session_state[_slot(store)]
                st.rerun()


def _options(
    store: Store, upload: Upload, answers: add_check.Answers, place: add_options.Place
) -> add_images.AddOptions:
    labels = "folders" if place.by_folder else None
    if place.table is not None:
        labels = str(stage_labels(store, upload, place.table))
    return add_images.AddOptions(
        labels=labels,
        channels=answers.channels,
        time=answers.time,
        convert=answers.convert,
        keep_channels=answers.keep_channels,
        category=place.category,
        partition=place.partition,
    )


def _start(
    store: Store, upload: Upload, sources: Sequence[SourceFile], options: add_images.AddOptions
) -> None:
    job = add_images.ask(store, sources, options, job_id=upload.job_id, who=who())
    st.session_state.pop(_slot(store), None)
    add_check.forget()
    engine.submit(job)
    job_panel.follow(job)
