"""In the dialog Add images: where the new images belong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import streamlit as st

from piximi_core.messages import word
from piximi_core.project.contents.categories import Category
from piximi_core.vocabulary import IMAGE_KIND, PARTITIONS
from piximi_ui.language.glossary import partition_name, partition_tip
from piximi_ui.language.texts import _, number, plain, told

__all__ = ["Place", "draw", "tell_classes"]

_FOLDERS_NAMED = 6


@dataclass(frozen=True)
class Place:
    """What the new images are to be.

    Attributes
    ----------
    by_folder
        Whether each takes the name of its folder as its category.
    table
        An uploaded table of labels.
    category, partition
        Of the images that neither of those says anything about.
    leave_out_equal
        Whether images whose pixels are in the project already stay out.
    """

    by_folder: bool
    table: bytes | None
    category: str | None
    partition: str | None
    leave_out_equal: bool


def draw(folders: Collection[str], categories: Sequence[Category], shown: Collection[str]) -> Place:
    """Draw the choices.

    Parameters
    ----------
    folders
        The names of the folders that the files lie in.
    categories
        Those of the project.
    shown
        Ids of the categories that the page shows alone: new images join a single one.
    """
    known = {c.id: c.name for c in categories if not c.is_unknown}
    by_folder = _ask_folders(folders, known.values()) if folders else False
    preset = [known[found] for found in shown if found in known]
    names = list(known.values())
    st.markdown(f"**{_('Put these in')}**")
    with st.container(horizontal=True, vertical_alignment="center", key="add-place"):
        category = st.selectbox(
            _("Category of images without one") if by_folder else _("Category"),
            names,
            index=names.index(preset[0]) if len(preset) == 1 else None,
            accept_new_options=True,
            placeholder=_("None: they stay Unknown"),
            # Another category shown is another choice to start from.
            key=f"add-category-{'-'.join(sorted(shown))}",
        )
        partition = st.selectbox(
            _("Partition"),
            PARTITIONS,
            index=None,
            format_func=partition_name,
            help=partition_tip(),
            placeholder=_("Chosen when training"),
            key="add-partition",
        )
        st.markdown(
            f"{_('Kind')}: **{told(word(IMAGE_KIND))}**",
            width="content",
            help=_("Files come in as whole images. Objects are marked in them later."),
        )
    leave_out_equal = st.checkbox(
        _("Leave out images whose pixels are there already"),
        key="add-leave-out-equal",
        help=_(
            "Also where the file is another one. Kept, they are always on one side of the split. "
            "Left out, their labels go to the image that stays, where it has none."
        ),
    )
    with st.expander(_("Labels from a table"), key="add-more"):
        table = st.file_uploader(
            _("Table of labels (CSV: name, category, partition)"), type="csv", key="add-table"
        )
    return Place(
        by_folder, table.getvalue() if table else None, category, partition, leave_out_equal
    )


def tell_classes(folders: Collection[str], known: Collection[str]) -> bool:
    """Return whether folders are likely to be named after what their images show.

    A single one mostly says where its images lay ("unlabelled", "export"), unless it bears the
    name of a category that is `known`.
    """
    return len(folders) > 1 or not set(folders).isdisjoint(known)


def _ask_folders(folders: Collection[str], known: Collection[str]) -> bool:
    likely = tell_classes(folders, known)
    chosen = st.checkbox(
        _("Use folder names as categories"),
        value=likely,
        # Another kind of choice of folders is another choice to start from.
        key=f"add-by-folder-{likely}",
        help=_("Each image gets the name of the folder it lies in as its category."),
    )
    named = ", ".join(plain(name, 40) for name in sorted(folders)[:_FOLDERS_NAMED])
    more = len(folders) - _FOLDERS_NAMED
    st.caption(named + (f" {_('and {n} more').format(n=number(more))}" if more > 0 else ""))
    return bool(chosen)
