"""What an import brought in is shown at once: its kind, how many, and the first of them."""

from __future__ import annotations

import streamlit as st

from piximi_core.jobs.applying import added_things
from piximi_core.jobs.folder import Job
from piximi_core.project.contents.things import ThingFilter
from piximi_core.project.database.store import Store
from piximi_core.services.annotations.add_annotations import ADD_ANNOTATIONS
from piximi_ui.base.context import say
from piximi_ui.base.kinds import kind_label
from piximi_ui.components.gallery import gallery_view
from piximi_ui.images import queries
from piximi_ui.images.view import gallery_key, show_all, show_ids
from piximi_ui.jobs import job_panel, job_texts
from piximi_ui.language.texts import _, number, plain

__all__ = ["announce"]

_TOLD = "piximi_imports_told"


def announce(store: Store, job: Job, *, quietly: bool = False) -> None:
    """Say in a message that goes by itself what a job brought in, and show that alone, once.

    Only whoever asked for it is shown something else than they look at, and not while they are at
    work on a selection. In a project that held nothing before everything is new.

    Parameters
    ----------
    quietly
        Leave out the message, because the page says more about it.
    """
    told: set[str] = st.session_state.setdefault(_TOLD, set())
    if job.id in told:
        return
    told.add(job.id)
    by_kind = _by_kind(store, job)
    if not quietly:
        say(_sentence(store, job, by_kind))
    at_work = bool(gallery_view(gallery_key(store)).selected)
    if by_kind and job_panel.is_own(job) and not at_work:
        kind_id, ids = max(by_kind.items(), key=lambda item: len(item[1]))
        there = queries.counts_by_kind(store, store.revision()).get(kind_id, 0)
        show_ids(store, kind_id, _("Just added"), ids)
        if there == len(ids):
            show_all(store)
    # The message and the guide stand above what is drawn now.
    st.rerun()


def _by_kind(store: Store, job: Job) -> dict[str, list[str]]:
    """Return the new things that are still there, by their kind."""
    ids = added_things(job)
    if not ids:
        return {}
    revision = store.revision()
    found = {
        kind.id: queries.ids(store, ThingFilter(kind_id=kind.id, ids=ids))
        for kind in queries.kinds(store, revision)
    }
    return {kind_id: list(listed) for kind_id, listed in found.items() if listed}


def _sentence(store: Store, job: Job, by_kind: dict[str, list[str]]) -> str:
    sentence = job_texts.outcome(job)
    if not ADD_ANNOTATIONS.is_of(job):
        return sentence
    kinds = {kind.id: kind for kind in queries.kinds(store, store.revision())}
    parts = (
        f"{plain(kind_label(kinds[kind_id]))} {number(len(ids))}"
        for kind_id, ids in by_kind.items()
    )
    return " ".join([sentence, " · ".join(parts)])
