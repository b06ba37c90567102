"""The dialog Add images: files, a folder, a zip, or a folder of the server's disk."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from sqlalchemy import select

from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.project.contents.categories import Category
from piximi_core.project.database import schema
from piximi_core.project.database.store import Store
from piximi_core.services.importing import add_images
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.importing.uploads import Upload, discard, gather, stage_labels, sweep
from piximi_core.vocabulary import new_id
from piximi_ui.base.context import errors_shown, who
from piximi_ui.base.dialogs import close_dialog, dialog_data, open_dialog
from piximi_ui.components.drop import drop_anywhere
from piximi_ui.components.upload import Sent, draw_upload
from piximi_ui.images.adding import add_check, add_options, server_folders
from piximi_ui.images.view import current_view
from piximi_ui.jobs import job_panel
from piximi_ui.language.texts import _, plural, size

__all__ = ["draw"]

_SOURCE = "add-source"
_GATHERED = "piximi_gathered"


def draw(store: Store, categories: Sequence[Category]) -> None:
    """Draw the dialog if it was asked for; files dropped anywhere on the page ask for it."""
    drop_anywhere(_("Drop to add images"), slot=store.folder.name, on_drop=_dropped)
    if dialog_data("add") is not None:
        st.dialog(_("Add images"), width="medium", on_dismiss=close_dialog)(_dialog)(
            store, categories
        )


def _dropped() -> None:
    st.session_state[_SOURCE] = "files"
    open_dialog("add")


def _dialog(store: Store, categories: Sequence[Category]) -> None:
    engine.start_early()
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
    upload, folders, sent = Upload(new_id()), frozenset[str](), None
    sources: list[SourceFile] = []
    if source == "server":
        chosen = server_folders.draw()
        if chosen is not None:
            sources = [SourceFile(chosen, chosen.name)]
            folders = frozenset(server_folders.class_folders(chosen))
    else:
        upload, sent = _uploader(store, directory=source == "folder")
        folders = upload.folders
        # By name: browsers send files in any order.
        sources = sorted(upload.sources, key=lambda source: source.name)
    under_way = sent is not None and sent.under_way
    if not sources or under_way:
        add_check.forget()
        st.caption(
            _("Choose a folder first.")
            if source == "server"
            else _("They can be added as soon as all have arrived.")
            if under_way
            else _(
                "TIFF, PNG, JPEG, DICOM, NumPy, OME-Zarr and more. Folders named after classes "
                "become categories."
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


def _uploader(store: Store, *, directory: bool) -> tuple[Upload, Sent]:
    """Draw where files are chosen; return what has arrived, and what the browser says of it."""
    slot = f"piximi_upload:{store.folder.name}"
    upload_id: str = st.session_state.setdefault(slot, new_id())
    sent = draw_upload(store, upload_id, directory=directory, key="add-upload")
    if sent.taken_up is not None:
        st.session_state[slot] = sent.taken_up
        st.rerun()
    if sent.left_out is not None:
        discard(store, Upload(sent.left_out))
    try:
        upload = _gathered(store, upload_id, sent.change)
    except PiximiError:
        # Its files are being added already, or were never one of ours.
        _let_go(store)
        st.rerun()
    if upload.sources:
        with st.container(horizontal=True, vertical_alignment="center"):
            ready = plural("{n} file uploaded", "{n} files uploaded", len(upload.sources))
            st.markdown(f":material/check_circle: {ready}, {size(upload.size)}")
            if st.button(
                _("Remove"), type="tertiary", key="upload-remove", disabled=sent.under_way
            ):
                discard(store, upload)
                _let_go(store)
                st.rerun()
    return upload, sent


def _gathered(store: Store, upload_id: str, change: int) -> Upload:
    """Return what has arrived; the disk is looked at once after each turn of the sending."""
    wanted = (upload_id, change)
    known, upload = st.session_state.get(_GATHERED, (None, None))
    if known != wanted:
        with errors_shown():
            sweep(store.folder)
        upload = gather(store, upload_id)
        st.session_state[_GATHERED] = (wanted, upload)
    found: Upload = upload
    return found


def _let_go(store: Store) -> None:
    """Begin another upload with what is chosen next."""
    st.session_state.pop(f"piximi_upload:{store.folder.name}", None)
    st.session_state.pop(_GATHERED, None)


def _options(
    store: Store, upload: Upload, answers: add_check.Answers, place: add_options.Place
) -> add_images.AddOptions:
    labels = "folders" if place.by_folder else None
    if place.table is not None:
        labels = str(stage_labels(store, upload, place.table))
    return add_images.AddOptions(
        labels=labels,
        **vars(answers.reading),
        category=place.category,
        partition=place.partition,
        equal="leave-out" if place.leave_out_equal else "keep",
    )


def _start(
    store: Store, upload: Upload, sources: Sequence[SourceFile], options: add_images.AddOptions
) -> None:
    job = add_images.ask(store, sources, options, job_id=upload.job_id, who=who())
    _let_go(store)
    add_check.forget()
    engine.submit(job)
    job_panel.follow(job)
