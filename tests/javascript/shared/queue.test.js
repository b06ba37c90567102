// Actions on their way to the project: in order, none lost, none twice, whatever the line does.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { beforeEach, mock, test } from "node:test";

import { ActionQueue, LEFT, NEW, viewerStore } from "../../../piximi_ui/components/shared/queue.js";

globalThis.crypto ??= /** @type {any} */ (webcrypto); // Node has its own only since version 20

let kept; // what the browser keeps for the session
let page; // the window
let project; // the server's side
let reloads;

/** The server: does each action once, by its name, and acknowledges by number. */
class Project {
  constructor() {
    this.done = []; // the actions it carried out
    this.batches = []; // what it was sent
    this.troubles = []; // for the next batches: a status, "cut", or "lost" (done, but the answer is lost)
  }

  async fetch(address, { body }) {
    assert.equal(address, "http://dashboard.test/actions/token");
    const batch = JSON.parse(body);
    this.batches.push(batch);
    const trouble = this.troubles.shift();
    if (trouble === "cut") throw new TypeError("network");
    if (typeof trouble === "number") return { ok: false, status: trouble };
    for (const action of batch.actions) {
      if (!this.done.some(({ uid }) => uid === action.uid)) this.done.push(action);
    }
    if (trouble === "lost") throw new TypeError("network");
    const ack = Math.max(0, ...batch.actions.map(({ nonce }) => nonce));
    return { ok: true, status: 200, json: async () => ({ ack }) };
  }

  types() {
    return this.done.map(({ type, ids }) => [type, ids.join("")].join(" ").trim());
  }
}

beforeEach(() => {
  kept = new Map();
  reloads = 0;
  page = Object.assign(new EventTarget(), {
    location: { origin: "http://dashboard.test", reload: () => (reloads += 1) },
  });
  globalThis.window = /** @type {any} */ (page);
  globalThis.sessionStorage = /** @type {any} */ ({
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  });
  project = new Project();
  mock.method(globalThis, "fetch", (...all) => project.fetch(...all));
  // Pauses between attempts pass at once.
  mock.method(globalThis, "setTimeout", (act) => setImmediate(act));
  mock.method(globalThis, "clearTimeout", (timer) => clearImmediate(timer));
});

function queueOf(store = "cells", opened = true) {
  const owner = {
    answers: [],
    redraw: () => {},
    answered: (answer) => owner.answers.push(answer),
    along: () => ({ page: 3 }),
  };
  const queue = new ActionQueue(store, owner);
  if (opened) queue.open("/actions/token");
  return { queue, owner };
}

async function settled() {
  for (let i = 0; i < 200; i += 1) await new Promise((done) => setImmediate(done));
}

const label = (ids, category = "c1") => ({ type: "label", ids: [...ids], category });

test("actions arrive in their order, each once, and what goes along with every batch", async () => {
  const { queue, owner } = queueOf();
  queue.push(label("a"));
  queue.push(label("b", "c2"));
  await settled();
  queue.push({ type: "undo" });
  await settled();
  assert.deepEqual(project.types(), ["label a", "label b", "undo"]);
  assert.equal(project.batches[0].page, 3);
  assert.equal(queue.waiting.length, 0);
  assert.ok(owner.answers.length >= 2);
});

test("what is done while a batch is on its way follows after its answer", async () => {
  const { queue } = queueOf();
  queue.push(label("a"));
  await new Promise((done) => setImmediate(done));
  queue.push(label("b"));
  await settled();
  assert.deepEqual(project.types(), ["label a", "label b"]);
});

test("after a lost answer the same action is sent again under its own name", async () => {
  project.troubles = ["lost", "cut"];
  const { queue } = queueOf();
  queue.push(label("a"));
  await settled();
  assert.equal(project.batches.length, 3);
  assert.equal(new Set(project.batches.map(({ actions }) => actions[0].uid)).size, 1);
  assert.deepEqual(project.types(), ["label a"]);
  assert.equal(queue.unsaved, 0);
});

test("until it is known where to, actions wait", async () => {
  const { queue } = queueOf("cells", false);
  queue.push(label("a"));
  await settled();
  assert.equal(project.batches.length, 0);
  queue.open("/actions/token");
  await settled();
  assert.deepEqual(project.types(), ["label a"]);
});

test("while another program writes it asks again and loads nothing anew", async () => {
  project.troubles = [409, 409, 409];
  const { queue } = queueOf();
  queue.push(label("a"));
  await settled();
  assert.deepEqual(project.types(), ["label a"]);
  assert.equal(reloads, 0);
});

test("a page that the server no longer knows is loaded again, its labels kept", async () => {
  project.troubles = Array(50).fill(404);
  const { queue } = queueOf();
  queue.push(label("a"));
  await settled();
  assert.equal(reloads, 1);
  queue.close();
  project.troubles = [];
  queueOf();
  await settled();
  assert.deepEqual(project.types(), ["label a"]);
  assert.equal(kept.has("piximi-unsaved:cells"), false);
});

test("a connection that is away for long loads nothing anew and loses nothing", async () => {
  project.troubles = Array(20).fill("cut");
  const { queue } = queueOf();
  queue.push(label("a"));
  await settled();
  assert.equal(reloads, 0);
  assert.deepEqual(project.types(), ["label a"]);
});

test("a turned page is not kept over a reload, labels are, and only they warn", () => {
  const { queue } = queueOf("cells", false);
  const warns = () => !page.dispatchEvent(new Event("beforeunload", { cancelable: true }));
  queue.push({ type: "turn", page: 2 });
  assert.equal(kept.size, 0);
  assert.equal(warns(), false);
  assert.equal(queue.unsaved, 0);
  queue.push(label("a"));
  assert.deepEqual(JSON.parse(kept.get("piximi-unsaved:cells")).map(({ type }) => type), ["label"]);
  assert.equal(warns(), true);
});

test("labels are shown as the waiting actions will leave them", () => {
  const { queue } = queueOf("cells", false);
  queue.push(label("ab", "c1"));
  queue.push({ type: "create", ids: ["b"], name: "Odd" });
  queue.push(label("c", "c2"));
  assert.deepEqual([...queue.labels()], [["a", "c1"], ["b", `${NEW}Odd`], ["c", "c2"]]);
  assert.equal(queue.has("create"), true);
  assert.equal(queue.has("turn"), false);
});

test("what the viewer could not send before it was closed is taken over, under its own names", async () => {
  const { queue: gallery } = queueOf("cells", false);
  const { queue: viewer } = queueOf(viewerStore("cells"), false);
  page.addEventListener(LEFT, () => gallery.adopt(viewerStore("cells")));
  viewer.push(label("a"));
  const [{ uid }] = viewer.waiting;
  viewer.close();
  assert.deepEqual(gallery.waiting.map((action) => action.uid), [uid]);
  gallery.open("/actions/token");
  await settled();
  assert.deepEqual(project.types(), ["label a"]);
  assert.equal(project.batches.length, 1);
});

test("categories that wait to be created are known, each once, by the kind they are for", () => {
  const { queue } = queueOf("cells", false);
  queue.push({ type: "label", ids: ["1"], category: "c" });
  queue.push({ type: "create", ids: ["2"], name: "Platelets" });
  queue.push({ type: "create", ids: ["3"], name: "Platelets" });
  queue.push({ type: "create", ids: ["4"], name: "Nucleolus", kind: "nucleus" });
  assert.deepEqual(queue.created(), ["Platelets"]);
  assert.deepEqual(queue.created("nucleus"), ["Nucleolus"]);
  assert.equal(queue.labels().get("3"), `${NEW}Platelets`);
});
