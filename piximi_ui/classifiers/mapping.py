"""Which category each class of a classifier is: by name, as new ones, or by hand."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from piximi_core.services.classifiers.class_mapping import propose_mapping
from piximi_ui.language.texts import _, plain

__all__ = ["draw"]

_BY_HAND = 100
_ROW, _HEADER, _SHOWN = 33, 36, 7


def draw(classes: Sequence[str], known: Sequence[str], *, key: str) -> tuple[str, ...]:
    """Draw the choice; return the name of a category for each class.

    Parameters
    ----------
    classes
        Names in the classifier.
    known
        Names of the kind's categories, Unknown left out.
    """
    words = {"name": _("By name"), "new": _("New categories"), "hand": _("By hand")}
    if len(classes) > _BY_HAND:
        del words["hand"]
    way = st.segmented_control(
        _("Its classes are these categories"),
        list(words),
        default="name",
        required=True,
        format_func=words.__getitem__,
        key=f"{key}-way",
        help=_(
            "By name takes the category that is called like the class, and a new one where there "
            "is none."
        ),
    )
    proposed = propose_mapping(classes, known, "new" if way == "new" else "name")
    if way == "hand":
        return _by_hand(classes, known, proposed, key)
    st.dataframe(
        [
            {
                "class": name,
                "category": category,
                "state": _("as it is") if category in known else _("new"),
            }
            for name, category in zip(classes, proposed, strict=True)
        ],
        key=f"{key}-list",
        hide_index=True,
        row_height=_ROW,
        height=_HEADER + _ROW * min(len(classes), _SHOWN),
        column_config={"class": _("Class"), "category": _("Category"), "state": " "},
    )
    return proposed


def _by_hand(
    classes: Sequence[str], known: Sequence[str], proposed: Sequence[str], key: str
) -> tuple[str, ...]:
    chosen = []
    with st.container(height=min(320, 90 * len(classes)), border=True):
        for number, (name, category) in enumerate(zip(classes, proposed, strict=True)):
            options = list(dict.fromkeys([*known, category]))
            found = st.selectbox(
                plain(name, 60) or _("Class {n}").format(n=number + 1),
                options,
                index=options.index(category),
                accept_new_options=True,
                key=f"{key}-class-{number}",
                help=_("Choose a category, or type the name of a new one."),
            )
            chosen.append(found or category)
    return tuple(chosen)
