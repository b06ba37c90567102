// The keyboard: labels and commands anywhere on the page, arrows and Space inside the grid.

import { connectionNotice } from "../shared/dom.js";
import { afterPresses, listenForPresses, pressBeside } from "../shared/presses.js";
import { composes, digitOf, letterOf } from "./layouts.js";

const TYPES_TEXT = "input:not([type=range]):not([type=checkbox]):not([type=radio]):not([type=button])";
export const TEXT_FIELDS = `${TYPES_TEXT}, textarea, select, [contenteditable=true], [role=combobox], [role=textbox], [role=slider], [data-testid=stDataFrame]`;
const MODIFIERS = new Set(["Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "Fn"]);
const PANEL_DELAY = 500; // ms of Shift held before the panel shows; a Shift-click is quicker

export class Keyboard {
  /**
   * @param {object} gallery see ../gallery/gallery.js: the verbs used below
   * @param {boolean} inDialog whether it belongs to what stands in the open dialog
   */
  constructor(gallery, inDialog = false) {
    this.gallery = gallery;
    this.inDialog = inDialog;
    this.digits = gallery.labelling.digits;
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    listenForPresses();
    window.addEventListener("keydown", (event) => this.down(event), { signal });
    window.addEventListener("keyup", (event) => this.up(event), { signal });
    window.addEventListener("blur", () => this.#leave(), { signal });
    // What was typed was meant for what was selected then.
    window.addEventListener("pointerdown", () => this.#leave(), { signal, capture: true });
  }

  close() {
    clearTimeout(this.delay);
    this.digits.flush();
    this.listeners.abort();
  }

  down(event) {
    if (event.defaultPrevented || composes(event) || MODIFIERS.has(event.key)) return;
    if (!this.gallery.listens() || this.#elsewhere(event)) return;
    if (event.key === "Shift") {
      if (!event.repeat && this.gallery.may("label")) this.#hold();
      return;
    }
    const chord = event.ctrlKey || event.metaKey || event.altKey;
    const handled = chord ? this.#chord(event) : this.#type(event) || this.#command(event) || this.#inGrid(event);
    if (handled) event.preventDefault();
  }

  up(event) {
    if (event.key !== "Shift") return;
    clearTimeout(this.delay);
    this.digits.release();
  }

  #hold() {
    const { digits, gallery } = this;
    digits.hold(gallery.data.categories);
    clearTimeout(this.delay);
    this.delay = setTimeout(() => digits.list && digits.hears.show(digits.typed, digits.list), PANEL_DELAY);
  }

  #leave() {
    clearTimeout(this.delay);
    if (this.digits.shifted) this.digits.cancel();
    else this.digits.flush();
  }

  #type(event) {
    const { digits, gallery } = this;
    const digit = gallery.may("label") ? digitOf(event) : null;
    if (digit !== null) {
      // A key that rests on the table must not label one image after the other.
      if (!event.repeat) digits.press(digit, event.shiftKey, gallery.data.categories);
      return true;
    }
    if (!digits.pending) return false;
    if (event.key === "Backspace") digits.erase();
    else if (event.key === "Escape") digits.cancel();
    else {
      // While Shift is held the number stays open, but for what is no part of it.
      if (digits.shifted && event.key.length === 1) digits.cancel();
      else if (!digits.shifted) digits.flush();
      return false;
    }
    return true;
  }

  #chord(event) {
    const { gallery } = this;
    if (event.altKey) return false;
    this.digits.flush();
    const key = letterOf(event);
    if (key === "a" && !event.shiftKey) return gallery.selectPage();
    // A gallery that has just left the page undoes nothing any more: the button beside it does.
    const there = gallery.host?.host.isConnected ?? true;
    if (key === "z") return there && this.#back(event.shiftKey ? "redo" : "undo");
    if (key === "y" && !event.shiftKey) return there && this.#back("redo");
    // Keyboards of Macs have no key for this.
    if (key === "backspace" && event.metaKey) return gallery.remove();
    return false;
  }

  /** Undo or redo, after what was pressed on the page; that may have taken the gallery away. */
  #back(type) {
    const { gallery } = this;
    if (!gallery.may(type)) return false;
    return afterPresses(() => {
      const there = gallery.listens() && (gallery.host?.host.isConnected ?? true);
      return there ? gallery.act(type) : pressBeside(type);
    });
  }

  #command(event) {
    const { gallery } = this;
    const key = letterOf(event);
    if (!event.repeat && key === "/") return gallery.find();
    if (key === "escape") return gallery.deselect();
    if (event.shiftKey) return false;
    if (key === "delete") return gallery.remove();
    if (!gallery.may("label")) return false;
    if (key === "backspace") return gallery.labelling.step(-1);
    if (key === "n") return gallery.labelling.step(1);
    if (event.repeat) return false;
    if (key === "c") return gallery.find();
    if (key === "a") return gallery.labelling.answer("accept");
    if (key === "r") return gallery.labelling.answer("reject");
    return key === "u" && gallery.labelling.remove();
  }

  #inGrid(event) {
    const { gallery } = this;
    if (!gallery.focused()) return false;
    const columns = gallery.view.columns();
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
    return !this.inDialog && document.querySelector('[role="dialog"]') !== null && !connectionNotice();
  }
}
