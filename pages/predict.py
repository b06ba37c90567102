"""The Predict page: let a run label the rest, and look over what it says."""

import streamlit as st

from piximi_core.jobs import engine, try_one
from piximi_ui.bringing import dialog as bringing
from piximi_ui.context import current_store
from piximi_ui.prediction.ask import draw_ask
from piximi_ui.prediction.review import draw_review
from piximi_ui.prediction.try_one import draw_try_one
from piximi_ui.run_picker import pick_run
from piximi_ui.texts import _

store = current_store()
st.title(_("Predict"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    run = pick_run(store)
    bringing.draw_button(store, kind_id=run.kind_id)
draw_ask(store, run)
draw_try_one(store, run)
draw_review(store, run)
# Last, because starting the workers takes time from drawing.
engine.warm("quick", try_one.get_ready, store.files.run(run.id))
