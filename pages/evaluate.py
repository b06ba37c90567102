"""The Evaluate page: how good a run is, and the images behind every figure."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from piximi_core.messages import Message
from piximi_core.project.contents.runs import Run
from piximi_core.project.database.store import Store
from piximi_core.services.evaluation.evaluate_run import (
    ScoredPartition,
    evaluate_run,
    note_checked,
)
from piximi_core.services.evaluation.run_figures import doubt_of
from piximi_core.services.scoring import predict
from piximi_core.vocabulary import IMAGE_KIND
from piximi_ui.base import navigation, page_title
from piximi_ui.base.class_titles import class_titles
from piximi_ui.base.context import current_store, errors_shown, who
from piximi_ui.base.kinds import of_kind
from piximi_ui.classifiers.run_picker import pick_run
from piximi_ui.evaluation import style
from piximi_ui.evaluation.cell_gallery import draw_cell
from piximi_ui.evaluation.figures import draw_figures, draw_table
from piximi_ui.evaluation.judged import judged
from piximi_ui.evaluation.matrix import draw_matrix, forget_cell
from piximi_ui.evaluation.partition_picker import pick_partition
from piximi_ui.jobs.job_progress import draw_bar, last_failure, pending_job, start
from piximi_ui.language.glossary import tip
from piximi_ui.language.texts import _, plain, told

_MANY = 12  # categories, above which the matrix takes more of the page


class Places(NamedTuple):
    """Where the parts of the page are drawn: a line of choices, beside the matrix, below both."""

    line: DeltaGenerator
    side: DeltaGenerator
    below: DeltaGenerator


def _ask(store: Store, run: Run, missing: Sequence[str]) -> None:
    """Score what the run has not seen yet, as a job."""
    job = pending_job(store, predict.EVALUATE, run_id=run.id)
    if job is not None:
        draw_bar(store, job)
        return
    reason = last_failure(store, predict.EVALUATE, run_id=run.id)
    if reason:
        st.error(reason, icon=":material/error:")
    st.info(
        of_kind(
            run.kind_id,
            Message.plural(
                "This run has not looked at {n} of these {things} yet.",
                "This run has not looked at {n} of these {things} yet.",
                n=len(missing),
            ),
        ),
        icon=":material/grid_on:",
    )
    label = of_kind(
        run.kind_id,
        Message.plural(
            "Evaluate on {n} more {thing}", "Evaluate on {n} more {things}", n=len(missing)
        ),
    )
    if st.button(label, type="primary", icon=":material/play_arrow:"):
        with errors_shown():
            start(store, predict.ask(store, run, missing, purpose="evaluate", who=who()))
            st.rerun()


def _show(store: Store, run: Run, partition: str, read: ScoredPartition, places: Places) -> None:
    result = evaluate_run(store, run, partition, read, class_titles(store, run))
    figures = result.figures
    noun = "images" if run.kind_id == IMAGE_KIND else "objects"
    key = f"{run.id}-{partition}"
    wide = len(figures.classes) > _MANY
    st.markdown(f"**{told(result.sentence(noun))}**", help=tip("confusion matrix"))
    if doubt := doubt_of(run, figures):
        st.caption(f":orange[:material/casino: {plain(told(doubt), 600)}]")
    for note in result.notes:
        st.caption(f":material/info: {plain(told(note), 2000)}")
    if partition == "Unassigned":
        said = _("Labels that you accepted from a run's own predictions flatter that run.")
        st.caption(f":material/info: {said}")
    cell = draw_matrix(figures, key, wide=wide, line=places.line)
    with places.side, st.container(key="evaluate-few" if wide else "evaluate-side", gap="small"):
        draw_cell(store, run, result, cell, show_all=lambda: forget_cell(key))
    with places.below:
        table, rest = st.columns([3, 2], gap="medium")
        with table:
            draw_table(figures, run, partition)
        with rest:
            draw_figures(figures)


def _judge(store: Store, run: Run, partition: str, places: Places) -> bool:
    """Draw how good the run is, or ask for what it has not seen; return whether that is news."""
    read = judged(store, run, partition)
    missing = read.unscored_ids()
    if missing:
        _ask(store, run, missing)
        return False
    _show(store, run, partition, read, places)
    return note_checked(store, run)


store = current_store()
page_title.draw_unseen(_("Evaluate"))
style.draw()
left, right = st.columns([8, 7], gap="medium")
below = st.container()
seen = False
with left:
    run = pick_run(store, compact=True)
    line = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with line:
        partition = pick_partition(store, run)
    if partition is not None:
        with errors_shown():
            seen = _judge(store, run, partition, Places(line, right, below))
with below, st.container(horizontal=True):
    navigation.link("predict", label=_("Predict with this run"), run=run.id)
    navigation.link("export", label=_("Export this run"), run=run.id)
if seen:
    # The guide above was drawn before this.
    st.rerun()
