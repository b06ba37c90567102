"""A project without images, or a kind without objects: what to do first."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs.applying import unsettled_jobs
from piximi_core.project.contents.kinds import Kind
from piximi_core.services.importing.add_images import ADD
from piximi_ui.annotations import import_dialog
from piximi_ui.base import navigation
from piximi_ui.base.context import find_store
from piximi_ui.base.dialogs import open_dialog
from piximi_ui.base.kinds import kind_label
from piximi_ui.language.texts import _

__all__ = ["draw"]


def draw(kind: Kind) -> None:
    """Draw the invitation to add images, or say where a kind's objects come from."""
    if not kind.is_image:
        _no_objects(kind)
        return
    with st.container(border=True, horizontal_alignment="center", key="images-empty"):
        if _are_coming():
            title = _("Images are being added")
            st.markdown(f"### :material/hourglass_top: {title}", width="content")
            st.markdown(_("They appear here as soon as they are read."), width="content")
            return
        st.markdown(f"### :material/photo_library: {_('No images yet')}", width="content")
        st.markdown(
            _(
                "Drop files, a folder or a zip anywhere on this page: TIFF, PNG, JPEG, DICOM, "
                "NumPy, OME-Zarr and more. Folders named after classes become categories."
            ),
            width="content",
        )
        st.button(
            _("Add images"),
            icon=":material/add_photo_alternate:",
            type="primary",
            key="add-images",
            on_click=open_dialog,
            args=("add",),
        )


def _are_coming() -> bool:
    store = find_store()
    jobs = unsettled_jobs(store) if store is not None else []
    return any(ADD.is_of(job) and job.state().is_active for job in jobs)


def _no_objects(kind: Kind) -> None:
    with st.container(border=True, horizontal_alignment="center", key="objects-empty"):
        title = _("No objects of the kind {name} yet").format(name=kind_label(kind))
        st.markdown(f"### :material/category: {title}", width="content")
        st.markdown(
            _(
                "Draw them on the images, or bring them in with annotation files and with "
                "projects from Piximi."
            ),
            width="content",
        )
        with st.container(horizontal=True, width="content"):
            navigation.link("annotate", label=_("Draw objects"))
            import_dialog.draw_button()
