// The keyboard comes home: after a click of the mouse on a button, and when a dialog was closed, it
// is with the gallery again, so that no Space presses that button once more and no arrow scrolls.

import { TEXT_FIELDS } from "../keyboard/keys.js";

const RETURNS = [0, 80, 250]; // ms after which a closed dialog may still give the focus back to its button
const OPEN = '[role="dialog"], [role="menu"], [data-testid="stPopoverBody"]';
const OPENS = "[aria-haspopup], [aria-expanded]"; // a button that opens something keeps the keyboard

export class Home {
  /** @param {object} gallery see gallery.js: `listens`, `refocus`, `used` */
  constructor(gallery) {
    this.gallery = gallery;
    this.listeners = new AbortController();
    window.addEventListener("click", (event) => this.#click(event), { signal: this.listeners.signal });
    this.open = this.#isOpen();
    this.watcher = new MutationObserver(() => this.#look());
    this.watcher.observe(document.body, { childList: true, subtree: true });
  }

  close() {
    this.watcher.disconnect();
    this.listeners.abort();
  }

  #click(event) {
    const target = event.composedPath()[0];
    const button = target instanceof Element && target.closest("button, [role=button], input[type=checkbox]");
    // Without a mouse the person walks from control to control, and stays where they are.
    if (button && event.detail > 0 && !button.closest(OPENS)) setTimeout(() => this.#take(), 0);
  }

  #isOpen() {
    return document.querySelector('[role="dialog"]') !== null;
  }

  #look() {
    const open = this.#isOpen();
    if (this.open && !open) for (const delay of RETURNS) setTimeout(() => this.#take(), delay);
    this.open = open;
  }

  #take() {
    const { gallery } = this;
    if (!gallery.used || !gallery.listens() || document.querySelector(OPEN)) return;
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    if (!at?.closest(TEXT_FIELDS)) gallery.refocus();
  }
}
