// Which number labels with which category.

import assert from "node:assert/strict";
import { test } from "node:test";

import { isNew, mayGoOn, ofKey, withCreated, withKeys } from "../../../piximi_ui/components/keyboard/category_keys.js";

const named = (names) => withKeys(["Unknown", ...names].map((name) => ({ id: name, name })));
const keysOf = (names) => named(names).map(({ key }) => key);
const upTo = (n) => Array.from({ length: n }, (_, i) => String(i + 1));

for (const [title, names, keys] of [
  ["names that are words are counted", ["RBC", "WBC", "Platelets"], ["0", "1", "2", "3"]],
  ["digits name themselves", [..."0123456789"], ["U", ..."0123456789"]],
  ["the others share what is left", ["cat", "1", "dog"], ["0", "2", "1", "3"]],
  ["a number within a name is none", ["3", "3 cells", "03", "x"], ["0", "3", "1", "2", "4"]],
  ["a number that nobody reaches is a name", ["10", "50", "5"], ["0", "1", "2", "5"]],
  ["twelve sorts", upTo(12).map((n) => `Sort ${n}`), ["0", ...upTo(12)]],
  ["twelve numbers", upTo(12), ["0", ...upTo(12)]],
  ["figures of other scripts and signs", ["²", "٣", "-1", "1.0"], ["0", "1", "2", "3", "4"]],
]) {
  test(title, () => assert.deepEqual(keysOf(names), keys));
}

test("no two categories share a key", () => {
  const names = [...upTo(13).map((n) => String(3 * (Number(n) - 1))), ...upTo(40).map((n) => `Sort ${n}`)];
  assert.equal(new Set(keysOf(names)).size, names.length + 1);
});

test("a key finds its category, and may begin another's", () => {
  const categories = named(upTo(12).map((n) => `Sort ${n}`));
  assert.equal(ofKey(categories, "12").name, "Sort 12");
  assert.equal(ofKey(categories, "13"), null);
  assert.equal(mayGoOn(categories, "1"), true);
  assert.equal(mayGoOn(categories, "2"), false);
});

test("a category has its key as soon as it is asked for, while labels wait to be saved", () => {
  const project = [{ id: "a", name: "Unknown" }, { id: "b", name: "RBC" }, { id: "c", name: "WBC" }];
  const shown = withCreated(project, ["Platelets", "WBC"]);
  assert.deepEqual(shown.map(({ name, key }) => [name, key]), [
    ["Unknown", "0"], ["RBC", "1"], ["WBC", "2"], ["Platelets", "3"],
  ]);
  assert.ok(isNew(ofKey(shown, "3")));
  assert.ok(!isNew(ofKey(shown, "2")));
  assert.deepEqual(keysOf(["RBC", "WBC", "Platelets"]), shown.map(({ key }) => key), "and keeps it");
});
