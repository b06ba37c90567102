// What a person does, on its way to the project: by HTTP, to an address that belongs to this session.
// Actions wait here until their number is acknowledged, so none is lost when they come faster than
// answers, when an answer is cut short, or when the connection drops. Each has a name of its own, by
// which the project refuses a second copy. See server/actions.py for the other end.

import { LEAVING, startOver } from "../watch/leave.js";

const RESEND = [500, 1000, 2000, 4000]; // ms between attempts; the last one repeats
const LONGEST = 20000; // ms after which an attempt is given up
const STILL_BUSY = 409;
const PATIENCE = 4; // refused attempts after which the page itself is loaded anew
const OF_PROPOSALS = ["propose", "propose_many", "accept_proposals", "reject_proposals"];
// What outlives a reload of the page; the others only ask for something to be shown.
const NOTES = ["lock", "lock_kind", "comment", "done", "complete", "incomplete"];
const CHANGES = ["label", "create", "accept", "reject", "undo", "redo", "draw", "edit", "remove"];
const KEEPS = new Set([...CHANGES, ...NOTES, ...OF_PROPOSALS]);
export const LEFT = "piximi-labels-left"; // an event: a queue was closed with something in it
export const viewerStore = (store) => `${store}:viewer`;
export const NEW = "new:"; // before the name of a category that Python is about to create

const random = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

export class ActionQueue {
  /**
   * @param {string} store name under which unsaved actions survive a reload of the page
   * @param {object} owner whose queue it is: `redraw()` is called whenever the number of waiting
   *   actions changes, `answered(answer)` with what the project says, before they leave the queue,
   *   and `along()` returns what every batch takes along
   */
  constructor(store, owner) {
    this.storage = `piximi-unsaved:${store}`;
    this.owner = owner;
    this.address = null; // where actions go; until it is known they wait
    this.client = random();
    this.nonce = 0;
    this.waiting = [];
    this.pushed = -Infinity; // when the person did something last
    this.looks = false; // whether an answer is wanted although nothing waits
    this.underway = false; // whether a batch was sent that nothing has answered yet
    this.attempt = 0; // how many in a row failed
    /** @type {number | undefined} */
    this.timer = undefined;
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    window.addEventListener("beforeunload", (event) => this.#warn(event), { signal });
    window.addEventListener(LEAVING, () => this.leaving.abort(), { signal });
    for (const action of read(this.storage)) this.#add(action);
  }

  /** Where actions go from now on. */
  open(address) {
    const first = this.address === null;
    this.address = address;
    if (first && this.waiting.length) this.#arm(0);
  }

  /** @param {object} action type, and what belongs to it: ids, category, name, page, seen */
  push(action) {
    this.pushed = performance.now();
    this.#add({ ids: [], category: null, ...action, uid: random() });
    this.#persist();
    this.owner.redraw();
    // With a batch on its way the new action follows after the answer, so they stay in order.
    this.#arm(0);
  }

  /** Ask what is to be shown now, though nothing was done here. */
  look() {
    this.looks = true;
    this.#arm(0);
  }

  /** Take over what another queue of this page left when it was closed, under its own names. */
  adopt(store) {
    const left = read(`piximi-unsaved:${store}`);
    if (!left.length) return;
    sessionStorage.removeItem(`piximi-unsaved:${store}`);
    for (const action of left) this.#add(action);
    this.#persist();
    this.owner.redraw();
    this.#arm(0);
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

  /**
   * Names of the categories that wait to be created, the first first.
   *
   * @param {string | null} kind of those that were asked for with their kind
   */
  created(kind = null) {
    const asked = this.waiting.filter((action) => action.type === "create" && (action.kind ?? null) === kind);
    return [...new Set(asked.map(({ name }) => name))];
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
    if (!this.waiting.length || this.underway) return;
    this.attempt = 0;
    this.#arm(0);
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.leaving.abort();
    if (this.waiting.length) window.dispatchEvent(new Event(LEFT));
  }

  /** A server that was started anew no longer knows this page: load it again, labels and all. */
  startOver() {
    startOver();
  }

  #add(action) {
    this.nonce += 1;
    this.waiting.push({ ...action, nonce: this.nonce });
  }

  #arm(delay) {
    if (this.underway || this.closed || this.address === null) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#flush(), delay);
  }

  async #flush() {
    if (this.underway || this.closed || !(this.waiting.length || this.looks)) return;
    this.underway = true;
    this.looks = false;
    const answer = await this.#send({ ...this.owner.along(), client: this.client, actions: this.waiting });
    this.underway = false;
    if (answer) this.#take(answer);
    if (this.closed || !(this.waiting.length || this.looks)) return;
    // Another program writes the project at this moment, or there was no answer.
    const again = answer && !answer.busy ? 0 : RESEND[Math.min(this.attempt, RESEND.length) - 1];
    this.#arm(again ?? RESEND[0]);
  }

  /** Send a batch; return the answer, null if there was none. */
  async #send(batch) {
    try {
      const answer = await fetch(window.location.origin + this.address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(batch),
        signal: AbortSignal.timeout(LONGEST),
      });
      if (answer.ok) return await answer.json();
      this.attempt += 1;
      if (answer.status === STILL_BUSY) return null; // with what it was sent before
      if (answer.status === 404 || this.attempt >= PATIENCE) this.startOver();
    } catch {
      this.attempt += 1; // no connection: the next attempts go on
    }
    return null;
  }

  #take(answer) {
    if (this.closed) return; // what waited has gone to another queue
    this.attempt = 0;
    this.waiting = this.waiting.filter((action) => action.nonce > answer.ack);
    this.#persist();
    this.owner.answered(answer);
    this.owner.redraw();
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
