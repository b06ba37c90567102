// A box drawn over the grid selects what it touches: with the mouse, or with a finger that rested on
// the grid for a moment. With Ctrl or Shift, and always with a finger, it adds to the selection.

import { element } from "../shared/dom.js";
import { tileOf, wayOf } from "./tile.js";

const SLACK = 6; // CSS pixels that a click may tremble
const REST = 450; // ms after which a resting finger begins a selection
const EDGE = 48; // CSS pixels at the window's edges that scroll
const PACE = 14; // CSS pixels scrolled per frame there

export class DragBox {
  /** @param {object} verbs see gallery.js: `selection`, `cover`, `pick`, `host` */
  constructor(grid, verbs) {
    this.grid = grid;
    this.verbs = verbs;
    /** @type {any} */
    this.start = null; // where the pointer went down, in the window
    /** @type {any} */
    this.box = null; // drawn while dragging
    this.from = this.last = { x: 0, y: 0 }; // where the box began, in the grid; the pointer, in the window
    this.before = this.base = { ids: [], wide: false }; // selected before; what the box adds to
    this.places = []; // of the tiles, in the grid
    this.covered = null; // the tiles that the box touches, as text
    this.rest = this.frame = 0;
    this.scroller = null;
    this.justDone = false; // the click that ends a drag selects nothing
    this.pressed = null; // {tile, way} of a press that the browser has made no click of yet
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    grid.addEventListener("pointerdown", (event) => this.#press(event), { signal });
    grid.addEventListener("pointermove", (event) => this.#move(event), { signal });
    for (const name of ["pointerup", "pointercancel"]) {
      window.addEventListener(name, (event) => this.#release(event), { signal });
    }
    grid.addEventListener("click", () => (this.pressed = null), { signal, capture: true });
    // A finger that draws must not scroll, nor open the browser's menu.
    grid.addEventListener("touchmove", (event) => this.box && event.preventDefault(), {
      signal,
      passive: false,
    });
    grid.addEventListener(
      "contextmenu",
      (event) => (this.box || this.start?.touch) && event.preventDefault(),
      { signal },
    );
    window.addEventListener("keydown", (event) => event.key === "Escape" && this.#cancel(event), {
      signal,
      capture: true,
    });
  }

  close() {
    this.#forget();
    this.listeners.abort();
  }

  #press(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const touch = event.pointerType === "touch";
    const add = touch || event.ctrlKey || event.shiftKey || event.metaKey;
    const from = { x: event.clientX, y: event.clientY, tile: tileOf(event), way: wayOf(event) };
    this.start = { ...from, pointer: event.pointerId, touch, add };
    if (touch) this.rest = setTimeout(() => this.#begin(this.start), REST);
  }

  #move(event) {
    if (!this.start || event.pointerId !== this.start.pointer) return;
    const far = Math.hypot(event.clientX - this.start.x, event.clientY - this.start.y) > SLACK;
    if (!this.box) {
      if (!far) return;
      if (this.start.touch) return this.#forget(); // the finger scrolls
      this.#begin(this.start);
    }
    this.#stretch(event.clientX, event.clientY);
  }

  #begin({ x, y, pointer, touch, add }) {
    const { left, top } = this.grid.getBoundingClientRect();
    this.from = { x: x - left, y: y - top };
    const { selection } = this.verbs;
    this.before = { ids: selection.list(), wide: selection.wide };
    this.base = add ? this.before : { ids: [], wide: false };
    this.places = [...this.grid.querySelectorAll(".tile")].map((node) => ({
      id: node.dataset.id,
      left: node.offsetLeft,
      top: node.offsetTop,
      right: node.offsetLeft + node.offsetWidth,
      bottom: node.offsetTop + node.offsetHeight,
    }));
    this.box = element("div", { class: "drag-box", "aria-hidden": "true" });
    this.grid.append(this.box);
    this.grid.setPointerCapture(pointer);
    // From now on a tap adds, too: the person is picking several.
    this.verbs.picking = touch;
    if (touch) navigator.vibrate?.(12);
    this.#stretch(x, y);
    this.frame = requestAnimationFrame(() => this.#scroll());
  }

  /** Draw the box up to a point of the window, and select what it touches. */
  #stretch(x, y) {
    this.last = { x, y };
    const rect = this.grid.getBoundingClientRect();
    const to = { x: x - rect.left, y: y - rect.top };
    const [left, right] = [this.from.x, to.x].sort((a, b) => a - b);
    const [top, bottom] = [this.from.y, to.y].sort((a, b) => a - b);
    const clip = (value, most) => Math.max(0, Math.min(value, most));
    const style = {
      left: clip(left, rect.width),
      top: clip(top, rect.height),
      width: clip(right, rect.width) - clip(left, rect.width),
      height: clip(bottom, rect.height) - clip(top, rect.height),
    };
    for (const [name, value] of Object.entries(style)) this.box.style[name] = `${value}px`;
    const touched = this.places.filter(
      (place) => place.left < right && place.right > left && place.top < bottom && place.bottom > top,
    );
    const covered = touched.map((place) => place.id);
    const state = covered.join();
    if (state === this.covered) return;
    this.covered = state;
    this.verbs.cover([...this.base.ids, ...covered], this.base.wide, false);
  }

  /** Near the window's edge the page follows the pointer. */
  #scroll() {
    if (!this.box) return;
    const { y } = this.last;
    const step = y < EDGE + 56 ? -PACE : y > window.innerHeight - EDGE ? PACE : 0;
    if (step) {
      this.scroller ??= scrollerOf(this.verbs.host.host);
      this.scroller.scrollBy(0, step);
      this.#stretch(this.last.x, y);
    }
    this.frame = requestAnimationFrame(() => this.#scroll());
  }

  #release(event) {
    if (!this.start || event.pointerId !== this.start.pointer) return;
    const { start } = this;
    const drawn = this.box !== null;
    this.#forget();
    if (!drawn) {
      if (event.type === "pointerup" && start.tile && !start.touch) this.#expectClick(start);
      return;
    }
    const { selection } = this.verbs;
    this.verbs.cover(selection.list(), selection.wide, true);
    this.justDone = true;
    setTimeout(() => (this.justDone = false), 0);
  }

  /** The browser makes no click of a press if Streamlit moved the tile on the page meanwhile. */
  #expectClick(press) {
    this.pressed = press;
    setTimeout(() => {
      if (this.pressed === press) this.verbs.pick(press.tile, press.way);
    }, 0);
  }

  #cancel(event) {
    if (!this.box) return;
    event.preventDefault();
    this.#forget();
    this.verbs.cover(this.before.ids, this.before.wide, true);
  }

  #forget() {
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.box?.remove();
    this.box = this.start = null;
    this.covered = null;
  }
}

/** The element that scrolls the page: Streamlit's main part. */
function scrollerOf(node) {
  for (let at = node.parentElement; at; at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.scrollingElement;
}
