"""Annotations on the Export page: the choice of a format, the export, and its file."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs.folder import Job
from piximi_core.project.contents.kinds import count_by_kind, list_kinds
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import export_annotations
from piximi_core.services.annotations.export_annotations import (
    EXPORT_ANNOTATIONS,
    TABLES,
    delivered_annotations,
    finished_annotations,
)
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.annotations.words import format_captions, format_names, style_names
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown, who
from piximi_ui.base.kinds import kind_label
from piximi_ui.jobs.job_progress import draw_bar, last_failure, pending_job, start
from piximi_ui.language.texts import _, number, plain, plural, size, told, when
from piximi_ui.server.file_routes import download_link, file_address

__all__ = ["draw_annotations"]


def draw_annotations(store: Store) -> None:
    """Draw the section."""
    counts = count_by_kind(store)
    if not counts.get(IMAGE_KIND):
        st.info(_("There are no images yet. Add some first."), icon=":material/photo_library:")
        navigation.link("images", label=_("Add images"))
        return
    left, right = st.columns([1, 1], gap="large")
    with left:
        chosen = _pick_format(only_labels=sum(counts.values()) == counts[IMAGE_KIND])
        kind = _pick_kind(store, chosen, counts)
        style = _pick_style(chosen, kind)
        _draw_going(store, chosen, kind, style, counts)
    with right:
        _draw_advice(chosen)
        for job in finished_annotations(store)[:3]:
            _draw_file(job)


def _pick_format(*, only_labels: bool) -> str:
    """Draw the choice; without objects a table of labels is what there is to take away."""
    names = format_names()
    proposed = "csv" if only_labels else next(name for name in names if name not in TABLES)
    chosen = st.selectbox(
        _("Format"),
        list(names),
        index=list(names).index(proposed),
        format_func=names.__getitem__,
        key=f"annotations-out-format-{only_labels}",
        persist_state="session",
    )
    st.caption(format_captions()[chosen])
    return str(chosen)


def _pick_kind(store: Store, chosen: str, counts: dict[str, int]) -> str:
    """Draw which kind of things is written; return its id, empty for all kinds of objects."""
    known = {kind.id: kind for kind in list_kinds(store) if counts.get(kind.id)}
    # Whole images have labels, but no outlines.
    options = list(known) if chosen in TABLES else ["", *(k for k in known if k != IMAGE_KIND)]
    if len(options) < 2 + (chosen not in TABLES):
        return options[0]
    return str(
        st.selectbox(
            _("Kind"),
            options,
            format_func=lambda kind_id: (
                kind_label(known[kind_id]) if kind_id else _("All kinds of objects")
            ),
            key=f"annotations-out-kind-{store.folder.name}-{chosen in TABLES}",
        )
    )


def _pick_style(chosen: str, kind: str) -> str:
    if chosen == "folders" and kind != IMAGE_KIND:
        blanked = st.toggle(
            _("Blank what is around the objects"),
            key="annotations-out-blanked",
            persist_state="session",
        )
        return "blanked" if blanked else "whole"
    names = style_names(chosen)
    if not names:
        return ""
    picked = st.selectbox(
        _("Written as"),
        list(names),
        format_func=names.__getitem__,
        key=f"annotations-out-style-{chosen}",
        persist_state="session",
    )
    return str(picked)


def _draw_going(store: Store, chosen: str, kind: str, style: str, counts: dict[str, int]) -> None:
    objects = sum(count for kind_id, count in counts.items() if kind_id != IMAGE_KIND)
    nothing = chosen not in TABLES and not objects
    job = pending_job(store, EXPORT_ANNOTATIONS)
    if st.button(
        _("Export"),
        type="primary",
        icon=":material/ios_share:",
        disabled=job is not None or nothing,
        key="annotations-out-go",
    ):
        with errors_shown():
            start(store, export_annotations.ask(store, chosen, kind=kind, style=style, who=who()))
            st.rerun()
    if nothing:
        st.caption(f":material/info: {_('There are no objects yet: import annotations first.')}")
        navigation.link("images", label=_("Go to Images"))
    if job is not None:
        draw_bar(store, job)
    elif reason := last_failure(store, EXPORT_ANNOTATIONS):
        st.error(plain(reason, 500), icon=":material/error:")


def _draw_advice(chosen: str) -> None:
    if chosen in ("piximi", "coco"):
        st.info(
            _(
                "For Piximi take **Whole project for Piximi** above: it opens with the images, "
                "kinds and objects together. Annotation files alone need the same images and "
                "kinds there, or Piximi 1.1.4 crashes."
            ),
            icon=":material/lightbulb:",
        )


def _draw_file(job: Job) -> None:
    path, request = delivered_annotations(job), EXPORT_ANNOTATIONS.request(job)
    result = EXPORT_ANNOTATIONS.result(job)
    with st.container(border=True):
        name = format_names().get(request.format, request.format)
        st.markdown(f"**{plain(name)}** · {when((job.folder / 'result.json').stat().st_mtime)}")
        count = result.count
        st.caption(
            plural("{n} row", "{n} rows", count)
            if request.format == "csv"
            else plural("{n} file", "{n} files", count)
            if request.format == "folders"
            else plural("{n} object", "{n} objects", count)
        )
        if result.problem_count:
            label = plural(
                "{n} could not be written", "{n} could not be written", result.problem_count
            )
            with st.expander(label, icon=":material/warning:"):
                shown = [f"- {plain(told(what), 80)}: {plain(told(reason), 200)}"
                         for what, reason in result.problems[:20]]  # fmt: skip
                st.markdown("\n".join(shown))
                if (more := result.problem_count - len(shown)) > 0:
                    st.caption(_("and {n} more").format(n=number(more)))
        download_link(
            _("Download {name} · {size}").format(name=plain(path.name), size=size(result.bytes)),
            file_address(path, path.name),
            primary=True,
        )
