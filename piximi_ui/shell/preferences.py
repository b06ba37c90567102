"""At the sidebar's foot: help, and language and theme, which the browser remembers."""

from __future__ import annotations

import json

import streamlit as st

from piximi_ui.base.navigation import PROJECT_PAGES, link
from piximi_ui.language import languages
from piximi_ui.language.languages import LANGUAGES, language
from piximi_ui.language.texts import _
from piximi_ui.server.assets import base_path
from piximi_ui.shell import shortcuts

__all__ = ["draw"]

_YEAR = 365 * 86400
_THEME_COOKIE = "piximi_theme"
_THEMES = ("System", "Light", "Dark")
_LANGUAGE, _THEME, _NEW_THEME = "preferred-language", "preferred-theme", "piximi_new_theme"
_RELOAD = "piximi_reload"
_RELOADING = (
    "(function again() { document.documentElement.hasAttribute('data-piximi-unsaved') "
    "? setTimeout(again, 200) : location.reload(); })();"
)


def draw() -> None:
    """Draw the way to the help pages and the settings, of which a choice holds at once."""
    spoken = language()
    with st.sidebar:
        with st.container(horizontal=True, vertical_alignment="center", key="sidebar-foot"):
            link("help")
            _settings(spoken)
        shortcuts.draw()
        _tell_browser(spoken)


def _settings(spoken: str) -> None:
    with st.popover(_("Settings"), icon=":material/settings:", type="tertiary", key="preferences"):
        if st.session_state.get(_LANGUAGE) != spoken:
            st.session_state[_LANGUAGE] = spoken
        st.segmented_control(
            _("Language"),
            list(LANGUAGES),
            required=True,
            format_func=LANGUAGES.__getitem__,
            key=_LANGUAGE,
            on_change=_choose_language,
        )
        words = {"System": _("As the system"), "Light": _("Light"), "Dark": _("Dark")}
        st.segmented_control(
            _("Theme"),
            list(_THEMES),
            default=_theme(),
            required=True,
            format_func=words.__getitem__,
            key=_THEME,
            on_change=lambda: st.session_state.update({_NEW_THEME: st.session_state[_THEME]}),
        )


def _choose_language() -> None:
    languages.choose(st.session_state[_LANGUAGE])
    st.session_state[_RELOAD] = True


def _theme() -> str:
    kept = st.context.cookies.get(_THEME_COOKIE)
    return kept if kept in _THEMES else "System"


def _tell_browser(spoken: str) -> None:
    """Have the browser know the language of the page, and keep what was chosen.

    Streamlit keeps its theme by the path of the page that was opened first; written for every
    path, the choice holds on all of them. It is read when a page is opened, hence the reload; a
    new language needs it too, because lists keep the words of what is chosen in them. Nothing that
    was not yet saved is lost by it.
    """
    lines = [f"document.documentElement.lang = {json.dumps(spoken)};"]
    if languages.is_chosen():
        lines.append(_cookie(languages.COOKIE, spoken))
    theme = st.session_state.pop(_NEW_THEME, None)
    if theme in _THEMES:
        keys = [f"stActiveTheme-{path}-v2" for path in _paths()]
        value = json.dumps(json.dumps(theme))
        lines += [_cookie(_THEME_COOKIE, theme)]
        lines += [f"localStorage.setItem({json.dumps(key)}, {value});" for key in keys]
        st.session_state[_RELOAD] = True
    if st.session_state.pop(_RELOAD, False):
        lines.append(_RELOADING)
    st.html(f"<script>{' '.join(lines)}</script>", unsafe_allow_javascript=True)


def _paths() -> list[str]:
    base = base_path()
    return [base or "/", f"{base}/", *(f"{base}/{page}" for page in (*PROJECT_PAGES, "help"))]


def _cookie(name: str, value: str) -> str:
    kept = f"{name}={value}; path={base_path() or '/'}; max-age={_YEAR}; samesite=lax"
    return f"document.cookie = {json.dumps(kept)};"
