"""The pages, their addresses, and how one leads to another without losing the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from piximi_ui.language.texts import _

__all__ = [
    "PROJECT_PAGES",
    "PageName",
    "address",
    "current",
    "go_to",
    "link",
    "register",
    "started_at",
]

PageName = str

_TOP = Path(__file__).resolve().parents[2]
# Installed, the files of the server have a folder of their own beside the packages.
_SERVER = _TOP / "piximi_dashboard" if (_TOP / "piximi_dashboard").is_dir() else _TOP
_FOLDER = _SERVER / "pages"
PROJECT_PAGES: tuple[PageName, ...] = (
    "images",
    "annotate",
    "train",
    "evaluate",
    "predict",
    "export",
)


@dataclass(frozen=True)
class _Entry:
    title: str
    icon: str


def _entries() -> dict[PageName, _Entry]:
    return {
        "home": _Entry(_("Projects"), ":material/folder_open:"),
        "images": _Entry(_("Images"), ":material/photo_library:"),
        "annotate": _Entry(_("Annotate"), ":material/draw:"),
        "train": _Entry(_("Train"), ":material/model_training:"),
        "evaluate": _Entry(_("Evaluate"), ":material/grid_on:"),
        "predict": _Entry(_("Predict"), ":material/auto_awesome:"),
        "export": _Entry(_("Export"), ":material/download:"),
        "help": _Entry(_("Help"), ":material/help:"),
    }


def register() -> Any:
    """Tell Streamlit the pages and return the one that the address asks for."""
    pages = {
        name: st.Page(
            # Absolute, so that no folder of the same name beside the main script can win.
            _FOLDER / f"{name}.py",
            title=entry.title,
            icon=entry.icon,
            url_path=None if name == "home" else name,
            default=name == "home",
        )
        for name, entry in _entries().items()
    }
    st.session_state["piximi_pages"] = pages
    asked = st.navigation(list(pages.values()), position="hidden")
    st.session_state["piximi_page"] = next(
        name for name, page in pages.items() if page.url_path == asked.url_path
    )
    return asked


def current() -> PageName:
    """Return the page that is being drawn."""
    return str(st.session_state.get("piximi_page", "home"))


def _pages() -> Mapping[PageName, Any]:
    pages: Mapping[PageName, Any] = st.session_state["piximi_pages"]
    return pages


def started_at() -> str | None:
    """Return the project that the address names, None on the list of projects."""
    found = st.query_params.get("project")
    return str(found) if found else None


def address(project: str | None = None, **more: str) -> dict[str, str]:
    """Return the query of an address: the project, and what else a page remembers there.

    In the same project the kind that the page is about is kept.
    """
    kind = st.query_params.get("kind")
    if kind and project in (None, started_at()):
        more = {"kind": str(kind), **more}
    project = project or started_at()
    return {"project": project, **more} if project else dict(more)


def link(
    name: PageName,
    *,
    label: str | None = None,
    icon: str | None = None,
    project: str | None = None,
    disabled: bool = False,
    help_text: str | None = None,
    width: Any = "content",
    **more: str,
) -> None:
    """Draw a link to a page that keeps the project."""
    entry = _entries()[name]
    st.page_link(
        _pages()[name],
        label=label or entry.title,
        icon=icon or entry.icon,
        query_params={} if name == "home" else address(project, **more),
        disabled=disabled,
        help=help_text,
        width=width,
    )


def go_to(name: PageName, *, project: str | None = None, **more: str) -> None:
    """Turn to a page, keeping the project; nothing after it runs."""
    query = {} if name == "home" else address(project, **more)
    st.switch_page(_pages()[name], query_params=query)
