// Follows the project: other tabs, other people and jobs change it too. One number is asked for over
// HTTP every other second; what is shown is asked for again only when that number is another one.

import { closeConnectionNotice } from "./dom.js";

const EVERY = 2000; // ms
const AGAIN = 500; // ms, while there is no connection

export class Follower {
  /**
   * @param {object} owner what follows: its `queue`; `redraw()` is called when the connection is lost
   *   or back, `missed()` when it is back
   */
  constructor(owner) {
    this.owner = owner;
    this.source = null; // {address, number} of what is on the screen
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
    if (this.lost !== before) this.owner.redraw();
    if (before && !this.lost) this.owner.missed();
    this.timer = setTimeout(() => this.#look(), this.lost ? AGAIN : EVERY);
  }

  async #ask() {
    if (!this.source || (document.hidden && !this.owner.queue.unsaved)) return;
    const answer = await fetch(window.location.origin + this.source.address, { cache: "no-store" });
    if (this.source) await this.#hear(answer);
  }

  async #hear(answer) {
    const { queue } = this.owner;
    // A server that was started anew does not know this page's address, nor the page itself.
    if (answer.status === 404) return queue.startOver();
    if (!answer.ok) return;
    if (this.lost) queue.hurry();
    const number = Number(await answer.text());
    if (this.source && number !== this.source.number && !queue.waiting.length) queue.look();
  }
}
