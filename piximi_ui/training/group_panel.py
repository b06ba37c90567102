"""Which images come from one source and are dealt to one side: shown, and switched."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from piximi_core.project.contents.grouping import (
    By,
    Grouping,
    ImageGroups,
    choose_grouping,
    find_groups,
    metadata_columns,
)
from piximi_core.project.database.store import Store
from piximi_ui.base.context import errors_shown, say, who
from piximi_ui.language.texts import _, number, plain, plural

__all__ = ["draw"]

_EXAMPLES = 3


def draw(store: Store) -> None:
    """Draw the button that tells how many sources are kept together, and what it opens."""
    found = find_groups(store)
    shared = len(found.shared)
    label = (
        plural("{n} source kept together", "{n} sources kept together", shared)
        if shared
        else _("No sources known")
    )
    with st.popover(label, icon=":material/workspaces:", type="tertiary"):
        st.markdown(
            _(
                "Crops of one photograph, or images of one patient, look alike. They are dealt to "
                "the same side, so that what is validated on is new. Objects of one image and "
                "images of equal pixels always stay together."
            )
        )
        _examples(found)
        _choose(store, found)


def _examples(found: ImageGroups) -> None:
    lines = [
        _("{source}: {images}").format(
            source=f"**{plain(group.name, 60)}**",
            images=plural("{n} image", "{n} images", len(group.members)),
        )
        for group in found.examples[:_EXAMPLES]
    ]
    more = len(found.shared) - len(lines)
    if more > 0:
        lines.append(_("and {n} more").format(n=number(more)))
    if lines:
        st.markdown("\n".join(f"- {line}" for line in lines))


def _choose(store: Store, found: ImageGroups) -> None:
    words = {
        "auto": _("As proposed ({what})").format(what=_in_words(_proposed(store, found))),
        "names": _("By their names"),
        "folders": _("By their folders"),
        "column": _("By a column of a table"),
        "pattern": _("By a pattern of their names"),
        "none": _("Not at all"),
    }
    columns = metadata_columns(store)
    ways: list[By] = [by for by in get_args(By) if by != "column" or columns]
    now = found.chosen
    by = st.radio(
        _("What tells the source"),
        ways,
        index=ways.index(now.by) if now.by in ways else 0,
        format_func=words.__getitem__,
        # What was chosen elsewhere, or undone, is shown as it is now.
        key=f"groups-by-{now.by}-{now.value}",
    )
    value = _value(by, now, columns)
    if value is None or Grouping(by, value) == now:
        return
    with errors_shown():
        after = choose_grouping(store, Grouping(by, value), who=who())
        say(
            plural("{n} group of images", "{n} groups of images", after.count)
            + ". "
            + _("What was dealt stays where it is until Split again; Undo takes this back.")
        )
        st.rerun()


def _value(by: By, now: Grouping, columns: list[str]) -> str | None:
    """Ask for the column or the pattern; None while it is not given."""
    kept = now.value if by == now.by else ""
    if by == "column":
        chosen: str | None = st.selectbox(
            _("Column"),
            columns,
            index=columns.index(kept) if kept in columns else None,
            placeholder=_("Choose"),
            key="groups-column",
        )
        return chosen
    if by == "pattern":
        typed = st.text_input(
            _("Pattern"),
            kept,
            placeholder="{source}_#",
            help=_("Where in a name the source stands: # is a number, * any text."),
            key="groups-pattern",
        )
        return typed.strip() or None
    return ""


def _proposed(store: Store, found: ImageGroups) -> Grouping:
    """Return what the proposal comes to."""
    return (found if found.chosen.by == "auto" else find_groups(store, Grouping())).in_force


def _in_words(grouping: Grouping) -> str:
    if grouping.by == "column":
        return _("by {column}").format(column=plain(grouping.value, 40))
    return {"names": _("by their names"), "none": _("not at all")}.get(grouping.by, "")
