// The keyboard: Piximi's shortcuts anywhere on the page, arrows and Space inside the grid.

import { connectionNotice } from "./dom.js";

const TYPES_TEXT = "input:not([type=range]):not([type=checkbox]):not([type=radio]):not([type=button])";
const TEXT_FIELDS = `${TYPES_TEXT}, textarea, select, [contenteditable=true], [role=combobox], [role=textbox], [role=slider]`;
const PANEL_DELAY = 500; // ms of Shift held before the panel shows; a Shift-click is quicker

export class Keyboard {
  /** @param {object} gallery see gallery.js: the verbs used below */
  constructor(gallery) {
    this.gallery = gallery;
    this.typed = null; // digits typed while Shift is held; null: Shift is up
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    window.addEventListener("keydown", (event) => this.down(event), { signal });
    window.addEventListener("keyup", (event) => this.up(event), { signal });
    window.addEventListener("blur", () => this.cancel(), { signal });
    window.addEventListener("pointerdown", () => clearTimeout(this.delay), { signal });
  }

  close() {
    clearTimeout(this.delay);
    this.listeners.abort();
  }

  cancel() {
    clearTimeout(this.delay);
    this.typed = null;
    this.gallery.typing(null);
  }

  down(event) {
    if (event.defaultPrevented || !this.gallery.listens() || this.#elsewhere(event)) return;
    if (event.key === "Shift") {
      if (!event.repeat && this.gallery.may("label")) this.#start();
      return;
    }
    const handled =
      this.typed !== null && event.shiftKey && !event.ctrlKey && !event.metaKey
        ? this.#digit(event)
        : false;
    if (handled || this.#command(event) || this.#inGrid(event)) event.preventDefault();
  }

  up(event) {
    if (event.key !== "Shift" || this.typed === null) return;
    const typed = this.typed;
    this.cancel();
    if (typed !== "") this.gallery.choose(Number(typed));
  }

  #start() {
    this.typed = "";
    this.delay = setTimeout(() => this.typed !== null && this.gallery.typing(this.typed), PANEL_DELAY);
  }

  #digit(event) {
    // By position: with Shift held, event.key is "!" or "&" and differs between layouts.
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    if (digit) this.typed = (this.typed + digit[1]).slice(0, 6);
    else if (event.key === "Backspace") this.typed = this.typed.slice(0, -1);
    else if (event.key === "Escape") {
      this.cancel();
      return true;
    } else return false;
    this.gallery.typing(this.typed);
    return true;
  }

  #command(event) {
    const { gallery } = this;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && !event.altKey) {
      if (key === "a" && !event.shiftKey) return gallery.selectPage();
      if (key === "z") return gallery.act(event.shiftKey ? "redo" : "undo");
      if (key === "y" && !event.shiftKey) return gallery.act("redo");
      return false;
    }
    if (event.altKey) return false;
    if (!event.repeat && (key === "/" || (key === "c" && !event.shiftKey))) return gallery.find();
    if (key === "escape") return gallery.deselect();
    if ((key === "delete" || key === "backspace") && !event.shiftKey) return gallery.remove();
    return false;
  }

  #inGrid(event) {
    const { gallery } = this;
    if (event.ctrlKey || event.metaKey || event.altKey || !gallery.focused()) return false;
    const columns = gallery.columns();
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    if (event.key in steps) return gallery.move(steps[event.key], event.shiftKey);
    if (event.key === "PageDown") return gallery.leaf(1);
    if (event.key === "PageUp") return gallery.leaf(-1);
    if (event.key === "Home") return gallery.move(-Infinity, event.shiftKey);
    if (event.key === "End") return gallery.move(Infinity, event.shiftKey);
    if (event.key === " ") return gallery.press(event.shiftKey);
    if (event.key === "Enter") return gallery.openFocused();
    return false;
  }

  /** Keys belong to a text field or an open dialog as long as there is one. */
  #elsewhere(event) {
    const target = event.composedPath()[0];
    if (target instanceof Element && target.closest(TEXT_FIELDS)) return true;
    return document.querySelector('[role="dialog"]') !== null && !connectionNotice();
  }
}
