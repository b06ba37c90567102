"""The images page."""

from piximi_ui.context import current_store

store = current_store()
