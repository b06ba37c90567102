"""Which training the page is about; without one, what is missing and where to get it."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from piximi_core.jobs.folder import Job
from piximi_core.messages import Message
from piximi_core.project.contents.runs import Run, list_runs
from piximi_core.project.contents.things import ThingFilter, count_things
from piximi_core.project.database.store import Store
from piximi_core.services.evaluation.run_figures import RunFigure, figures_today
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base import navigation
from piximi_ui.base.context import end_page
from piximi_ui.base.kinds import draw_kind_picker, follow_run, of_kind
from piximi_ui.classifiers import import_dialog as bringing
from piximi_ui.jobs.job_progress import draw_bar
from piximi_ui.language.glossary import tip
from piximi_ui.language.texts import _, percent, plain

__all__ = ["pick_run"]

_PICKED = "piximi_picked_run"


def pick_run(store: Store, *, compact: bool = False) -> Run:
    """Draw the choice of a kind and of a run trained for it; without any run, end the page.

    A run that is picked is kept in the address. The newest is proposed until then, but not written
    there: the browser would count that as a page of its own, and Back would stay here.

    Parameters
    ----------
    compact
        Whether it stands in a line with others, which leaves no room for words above it.
    """
    follow_run(store)
    kind = draw_kind_picker(store, compact=compact)
    known = list_runs(store, kind.id)
    trained = [run for run in known if run.has_classifier]
    training = _training(store, known)
    if not trained:
        _end_without_run(store, kind.id, training)
    by_id = {run.id: run for run in trained}
    proposed = _proposed(trained)
    figures = figures_today(store, trained)
    chosen = st.selectbox(
        _("Run"),
        list(by_id),
        index=list(by_id).index(proposed),
        format_func=lambda run_id: _title(by_id[run_id], figures.get(run_id)),
        key=f"pick-run-{store.folder.name}-{kind.id}-{trained[0].id}",
        label_visibility="collapsed" if compact else "visible",
        width="stretch" if compact else 420,
        help=None if compact else tip("run"),
    )
    if chosen != proposed or (navigation_run() is None and chosen != trained[0].id):
        st.query_params["run"] = chosen
    if chosen != trained[0].id or _PICKED in st.session_state:
        # A newer run makes the choice out of date.
        st.session_state[_PICKED] = (chosen, trained[0].id)
    if training is not None:
        st.caption(
            _("A newer run, {name}, is still in training.").format(name=plain(training.name))
        )
    return by_id[chosen]


def navigation_run() -> str | None:
    """Return the run that the address names."""
    found = st.query_params.get("run")
    return str(found) if found else None


def _proposed(trained: list[Run]) -> str:
    ids = [run.id for run in trained]
    asked = navigation_run()
    if asked in ids:
        return str(asked)
    if asked is not None:
        st.warning(_("The run that the address names is not here; this is the newest."))
        return ids[0]
    picked, newest_then = st.session_state.get(_PICKED, (None, None))
    return picked if picked in ids and newest_then == ids[0] else ids[0]


def _title(run: Run, figure: RunFigure | None) -> str:
    """Return the run's number, name and, if it was checked, how often it was right."""
    title = _("Run {number} · {name}").format(number=run.number, name=run.name[:60])
    if figure is None:
        return title
    return _("{run} · {share} right in validation").format(
        run=title, share=percent(figure.accuracy)
    )


def _training(store: Store, known: list[Run]) -> Run | None:
    """Return the newest run if it is being trained at this moment."""
    for run in known[:1]:
        if not run.has_classifier and Job(store.files.run(run.id)).state().is_active:
            return run
    return None


def _end_without_run(store: Store, kind_id: str, training: Run | None) -> NoReturn:
    """Say what is missing before there can be a result, with the button that leads there."""
    if training is not None:
        st.info(
            _("The first training is under way; its result appears here when it is done."),
            icon=":material/hourglass_top:",
        )
        draw_bar(store, Job(store.files.run(training.id)))
        navigation.link("train", label=_("Watch it on the Train page"))
    elif not count_things(store, ThingFilter(kind_id=kind_id)):
        st.info(
            (
                _("There are no images yet. Add some first.")
                if kind_id == IMAGE_KIND
                else _("There are no objects of this kind yet.")
            ),
            icon=":material/photo_library:",
        )
        label = _("Add images") if kind_id == IMAGE_KIND else _("Go to Images")
        navigation.link("images", label=label)
    elif not (labelled := count_things(store, ThingFilter(kind_id=kind_id, labelled=True))):
        st.info(
            of_kind(
                kind_id, Message("No {thing} has a label yet. Label some, then train a classifier.")
            ),
            icon=":material/label:",
        )
        label = of_kind(kind_id, Message("Label {things}"))
        navigation.link("images", label=label)
    else:
        st.info(
            of_kind(
                kind_id,
                Message.plural(
                    "There is no trained classifier yet. {n} {thing} has a label: train on it "
                    "first.",
                    "There is no trained classifier yet. {n} {things} have a label: train on "
                    "them first.",
                    n=labelled,
                ),
            ),
            icon=":material/model_training:",
        )
        navigation.link("train", label=_("Go to Train"))
    bringing.draw_button(store, kind_id=kind_id)
    end_page()
