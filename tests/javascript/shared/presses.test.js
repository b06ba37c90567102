// An undo comes after what was pressed on the page before it, however long the page takes.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

globalThis.Element = /** @type {any} */ (class {
  constructor(root) {
    this.root = root;
  }
  getRootNode() {
    return this.root;
  }
});
globalThis.window = /** @type {any} */ (new EventTarget());
let state = "notRunning";
const done = [];
const app = { getAttribute: () => state };
const beside = { click: () => (done.push("beside"), press(document)) };
globalThis.document = /** @type {any} */ ({
  querySelector: (wanted) => (wanted.includes("stApp") ? app : beside),
});
let now = 0;
mock.method(performance, "now", () => now);
mock.timers.enable({ apis: ["setTimeout"] });

const { afterPresses, listenForPresses, pressBeside, somethingWaits } = await import(
  "../../../piximi_ui/components/shared/presses.js"
);
listenForPresses();
listenForPresses();

function press(root) {
  const event = new Event("click");
  event.composedPath = () => [/** @type {any} */ (new globalThis.Element(root))];
  window.dispatchEvent(event);
}

function pass(ms) {
  for (let passed = 0; passed < ms; passed += 50) {
    now += 50;
    mock.timers.tick(50);
  }
}

beforeEach(() => {
  state = "notRunning";
  pass(1000);
  done.length = 0;
});

test("without a press it is done at once, also after one within a component", () => {
  afterPresses(() => done.push("undo"));
  press({});
  afterPresses(() => done.push("undo"));
  assert.deepEqual(done, ["undo", "undo"]);
});

test("after a press on the page it waits until the page has done that", () => {
  press(document);
  state = "rerunRequested";
  afterPresses(() => done.push("undo"));
  pass(400);
  state = "running";
  pass(3000);
  assert.deepEqual([done.length, somethingWaits()], [0, true]);
  state = "notRunning";
  pass(50);
  assert.deepEqual([done, somethingWaits()], [["undo"], false]);
});

test("a press that starts nothing holds it up for a moment only", () => {
  press(document);
  afterPresses(() => done.push("undo"));
  pass(200);
  assert.deepEqual(done, ["undo"]);
});

test("of several each waits for the one before it", () => {
  press(document);
  afterPresses(() => pressBeside("undo"));
  afterPresses(() => done.push("redo"));
  pass(200);
  assert.deepEqual(done, ["beside"]);
  pass(200);
  assert.deepEqual(done, ["beside", "redo"]);
});
