// Ctrl+Z on every page: what a gallery did not take for itself presses the button beside the page.

import { TEXT_FIELDS } from "../keyboard/keys.js";
import { composes, letterOf } from "../keyboard/layouts.js";
import { afterPresses, listenForPresses, pressBeside } from "../shared/presses.js";

export function listenForUndo() {
  // Of two versions of this module, as after an update, one is to press.
  const marked = /** @type {Window & {piximiUndoes?: boolean}} */ (window);
  if (marked.piximiUndoes) return;
  marked.piximiUndoes = true;
  listenForPresses();
  window.addEventListener("keydown", (event) => {
    const name = buttonOf(event);
    // Whoever else listens comes first, in whatever order the parts of the page were loaded.
    if (name) setTimeout(() => event.defaultPrevented || afterPresses(() => pressBeside(name)));
  });
}

function buttonOf(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || composes(event)) return null;
  const target = event.composedPath()[0];
  if (target instanceof Element && target.closest(TEXT_FIELDS)) return null;
  if (document.querySelector('[role="dialog"]')) return null;
  const key = letterOf(event);
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" && !event.shiftKey ? "redo" : null;
}
