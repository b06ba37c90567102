// Which gallery hears the keyboard: never one that is no longer to be seen, where another stands.

import assert from "node:assert/strict";
import { test } from "node:test";

import { hearing } from "../../../piximi_ui/components/keyboard/hearing.js";

function gallery(isConnected, isStale = false) {
  const closest = () => (isStale ? {} : null);
  return { host: /** @type {any} */ ({ host: { isConnected, closest } }) };
}

test("the gallery that was used last hears the keyboard, though another stands there too", () => {
  const [used, other] = [gallery(true), gallery(true)];
  assert.equal(hearing(used, [used, other]), used);
});

test("a gallery whose kind was left gives the keyboard to the one that took its place", () => {
  const [images, cells] = [gallery(false), gallery(true)];
  assert.equal(hearing(images, [images, cells]), cells);
});

test("what is left of the drawing before hears nothing once the next one stands", () => {
  const [images, cells] = [gallery(true, true), gallery(true)];
  assert.equal(hearing(images, [images, cells]), cells);
});

test("a gallery that is taken away for a moment still hears the keyboard", () => {
  const alone = gallery(false);
  assert.equal(hearing(alone, [alone]), alone);
  assert.equal(hearing(null, []), null);
});
