"""The few rules of style that hold on every page and that Streamlit has no words for."""

from __future__ import annotations

import streamlit as st

__all__ = ["draw"]

_RULES = """<style>
/* Room for the work instead of an empty top: Streamlit's header holds hardly anything here. What
   sticks below it, in a component too, knows its height. What draws nothing keeps no gap. */
[data-testid="stLayoutWrapper"]:has(> :is(.st-key-unseen-title, .st-key-drop-anywhere-place)) {
  position: absolute; width: 1px; height: 1px; overflow: hidden;
}
:root { --piximi-top: 2.5rem; }
[data-testid="stHeader"] { height: var(--piximi-top); min-height: var(--piximi-top); }
[data-testid="stMainBlockContainer"] { padding: 2.6rem 2rem 2rem; }
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.75rem; }
[data-testid="stSidebarHeader"] { height: 2.25rem; margin-bottom: 0; }
[data-testid="stSidebarUserContent"] { padding-bottom: 1.5rem; }

/* Streamlit's header lets through what scrolls below it: half images over the gallery's bar. */
[data-testid="stHeader"] { background: light-dark(#FFFFFF, #0D1113); }

/* What came of a job is a sentence, and is read whole. */
[data-testid="stSidebar"] [data-testid="stPageLink-NavLink"]
  :is(span, div, p):not([data-testid="stIconMaterial"]) { white-space: normal; }

/* The guide: one compact row of steps and the one button. */
.st-key-guide { border-bottom: 1px solid rgb(128 128 128 / 30%); padding-bottom: 0.35rem; }
.st-key-guide-way { flex-wrap: nowrap; }
.st-key-guide-way [data-testid="stPageLink-NavLink"] {
  padding: 0.1rem 0.5rem 0.1rem 0.15rem; background: none; font-size: 0.9rem; gap: 0.2rem;
}
/* Bold is what comes next, and not, as Streamlit has it, every link to the present page. */
.st-key-guide-way a :is(span, p):not([data-testid="stIconMaterial"]) { font-weight: 400; }
.st-key-guide-way a strong { font-weight: 600; }
.st-key-guide-way a:has(strong) { box-shadow: inset 0 -2px #2a8f99; }
.st-key-guide-next { margin-left: auto; }
.st-key-guide-next button { min-height: 2rem; padding: 0.1rem 0.75rem; }
.st-key-guide-next p { margin-bottom: 0; }
.st-key-guide-next [data-testid="stMarkdownContainer"] { margin-bottom: 0; }

/* Over the empty end of the sidebar, where a message covers nothing; what it covers on a phone can
   be pressed through it. */
[data-testid="stToastContainer"] {
  top: auto; bottom: 1rem; left: 0.75rem; right: auto; width: min(17rem, 92vw);
  pointer-events: none;
}
[data-testid="stToast"] { width: 100%; }
[data-testid="stToast"] :is(button, a) { pointer-events: auto; }

/* A button that only its icon is seen of; what it means is read out, and told by its tip. */
:is([class*="st-key-menu-"], .st-key-kind-menu, .st-key-saved-filters)
  [data-testid="stPopoverButton"] { padding: 0.25rem; }
:is([class*="st-key-menu-"], .st-key-kind-menu, .st-key-saved-filters)
  [data-testid="stPopoverButton"] p {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
}
:is([class*="st-key-menu-"], .st-key-kind-menu, .st-key-saved-filters)
  [data-testid="stPopoverButton"] > div > [aria-hidden]:last-child { display: none; }
/* A menu is never longer than the window: what does not fit is scrolled to. */
[data-testid="stPopoverBody"] { max-height: min(80vh, 40rem); overflow-y: auto; }

/* A form has its button in sight; the hint would lie over what is typed in a narrow field. */
[data-testid="stForm"] [data-testid="InputInstructions"] { display: none; }

/* The accent as text: as a button's ground it cannot be bright enough for the dark theme. */
[data-testid="stButtonGroup"] [data-selected="true"] p,
[data-testid="stSliderThumbValue"] p,
[data-testid="stSlider"] [data-testid="stMarkdownContainer"] p,
[data-testid="stTabs"] [aria-selected="true"] p {
  color: light-dark(#0B6E75, #63C5CE);
}
[data-testid="stSlider"] label [data-testid="stMarkdownContainer"] p { color: inherit; }
[data-testid="stCaptionContainer"] { opacity: 1; color: light-dark(#5B6669, #A3ADB1); }
.piximi-report { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
.piximi-report button {
  font: inherit; color: inherit; background: none; cursor: pointer;
  border: 1px solid currentcolor; border-radius: 0.375rem; padding: 0.15rem 0.75rem;
}
.piximi-report pre { white-space: pre-wrap; font-size: 0.8rem; }

/* What a page says of its connection, over whatever is open. */
.piximi-banner {
  position: fixed; z-index: 1000200; left: 50%; bottom: 1rem; transform: translateX(-50%);
  display: flex; gap: 0.75rem; align-items: center; flex-wrap: wrap;
  width: max-content; max-width: min(46rem, calc(100vw - 2rem)); box-sizing: border-box;
  padding: 0.65rem 1rem; border-radius: 0.375rem; border: 1px solid currentcolor;
  background: light-dark(#FFF6E0, #3A2F12); color: light-dark(#4A3400, #FFE3A8);
  font: 0.95rem/1.4 "Source Sans", sans-serif; box-shadow: 0 4px 18px rgb(0 0 0 / 25%);
}
.piximi-banner button {
  font: inherit; color: inherit; background: none; cursor: pointer;
  border: 1px solid currentcolor; border-radius: 0.375rem; padding: 0.15rem 0.75rem;
}
.st-key-watch-place { position: absolute; }

@media (max-width: 640px) {
  [data-testid="stMainBlockContainer"] { padding: 2.75rem 1rem 2rem; }
  /* On a phone: the present step and what to do next. */
  .st-key-guide-way [data-testid="stElementContainer"]:not(:has(strong)) { display: none; }
  .st-key-guide-next { flex: 1 1 60%; margin-left: 0; }
}
</style>"""


def draw() -> None:
    """Put the rules into the page."""
    st.html(_RULES)
