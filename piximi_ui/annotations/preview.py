"""What a file of annotations would bring: counts by kind and category, and what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from piximi_core.services.annotations.read_annotations import AnnotationsFound
from piximi_ui.annotations.words import format_names
from piximi_ui.language.texts import _, number, plural, told

__all__ = ["draw_preview"]


def draw_preview(result: AnnotationsFound) -> None:
    """Draw the result of a look at a file."""
    new, matched = result.new, result.matched
    objects = plural("{n} new object", "{n} new objects", new)
    images = plural("in {n} image", "in {n} images", matched)
    present = result.present
    more = (
        " · " + plural("{n} is there already", "{n} are there already", present) if present else ""
    )
    st.markdown(f"**{objects}** {images}{more} · {format_names()[result.format]}")
    if result.kinds:
        rows = [
            {
                "kind": _("To be chosen") if row.kind in result.asked else row.kind,
                "category": row.category or _("Without a category"),
                "count": row.count,
            }
            for row in result.kinds
        ]
        _table(rows, {"kind": _("Kind"), "category": _("Category"), "count": _("Objects")})
    unmatched = [
        {"image": row.image, "count": row.objects, "reason": told(row.reason)}
        for row in result.unmatched
    ]
    if unmatched:
        count = result.unmatched_count
        label = plural(
            "{n} image of the file is not in this project",
            "{n} images of the file are not in this project",
            count,
        )
        with st.expander(f":material/image_not_supported: {label}", expanded=not new):
            words = {"image": _("Image in the file"), "count": _("Objects"), "reason": _("Reason")}
            _table(unmatched, words, more=count - len(unmatched))
    if empty := result.empty_count:
        st.caption(
            plural(
                "{n} image of the file without objects is not in this project.",
                "{n} images of the file without objects are not in this project.",
                empty,
            )
        )
    _problems(
        result.skipped,
        result.skipped_count,
        plural("{n} is left out", "{n} are left out", result.skipped_count),
        ":material/block:",
        # Where nothing comes in, why not is all that there is to say.
        opened=not new,
    )
    _problems(
        result.repaired,
        result.repaired_count,
        plural("{n} was mended", "{n} were mended", result.repaired_count),
        ":material/healing:",
    )


def _problems(
    listed: Sequence[Sequence[str]], count: int, label: str, icon: str, *, opened: bool = False
) -> None:
    if not listed:
        return
    rows = [{"what": told(what), "reason": told(reason)} for what, reason in listed]
    with st.expander(f"{icon} {label}", expanded=opened):
        _table(rows, {"what": _("What"), "reason": _("Reason")}, more=count - len(rows))


def _table(rows: Sequence[dict[str, Any]], words: dict[str, str], *, more: int = 0) -> None:
    st.dataframe(
        list(rows),
        hide_index=True,
        width="stretch",
        height=min(260, 38 + 35 * len(rows)),
        column_config={
            key: st.column_config.NumberColumn(word, width="small")
            if key == "count"
            else st.column_config.TextColumn(word)
            for key, word in words.items()
        },
    )
    if more > 0:
        st.caption(_("and {n} more").format(n=number(more)))
