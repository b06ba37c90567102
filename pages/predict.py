"""The Predict page: let a run label the rest, and look over what it says."""

import streamlit as st

from piximi_core.jobs import engine
from piximi_core.project.contents.things import count_things
from piximi_core.services.scoring import try_one
from piximi_ui.base import page_title
from piximi_ui.base.context import current_store
from piximi_ui.classifiers.run_picker import pick_run
from piximi_ui.language.texts import _
from piximi_ui.prediction import ask, review, style
from piximi_ui.prediction.filters import all_predictions
from piximi_ui.prediction.try_one import draw_try_one

store = current_store()
page_title.draw_unseen(_("Predict"))
style.draw()
bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="predict-bar")
with bar:
    run = pick_run(store, compact=True)
waiting = count_things(store, all_predictions(run))
with bar:
    job = ask.draw_ask(store, run, waiting)
    draw_try_one(store, run)
ask.draw_progress(store, run, job)
review.draw_review(store, run, waiting, bar)
# Last, because starting the workers takes time from drawing.
engine.warm("quick", try_one.get_ready, store.files.run(run.id))
