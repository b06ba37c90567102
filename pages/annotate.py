"""The Annotate page: objects drawn on the images of the project."""

import streamlit as st

from piximi_ui.annotating import workbench
from piximi_ui.annotating.shown import image_order
from piximi_ui.base import navigation, page_title
from piximi_ui.base.context import current_store
from piximi_ui.language.texts import _

store = current_store()
page_title.draw_unseen(_("Annotate"))
if image_order(store):
    workbench.draw(store)
else:
    st.info(_("There are no images to draw on yet."), icon=":material/image:")
    navigation.link("images", label=_("Add images"))
