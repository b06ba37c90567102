// Actions wait here until Python acknowledges their number, so none is lost when actions come
// faster than reruns, when a rerun is cut short, or when the connection drops. Each has a name of
// its own, by which the project refuses a second copy.

import { LEAVING, startOver } from "../watch/leave.js";

const RESEND = [2000, 4000, 8000, 10000]; // ms between attempts; the last one repeats
const PATIENCE = 4; // unanswered attempts after which the page itself is loaded anew
// What outlives a reload of the page; the others only ask for something to be shown.
const KEEPS = new Set(["label", "create", "accept", "reject", "undo", "redo"]);
export const LEFT = "piximi-labels-left"; // an event: a queue was closed with something in it
export const viewerStore = (store) => `${store}:viewer`;
export const NEW = "new:"; // before the name of a category that Python is about to create

const random = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

export class ActionQueue {
  /**
   * @param {string} store name under which unsaved actions survive a reload of the page
   * @param {(batch: object) => void} send gives Python everything that is not acknowledged
   * @param {() => void} changed called whenever the number of waiting actions changes
   */
  constructor(store, send, changed) {
    this.storage = `piximi-unsaved:${store}`;
    this.send = send;
    this.changed = changed;
    this.client = random();
    this.nonce = 0;
    this.waiting = [];
    this.sent = 0; // highest number ever sent
    this.attempt = 0;
    /** @type {number | undefined} */
    this.timer = undefined;
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    window.addEventListener("beforeunload", (event) => this.#warn(event), { signal });
    window.addEventListener(LEAVING, () => this.leaving.abort(), { signal });
    for (const action of read(this.storage)) this.#add(action);
    if (this.waiting.length) this.timer = setTimeout(() => this.#flush(), 0);
  }

  /** @param {object} action type, and what belongs to it: ids, category, name, page, seen */
  push(action) {
    this.#add({ ids: [], category: null, ...action, uid: random() });
    this.#persist();
    this.changed();
    // With a batch on its way the new action follows after the answer: sending now would cut
    // short the very run that answers.
    if (!this.underway) this.#arm(0);
  }

  /** Take over what another queue of this page left when it was closed, under its own names. */
  adopt(store) {
    const left = read(`piximi-unsaved:${store}`);
    if (!left.length) return;
    sessionStorage.removeItem(`piximi-unsaved:${store}`);
    for (const action of left) this.#add(action);
    this.#persist();
    this.changed();
    if (!this.underway) this.#arm(0);
  }

  acknowledge(acks) {
    const upTo = acks[this.client] ?? 0;
    const before = this.waiting.length;
    this.waiting = this.waiting.filter((action) => action.nonce > upTo);
    if (this.waiting.length === before) return;
    this.attempt = 0;
    this.#persist();
    this.changed();
    clearTimeout(this.timer);
    if (this.waiting.length) this.#arm(0);
  }

  /** Category id (or NEW and a name) by image id, as the waiting labels will leave them. */
  labels() {
    const labels = new Map();
    for (const { type, ids, category, name } of this.waiting) {
      if (type === "label") for (const id of ids) labels.set(id, category);
      if (type === "create") for (const id of ids) labels.set(id, NEW + name);
    }
    return labels;
  }

  /** How many of a person's changes are not saved; turning a page changes nothing. */
  get unsaved() {
    return this.waiting.filter((action) => action.type !== "turn").length;
  }

  has(type) {
    return this.waiting.some((action) => action.type === type);
  }

  /** The connection is back: do not wait for the next attempt. */
  hurry() {
    if (!this.waiting.length) return;
    this.attempt = 0;
    this.#arm(0);
  }

  close() {
    clearTimeout(this.timer);
    this.leaving.abort();
    if (this.waiting.length) window.dispatchEvent(new Event(LEFT));
  }

  /** A server that was started anew no longer knows this page: load it again, labels and all. */
  startOver() {
    startOver();
  }

  /** Whether actions were sent that nothing has answered yet. */
  get underway() {
    return this.waiting.length > 0 && this.waiting[0].nonce <= this.sent;
  }

  #add(action) {
    this.nonce += 1;
    this.waiting.push({ ...action, nonce: this.nonce });
  }

  #arm(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#flush(), delay);
  }

  #flush() {
    if (!this.waiting.length) return;
    this.sent = this.nonce;
    const delay = RESEND[Math.min(this.attempt, RESEND.length - 1)];
    this.attempt += 1;
    this.#arm(delay);
    this.send({ client: this.client, actions: this.waiting });
    if (this.attempt >= PATIENCE) this.#startOverIfAlive();
  }

  async #startOverIfAlive() {
    try {
      // Not while the server is away: the page would be lost for an error of the browser.
      const answer = await fetch(new URL("../_stcore/health", import.meta.url));
      if (answer.ok && this.waiting.length) this.startOver();
    } catch {
      // The next attempts go on.
    }
  }

  /** A closed tab takes its unsaved actions with it, so the browser asks first. */
  #warn(event) {
    if (this.waiting.some((action) => KEEPS.has(action.type))) event.preventDefault();
  }

  #persist() {
    try {
      const kept = this.waiting.filter((action) => KEEPS.has(action.type));
      if (kept.length) sessionStorage.setItem(this.storage, JSON.stringify(kept));
      else sessionStorage.removeItem(this.storage);
    } catch {
      // Storage may be full or forbidden; the queue in memory goes on.
    }
  }
}

/** The actions kept under a name. */
function read(storage) {
  try {
    return JSON.parse(sessionStorage.getItem(storage) ?? "[]");
  } catch {
    return [];
  }
}
