"""The Evaluate page: how good a run is, and the images behind every figure."""

from collections.abc import Sequence

import streamlit as st

from piximi_core.jobs import predict
from piximi_core.jobs.evaluating import (
    ScoredPartition,
    evaluate_run,
    note_checked,
    read_partition,
)
from piximi_core.project.runs import Run
from piximi_core.project.store import Store
from piximi_ui import navigation
from piximi_ui.context import current_store, errors_shown, who
from piximi_ui.evaluation.cell_gallery import draw_cell
from piximi_ui.evaluation.figures import draw_figures, draw_table
from piximi_ui.evaluation.matrix import draw_matrix
from piximi_ui.evaluation.partition_picker import pick_partition
from piximi_ui.job_progress import draw_bar, last_failure, pending_job, start
from piximi_ui.kinds import of_kind
from piximi_ui.run_picker import pick_run
from piximi_ui.texts import _, plain, plural, told

_SIDE_BY_SIDE = 12  # categories


def _ask(store: Store, run: Run, missing: Sequence[str]) -> None:
    """Score what the run has not seen yet, as a job."""
    wanted = {"service": "predict", "run_id": run.id, "purpose": "evaluate"}
    job = pending_job(store, **wanted)
    if job is not None:
        draw_bar(store, job)
        return
    reason = last_failure(store, **wanted)
    if reason:
        st.error(reason, icon=":material/error:")
    st.info(
        of_kind(
            run.kind_id,
            plural(
                "This run has not looked at {n} of these images yet.",
                "This run has not looked at {n} of these images yet.",
                len(missing),
            ),
            plural(
                "This run has not looked at {n} of these objects yet.",
                "This run has not looked at {n} of these objects yet.",
                len(missing),
            ),
        ),
        icon=":material/grid_on:",
    )
    label = of_kind(
        run.kind_id,
        plural("Evaluate on {n} more image", "Evaluate on {n} more images", len(missing)),
        plural("Evaluate on {n} more object", "Evaluate on {n} more objects", len(missing)),
    )
    if st.button(label, type="primary", icon=":material/play_arrow:"):
        with errors_shown():
            start(store, predict.ask(store, run, missing, purpose="evaluate", who=who()))
            st.rerun()


def _show(store: Store, run: Run, partition: str, read: ScoredPartition) -> None:
    result = evaluate_run(store, run, partition, read)
    figures = result.figures
    noun = of_kind(run.kind_id, "images", "objects")
    st.markdown(f"### {told(result.sentence(noun))}")
    for note in result.notes:
        st.caption(f":material/info: {plain(told(note), 2000)}")
    if partition == "Unassigned":
        said = _("Labels that you accepted from a run's own predictions flatter that run.")
        st.caption(f":material/info: {said}")
    wide = len(figures.classes) > _SIDE_BY_SIDE
    left, right = (st.container(), st.container()) if wide else st.columns([8, 6], gap="medium")
    with left:
        cell = draw_matrix(figures, f"{run.id}-{partition}", wide=wide)
    with right:
        draw_table(figures, run, partition)
        draw_figures(figures)
    draw_cell(store, run, result, cell)


store = current_store()
st.title(_("Evaluate"))
with st.container(horizontal=True, vertical_alignment="top"):
    run = pick_run(store)
    partition = pick_partition(store, run)
seen = False
if partition is not None:
    read = read_partition(store, run, partition)
    missing = read.unscored_ids()
    with errors_shown():
        if missing:
            _ask(store, run, missing)
        else:
            _show(store, run, partition, read)
            seen = note_checked(store, run)
with st.container(horizontal=True):
    navigation.link("predict", label=_("Predict with this run"), run=run.id)
    navigation.link("export", label=_("Export this run"), run=run.id)
if seen:
    # The guide above was drawn before this.
    st.rerun()
