"""The Export page: take away a classifier, checked, the whole project, or its annotations."""

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.project.contents.thing_facts import image_sorts
from piximi_core.services.classifiers import export
from piximi_core.services.classifiers.export_notes import export_notes
from piximi_core.services.scoring.class_names import names_of
from piximi_ui.annotations.export_section import draw_annotations
from piximi_ui.base.context import current_store, end_page, errors_shown, who
from piximi_ui.classifiers.run_picker import pick_run
from piximi_ui.exporting.deliveries import draw_deliveries
from piximi_ui.exporting.format_picker import on_windows, pick_format
from piximi_ui.exporting.guide import draw_guide
from piximi_ui.exporting.names import pick_names
from piximi_ui.exporting.what_to_export import pick_what
from piximi_ui.exporting.whole_project import draw_whole_project
from piximi_ui.jobs.job_progress import draw_bar, last_failure, pending_job, start
from piximi_ui.language.texts import _

store = current_store()
st.title(_("Export"))
what = pick_what()
if what == "project":
    draw_whole_project(store)
    end_page()
if what == "annotations":
    draw_annotations(store)
    end_page()
run = pick_run(store)
left, right = st.columns([1, 1], gap="large")
with left:
    chosen, shard_bytes = pick_format(windows=on_windows())
    names = pick_names(store, run)
    job = pending_job(store, export.EXPORT, run_id=run.id)
    if st.button(
        _("Export"), type="primary", icon=":material/ios_share:", disabled=job is not None
    ):
        with errors_shown():
            start(
                store,
                export.ask(store, run, chosen, shard_bytes=shard_bytes, names=names, who=who()),
            )
            st.rerun()
    if job is not None:
        draw_bar(store, job)
    elif reason := last_failure(store, export.EXPORT, run_id=run.id):
        st.error(reason, icon=":material/error:")
    draw_deliveries(store, run)
with right:
    notes = export_notes(store, run, to_piximi=chosen != "tfjs")
    stem, called = export.export_stem(store, run), names_of(store, run, names)
    draw_guide(run, chosen, stem, image_sorts(store), notes, called)
# Last, because starting the workers takes time from drawing.
engine.warm("quick")
