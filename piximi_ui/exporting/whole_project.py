"""The whole project for Piximi: what it cannot hold, the saving, and the file."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs.folder import Job
from piximi_core.project.contents.runs import Run, list_runs
from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import Store
from piximi_core.services.piximi import save_piximi
from piximi_core.services.piximi.losses import losses
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base import navigation
from piximi_ui.base.context import errors_shown, who
from piximi_ui.jobs.job_progress import draw_bar, last_failure, pending_job, start
from piximi_ui.language.texts import _, plain, plural, size, told, when
from piximi_ui.server.file_routes import download_link, file_address

__all__ = ["draw_whole_project"]


def draw_whole_project(store: Store) -> None:
    """Draw what is saved, what stays behind, and the finished file."""
    if not count_things(store, ThingFilter(kind_id=IMAGE_KIND)):
        st.info(_("There are no images yet. Add some first."), icon=":material/photo_library:")
        navigation.link("images", label=_("Add images"))
        return
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.markdown(
            _(
                "One zip that Piximi opens with **Open → Project → Project from Zip**: images, "
                "kinds, categories, objects with their masks, labels, predictions, channel "
                "colours and classifiers."
            )
        )
        _draw_saving(store)
    with right:
        _draw_losses(store)


def _draw_losses(store: Store) -> None:
    with st.container(border=True):
        st.markdown(f"**{_('What Piximi cannot hold')}**")
        st.markdown("\n".join(f"- {plain(told(line), 400)}" for line in losses(store)))
        st.caption(_("Here everything stays as it is."))


def _draw_saving(store: Store) -> None:
    chosen = _pick_classifiers(store)
    job = pending_job(store, save_piximi.SAVE_PIXIMI)
    if st.button(
        _("Save for Piximi"),
        type="primary",
        icon=":material/ios_share:",
        disabled=job is not None,
        key="save-piximi",
    ):
        with errors_shown():
            start(store, save_piximi.ask(store, chosen, who=who()))
            st.rerun()
    if job is not None:
        draw_bar(store, job)
    elif reason := last_failure(store, save_piximi.SAVE_PIXIMI):
        st.error(plain(reason, 500), icon=":material/error:")
    saved = save_piximi.finished_saves(store)
    if saved:
        _draw_file(saved[0])


def _pick_classifiers(store: Store) -> list[Run]:
    """Draw which classifiers go with it, where there is a choice; all of them at first."""
    known = [run for run in list_runs(store) if run.has_classifier]
    if len(known) < 2:
        return known
    by_id = {run.id: run for run in known}
    chosen = st.multiselect(
        _("Classifiers"),
        list(by_id),
        default=list(by_id),
        format_func=lambda run_id: plain(by_id[run_id].name),
        key=f"save-piximi-runs-{store.folder.name}-{known[0].id}",
        help=_("Piximi loads all of them with the project."),
    )
    return [by_id[run_id] for run_id in chosen]


def _draw_file(job: Job) -> None:
    path, result = save_piximi.saved_file(job), save_piximi.SAVE_PIXIMI.result(job)
    with st.container(border=True):
        st.markdown(f"**{plain(path.name)}** · {when(path.stat().st_mtime)}")
        parts = [
            plural("{n} image", "{n} images", result.images),
            plural("{n} object", "{n} objects", result.objects),
            plural("{n} classifier", "{n} classifiers", result.classifiers),
        ]
        st.caption(
            f":material/verified: {' · '.join(parts)}. "
            + _("Opened again after writing: nothing had to be repaired.")
        )
        for name, reason in result.left_out[:10]:
            st.warning(f"{plain(name, 80)}: {plain(told(reason), 300)}")
        download_link(
            _("Download {name} · {size}").format(name=plain(path.name), size=size(result.bytes)),
            file_address(path, path.name),
            primary=True,
        )
