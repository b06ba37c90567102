"""What the browser does by itself on every page, where Streamlit has no words for it."""

from __future__ import annotations

import json

import streamlit as st

from piximi_ui.language.texts import _
from piximi_ui.server import loading_ahead
from piximi_ui.server.assets import component
from piximi_ui.server.sessions import alive_address

__all__ = ["draw"]

# Listens once per window, however often the page is drawn. Streamlit knows no punctuation as a
# shortcut; in a narrow window it lays the sidebar over the page and leaves it there when a page was
# chosen, so that this seems not to come; and what asks for a name does not take the focus, so that
# Enter would press the button again. A file dropped where nothing takes it would open in place of
# the dashboard; whatever takes files has said so before this hears of it. Only the page itself is
# told whether it is light or dark; dialogs and menus stand beside it in the document. What a page
# keeps in its address (filters, the kind, the run) Streamlit makes an entry of the browser's
# history, each; here it replaces the present one, so that one Back leads to the page before. A page
# that is still being drawn may move a button between the press and the release of it, which is no
# click then; here it is one. Once a page stands, the widgets of the others are loaded.
_SCRIPT = """<script>
window.piximiWords = WORDS;
if (!window.piximiListens) {
  window.piximiListens = true;
  const push = history.pushState.bind(history);
  const project = (address) => new URL(address, location.href).searchParams.get("project");
  history.pushState = (state, title, address) => {
    const next = new URL(address ?? location.href, location.href);
    const same = next.pathname === location.pathname && project(next) === project(location.href);
    if (same) history.replaceState(state, title, address);
    else push(state, title, address);
  };
  const typeInto = (selector, looks = 20) => {
    const field = document.querySelector(selector);
    if (field) field.focus();
    else if (looks) setTimeout(typeInto, 150, selector, looks - 1);
  };
  const press = (selector) => document.querySelector(selector)?.click();
  document.addEventListener("keydown", (event) => {
    const at = event.composedPath()[0];
    const writing = at.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName);
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || writing) return;
    press(".st-key-shortcuts button");
  });
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
      if (event.target.closest?.('[data-testid="stFileUploader"]')) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    });
  }
  const app = document.querySelector('[data-testid="stApp"]');
  const takeScheme = () => {
    document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme;
  };
  new MutationObserver(takeScheme).observe(app, { attributeFilter: ["class"] });
  takeScheme();
  const ahead = AHEAD;
  const whenIdle = window.requestIdleCallback ?? ((load) => setTimeout(load, 200));
  const loadAhead = () => {
    const address = ahead.shift();
    const more = () => whenIdle(loadAhead);
    if (address) import(new URL(address, location.href).href).then(more, more);
  };
  setTimeout(loadAhead, 3000);
  let pressed = null;
  window.addEventListener("pointerdown", ({ target, button, clientX, clientY }) => {
    const buttons = 'button:is([data-testid^="stBaseButton"], [data-testid="stPopoverButton"])';
    const found = button === 0 && target.closest?.(buttons);
    pressed = found ? { found, clientX, clientY } : null;
  }, true);
  window.addEventListener("pointerup", ({ target, clientX, clientY }) => {
    const { found, ...from } = pressed ?? {};
    pressed = null;
    if (!found?.isConnected || found.contains(target)) return;
    if (Math.hypot(clientX - from.clientX, clientY - from.clientY) < 5) found.click();
  }, true);
  document.addEventListener("click", ({ target }) => {
    const narrow = window.matchMedia("(max-width: 768px)").matches;
    if (narrow && target.closest?.('[data-testid="stSidebar"] a')) {
      press('[data-testid="stSidebarCollapseButton"] button');
    }
    if (target.closest?.(".st-key-new-project button")) {
      setTimeout(typeInto, 150, ".st-key-new-project-name input");
    }
    if (target.closest?.(".st-key-new-category button, .st-key-guide-category button")) {
      setTimeout(typeInto, 150, ".st-key-category-name-new input");
    }
  });
}
</script>"""


def draw() -> None:
    """Put the script into the page; it takes the room of an empty line."""
    words = json.dumps({"broken": _broken(), "reload": _("Reload the page")})
    # What is inside a script ends at the first "</", whatever it stands in.
    script = _SCRIPT.replace("WORDS", words.replace("</", "<\\/"))
    script = script.replace("AHEAD", json.dumps(loading_ahead.widgets()))
    st.html(script, unsafe_allow_javascript=True)
    with st.container(key="watch-place"):
        component("watch")(
            key="watch",
            data={
                "alive": alive_address(),
                "texts": {
                    "away": _(
                        "The dashboard does not answer. This page goes on by itself as soon as it "
                        "does; if it was stopped, start it again."
                    ),
                    "again": _(
                        "The connection was away too long, or the dashboard was started anew, so "
                        "this page was loaded again. What was saved is there; what was not yet "
                        "confirmed in a dialog has to be done again."
                    ),
                    "gone": _("This file is no longer there; load the page again."),
                    "ended": _(
                        "This page is out of date: the dashboard was started anew. Reload it."
                    ),
                    "reload": _("Reload the page"),
                    "close": _("Close"),
                },
            },
        )


def _broken() -> str:
    return _(
        "A part of this page could not be loaded. Either the dashboard was updated meanwhile, or "
        "something in this browser, such as an ad blocker, holds it back. Reload the page; if that "
        "does not help, allow this address in the blocker."
    )
