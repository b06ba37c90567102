// A large image is made ready once, before it is shown the first time: how far that is.

import { element, fill, number } from "./dom.js";

const PATIENCE = 700; // ms without a picture after which there is something to say
const ASK = 1000; // ms between questions

export class Preparing {
  constructor() {
    this.node = element("p", { class: "preparing", role: "status", hidden: true });
    this.text = ""; // with "{percent}" in it, empty where nothing is said
    this.address = ""; // of how far it is; empty for an image that is shown at once
    /** @type {number | undefined} */
    this.asking = undefined;
  }

  /** A picture was asked for. */
  begin() {
    this.end();
    if (this.address && this.text) this.asking = setTimeout(() => this.#ask(this.address), PATIENCE);
  }

  /** It is there, or never will be. */
  end() {
    clearTimeout(this.asking);
    this.asking = undefined;
    this.node.hidden = true;
  }

  async #ask(address) {
    const asked = this.asking;
    let share = null;
    try {
      ({ share } = await (await fetch(address)).json());
    } catch {
      // The connection is gone, which is said elsewhere.
    }
    if (asked !== this.asking) return;
    this.node.hidden = share === null;
    if (share !== null) this.node.textContent = fill(this.text, { percent: number(Math.round(100 * share)) });
    this.asking = setTimeout(() => this.#ask(address), ASK);
  }
}
