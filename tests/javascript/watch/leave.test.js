// Loading the page anew by itself: never again and again, and it says afterwards why.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { LEAVING, startOver, whyReloaded } from "../../../piximi_ui/components/watch/leave.js";

let reloads;
let heard;

beforeEach(() => {
  const kept = new Map();
  reloads = 0;
  heard = 0;
  const page = new EventTarget();
  page.addEventListener(LEAVING, () => (heard += 1));
  globalThis.window = /** @type {any} */ (Object.assign(page, { location: { reload: () => (reloads += 1) } }));
  globalThis.sessionStorage = /** @type {any} */ ({
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  });
});

test("what would warn the person lets go before the page is left", () => {
  assert.equal(startOver(), true);
  assert.deepEqual([reloads, heard], [1, 1]);
});

test("where reloading does not help it is not done again at once", () => {
  startOver();
  assert.equal(startOver(), false);
  assert.equal(reloads, 1);
});

test("after a while it may be done again, and after a clock was set back too", (t) => {
  t.mock.method(Date, "now", () => 1_000_000);
  startOver();
  Date.now.mock.mockImplementation(() => 1_061_000);
  assert.equal(startOver(), true);
  Date.now.mock.mockImplementation(() => 500_000);
  assert.equal(startOver(), true);
  assert.equal(reloads, 3);
});

test("the reason is told once", () => {
  startOver("ended");
  assert.equal(whyReloaded(), "ended");
  assert.equal(whyReloaded(), null);
});
