// Follows the project: other tabs, other people and jobs change it too. One number is asked for over
// HTTP every other second; Python draws again only when that number is another one.

import { closeConnectionNotice } from "./dom.js";

const EVERY = 2000; // ms
const AGAIN = 500; // ms, while there is no connection
const PATIENCE = 6000; // ms in which one drawing may answer, before it is asked for again

export class Follower {
  /** @param {object} gallery see gallery.js: `queue`, `component`, `data` */
  constructor(gallery) {
    this.gallery = gallery;
    this.source = null; // {address, number} of the drawing on the screen
    this.asked = { number: NaN, at: 0 }; // what Python was asked to draw last, and when
    this.lost = false; // whether the last question got no answer
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    for (const name of ["visibilitychange", "online"]) {
      (name === "online" ? window : document).addEventListener(name, () => this.#look(), { signal });
    }
    this.timer = setTimeout(() => this.#look(), EVERY);
  }

  shown(source) {
    this.source = source;
  }

  close() {
    clearTimeout(this.timer);
    this.listeners.abort();
    this.source = null;
    this.closed = true;
  }

  async #look() {
    if (this.closed || this.looking) return;
    clearTimeout(this.timer);
    this.looking = true;
    const before = this.lost;
    try {
      await this.#ask();
      this.lost = false;
    } catch {
      // No connection; the queue keeps what is done meanwhile, so nothing need block the page.
      this.lost = true;
      closeConnectionNotice();
    }
    this.looking = false;
    if (this.closed) return;
    if (this.lost !== before) this.gallery.redraw();
    if (before && !this.lost) this.gallery.view.fetchMissing();
    this.timer = setTimeout(() => this.#look(), this.lost ? AGAIN : EVERY);
  }

  async #ask() {
    if (!this.source || (document.hidden && !this.gallery.queue.unsaved)) return;
    const answer = await fetch(window.location.origin + this.source.address, { cache: "no-store" });
    if (this.source) await this.#hear(answer);
  }

  async #hear(answer) {
    const { queue, component } = this.gallery;
    // A server that was started anew does not know this page's address, nor the page itself.
    if (answer.status === 404) return queue.startOver();
    if (!answer.ok) return;
    if (this.lost) queue.hurry();
    const number = Number(await answer.text());
    if (!this.source || number === this.source.number || queue.waiting.length > 0) return;
    // Behind an open dialog nothing is drawn anew: that could open it again as it is being closed.
    if (document.querySelector('[role="dialog"]')) return;
    if (number === this.asked.number && performance.now() - this.asked.at < PATIENCE) return;
    this.asked = { number, at: performance.now() };
    component.setTriggerValue("look", number);
  }
}
