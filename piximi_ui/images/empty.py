"""A project without images: what to do first."""

from __future__ import annotations

import streamlit as st

from piximi_ui.dialogs import open_dialog
from piximi_ui.texts import _

__all__ = ["draw"]


def draw() -> None:
    """Draw the invitation to add images."""
    with st.container(border=True, horizontal_alignment="center", key="images-empty"):
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
