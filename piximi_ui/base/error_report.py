"""A report of an error that can be sent to anyone: no paths, no names, no data."""

from __future__ import annotations

import html
import json
import platform
import re
import secrets
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath

import streamlit as st

from piximi_core import __version__
from piximi_ui.language.texts import _

__all__ = ["draw_copy", "report_of"]

_LIBRARIES = ("streamlit", "sqlalchemy", "numpy", "pillow", "tifffile", "pydicom", "dask")
_OURS = ("piximi_core", "piximi_ui", "pages")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_PAGE = re.compile(r"[a-z]{1,20}")
_MOST_FRAMES = 40
_MOST_CAUSES = 5


def report_of(error: BaseException, *, page: str = "", number: str = "") -> str:
    """Return what helps to mend an error and tells nothing of the person or their work.

    The error's message, source lines, values and every folder outside the program are left out:
    they may hold names of people, projects or files.

    Parameters
    ----------
    error
        What was raised; its causes are listed too.
    page
        The page it happened on.
    number
        What finds the error in the server's log.
    """
    lines = [
        f"Piximi Dashboard {__version__}, Python {platform.python_version()}, {platform.system()}",
        ", ".join(f"{library} {_version(library)}" for library in _LIBRARIES),
        f"Page: {page if _PAGE.fullmatch(page) else 'unknown'}",
    ]
    if number:
        lines.append(f"Number: {number}")
    for depth, cause in enumerate(_causes(error)):
        lines.append(("Caused by: " if depth else "Error: ") + _word(type(cause).__name__))
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {_place(f.filename)}:{f.lineno} {_word(f.name)}" for f in frames][
            -_MOST_FRAMES:
        ]
    return "\n".join(lines)


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in found and len(found) < _MOST_CAUSES:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "missing"


def _word(name: str) -> str:
    """Return a name of the code, without what could be smuggled in through one made at run time."""
    return name if _WORD.fullmatch(name) else "…"


def _place(filename: str) -> str:
    """Return a file of the program by its place in it, one of a library by the library's name."""
    parts = PurePath(filename).parts
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            below = parts[len(parts) - parts[::-1].index(folder) :]
            return _word(PurePath(below[0]).stem) if below else "…"
    for number in range(len(parts) - 1, -1, -1):
        inside = parts[number:]
        if parts[number] in _OURS and all(_WORD.fullmatch(PurePath(p).stem) for p in inside):
            return "/".join(inside)
    return "…"


def draw_copy(report: str) -> None:
    """Draw the button that copies a report, and what is in it."""
    place = f"report-{secrets.token_hex(4)}"
    st.html(
        f"""<div id="{place}" class="piximi-report">
<button type="button">{html.escape(_("Copy report"))}</button>
<details><summary>{html.escape(_("What is in it: no names, no paths"))}</summary>
<pre tabindex="0">{html.escape(report)}</pre></details></div>
<script>{_SCRIPT % {"place": json.dumps(place), "copied": json.dumps(_("Copied"))}}</script>""",
        unsafe_allow_javascript=True,
    )


# Without a secure connection browsers have no clipboard; what is selected can be copied still.
_SCRIPT = """{
const place = document.getElementById(%(place)s);
const button = place.querySelector("button"), text = place.querySelector("pre");
button.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(text.textContent);
  } catch {
    place.querySelector("details").open = true;
    getSelection().selectAllChildren(text);
    document.execCommand("copy");
  }
  button.textContent = %(copied)s;
});
}"""
