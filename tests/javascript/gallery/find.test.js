// Which categories a few letters find, and in which order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { matches } from "../../../piximi_ui/components/gallery/find.js";

const CATEGORIES = ["Unknown", "Núcleo", "Binucleate", "Large nucleus", "cell-nucleus", "RBC", "Straße"].map(
  (name, i) => ({ id: `c${i}`, name, key: String(i) }),
);
const found = (text) => matches(CATEGORIES, text).map(({ name }) => name);

test("without letters all are there, as they stand", () => {
  assert.deepEqual(found(""), CATEGORIES.map(({ name }) => name));
  assert.deepEqual(found("   "), found(""));
});

test("names that begin so come first, then words within, then the rest", () => {
  assert.deepEqual(found("nucle"), ["Núcleo", "Large nucleus", "cell-nucleus", "Binucleate"]);
});

test("case and accents do not matter, on either side", () => {
  assert.deepEqual(found("NÚC").slice(0, 1), ["Núcleo"]);
  assert.deepEqual(found("rbc"), ["RBC"]);
});

test("a number finds the category of that key", () => {
  assert.deepEqual(found("5"), ["RBC"]);
});

test("letters that nobody has find nothing", () => {
  assert.deepEqual(found("zz"), []);
  assert.deepEqual(found("."), []);
});

test("of hundreds no more are drawn than can be looked through", () => {
  const many = Array.from({ length: 300 }, (_, i) => ({ id: `c${i}`, name: `Sort ${i}`, key: String(i) }));
  assert.equal(matches(many, "sort").length, 50);
  assert.equal(matches(many, "299")[0].name, "Sort 299");
});
