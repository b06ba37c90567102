"""The dialog Add images: files, a folder, a zip, or a folder of the server's disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from piximi_core.jobs import add_images, engine
from piximi_core.jobs.sources import SourceFile
from piximi_core.jobs.uploads import Upload, UploadedFile, discard, stage, stage_labels, sweep
from piximi_core.project.categories import Category
from piximi_core.project.ids import new_id
from piximi_core.project.store import Store
from piximi_core.project.things import PARTITIONS
from piximi_ui import job_panel
from piximi_ui.context import errors_shown, who
from piximi_ui.dialogs import close_dialog, dialog_data
from piximi_ui.images import outcome, server_folders
from piximi_ui.texts import _, plain, plural

__all__ = ["draw"]

_FOLDERS_NAMED = 6


def draw(store: Store, categories: Sequence[Category]) -> None:
    """Draw the dialog if it was asked for."""
    if dialog_data("add") is not None:
        st.dialog(_("Add images"), width="medium", on_dismiss=close_dialog)(_dialog)(
            store, categories
        )


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
    source = st.segmented_control(
        _("Where are the images?"),
        list(words),
        default="files",
        required=True,
        format_func=words.__getitem__,
        key="add-source",
        label_visibility="collapsed",
    )
    chosen: Path | None = None
    if source == "server":
        chosen = server_folders.draw()
        folders = frozenset(server_folders.class_folders(chosen)) if chosen else frozenset()
    else:
        _uploader(store, directory=source == "folder")
        upload = _upload(store)
        folders = upload.folders if upload else frozenset()
    options = _options(folders, categories)
    upload = None if source == "server" else _upload(store)
    _finish(store, upload, chosen, options)


def _uploader(store: Store, *, directory: bool) -> None:
    """Take what is uploaded into the job's folder at once, and empty the uploader for more."""
    turn = st.session_state.setdefault("piximi_upload_turn", 0)
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
            size = f"{upload.size / 1_000_000:,.1f} MB"
            ready = plural("{n} file ready", "{n} files ready", len(upload.sources))
            st.markdown(f":material/check_circle: {ready}, {size}")
            if st.button(_("Remove"), type="tertiary", key="upload-remove"):
                discard(store, upload)
                del st.session_state[_slot(store)]
                st.rerun()


def _options(folders: frozenset[str], categories: Sequence[Category]) -> dict[str, Any]:
    """Draw what is to be done with the images; return the fields of the import's options."""
    by_folder = st.checkbox(
        _("Use folder names as categories"),
        value=bool(folders),
        key=f"add-by-folder-{bool(folders)}",
        disabled=not folders,
        help=_("Each image gets the name of the folder it lies in as its category."),
    )
    if folders:
        named = ", ".join(plain(name, 40) for name in sorted(folders)[:_FOLDERS_NAMED])
        more = len(folders) - _FOLDERS_NAMED
        st.caption(named + (f" {_('and {n} more').format(n=more)}" if more > 0 else ""))
    else:
        st.caption(_("The files are not in folders."))
    with st.expander(_("More options"), key="add-more"):
        table = st.file_uploader(
            _("Table of labels (CSV: name, category, partition)"), type="csv", key="add-table"
        )
        category = st.selectbox(
            _("Category for images without one"),
            [c.name for c in categories if not c.is_unknown],
            index=None,
            accept_new_options=True,
            placeholder=_("None: they stay Unknown"),
            key="add-category",
        )
        partition = st.selectbox(
            _("Partition"),
            PARTITIONS,
            index=None,
            placeholder=_("Chosen when training"),
            key="add-partition",
        )
        channels = st.number_input(
            _("Channels of stacks that do not say"),
            min_value=1,
            max_value=100,
            value=None,
            placeholder=_("Asked for if needed"),
            key="add-channels",
        )
    return {
        "labels": "folders" if by_folder and folders else None,
        "table": table,
        "category": category,
        "partition": partition,
        "channels": channels,
    }


def _finish(
    store: Store, upload: Upload | None, chosen: Path | None, options: dict[str, Any]
) -> None:
    ready = upload is not None or chosen is not None
    label = _("Add images")
    if upload is not None:
        label = plural("Add {n} file", "Add {n} files", len(upload.sources))
    elif chosen is not None:
        label = _("Add this folder")
    if not ready:
        st.caption(_("Choose images first."))
    if st.button(label, type="primary", disabled=not ready, key="add-start", width="stretch"):
        with errors_shown():
            _start(store, upload, chosen, options)
            close_dialog()
            st.rerun()


def _start(
    store: Store, upload: Upload | None, chosen: Path | None, options: dict[str, Any]
) -> None:
    upload_for_job = upload or Upload(new_id())
    # By name: browsers send files in any order.
    sources = sorted(upload_for_job.sources, key=lambda source: source.name)
    if chosen is not None:
        sources = [SourceFile(chosen, chosen.name)]
    table = options.pop("table")
    if table is not None:
        options["labels"] = str(stage_labels(store, upload_for_job, table.getvalue()))
    job = add_images.ask(
        store,
        sources,
        add_images.AddOptions(**options),
        job_id=upload_for_job.job_id,
        who=who(),
    )
    st.session_state.pop(_slot(store), None)
    outcome.expect(job)
    engine.submit(job)
    job_panel.follow(job)
