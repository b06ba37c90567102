"""What the browser does by itself on every page, where Streamlit has no words for it."""

from __future__ import annotations

import streamlit as st

__all__ = ["draw"]

# Listens once per window, however often the page is drawn. Streamlit knows no punctuation as a
# shortcut; in a narrow window it lays the sidebar over the page and leaves it there when a page was
# chosen, so that this seems not to come; and what asks for a name does not take the focus, so that
# Enter would press the button again. A file dropped where nothing takes it would open in place of
# the dashboard; whatever takes files has said so before this hears of it. Only the page itself is
# told whether it is light or dark; dialogs and menus stand beside it in the document.
_SCRIPT = """<script>
if (!window.piximiListens) {
  window.piximiListens = true;
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
    st.html(_SCRIPT, unsafe_allow_javascript=True)
