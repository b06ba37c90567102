"""The dialog that archives a project: everything in one file, to keep or to open elsewhere."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.jobs.applying import apply_result
from piximi_core.jobs.folder import Job, JobState
from piximi_core.project.database.store import Store
from piximi_core.services.projects import archive
from piximi_ui.base.context import errors_shown, who
from piximi_ui.jobs.job_bar import draw_share, draw_stop
from piximi_ui.jobs.job_progress import last_failure, pending_job
from piximi_ui.language.texts import _, plain, size, when
from piximi_ui.server.file_routes import download_link, file_address

__all__ = ["draw_archive"]


def draw_archive(store: Store) -> None:
    """Draw how far the archive is, or the finished one with its download."""
    st.markdown(
        _(
            "Everything in one file: images, labels, objects, history, trainings and classifiers. "
            "Keep it somewhere safe, or open it in another Piximi Dashboard."
        )
    )
    job = pending_job(store, archive.ARCHIVE)
    if job is not None:
        st.fragment(_progress, run_every=0.5)(store, job)
        return
    reason = last_failure(store, archive.ARCHIVE)
    if reason is not None:
        st.error(plain(reason, 400))
    made = archive.finished_archive(store)
    if made is not None:
        facts = made.stat()
        download_link(
            _("Download {name} · {size}").format(name=plain(made.name), size=size(facts.st_size)),
            file_address(made, made.name),
            primary=True,
            width="stretch",
        )
        st.caption(
            _("Made {moment}; what was done since is not in it.").format(
                moment=when(facts.st_mtime)
            )
        )
    if st.button(
        _("Make an archive") if made is None else _("Make a new one"),
        icon=":material/archive:",
        type="primary" if made is None else "secondary",
        width="stretch",
        key="archive-go",
    ):
        with errors_shown():
            asked = archive.ask(store, who=who())
            with st.spinner(_("Starting…")):
                engine.submit(asked)
            st.rerun()


def _progress(store: Store, job: Job) -> None:
    state = job.state()
    if job.is_over:
        # The watcher does this too, a moment later.
        apply_result(store, job)
    if not state.is_active:
        if state is JobState.INTERRUPTED:
            engine.dismiss(job)
        st.rerun()
    draw_share(job, state)
    draw_stop(job, state, key="archive-stop")
