"""What a person sees when our code fails where no page caught it."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

from piximi_core.errors import PiximiError
from piximi_core.project.files import disk_trouble
from piximi_ui.base import navigation
from piximi_ui.base.context import show_error
from piximi_ui.base.error_report import draw_copy, report_of
from piximi_ui.language.texts import _

__all__ = ["on_script_error"]

log = logging.getLogger("piximi")


def on_script_error(error: Exception) -> bool:
    """Show one line for an error that no page caught.

    A :class:`PiximiError` is a person's to mend and says how. Anything else is our fault: the log
    gets the traceback, and the line carries a number that finds it there.

    Returns
    -------
    bool
        True, so that Streamlit shows nothing of its own.
    """
    trouble = error if isinstance(error, PiximiError) else disk_trouble(error)
    if trouble is not None:
        show_error(trouble)
        return True
    number = secrets.token_hex(3)
    log.error("Error %s: %s", number, type(error).__name__, exc_info=error)
    st.error(
        _(
            "Something went wrong here (error {number}). Nothing you saved is lost; reload the "
            "page to go on, and send the report to whoever runs the dashboard if it happens again."
        ).format(number=number)
    )
    draw_copy(report_of(error, page=navigation.current(), number=number))
    return True
