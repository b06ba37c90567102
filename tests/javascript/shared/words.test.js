// Texts with holes, numbers of a language, and ink that can be read on a colour.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fill, inkOn, number, speak } from "../../../piximi_ui/components/shared/dom.js";

test("holes are filled, those without a value stay", () => {
  assert.equal(fill("{n} of {total}", { n: 0, total: "1,000" }), "0 of 1,000");
  assert.equal(fill("{n} of {total}", { n: 3 }), "3 of {total}");
});

test("a value that looks like a hole or a pattern is shown as it is", () => {
  assert.equal(fill("Create {name}", { name: "{n} $& $1" }), "Create {n} $& $1");
});

test("numbers are written as the page's language does", () => {
  speak("en");
  assert.equal(number(12345), "12,345");
  speak("es");
  assert.equal(number(12345), "12.345");
  speak("");
  assert.match(number(12345), /12.?345/);
});

for (const [color, ink] of [
  ["#ffffff", "#14161a"],
  ["#FFEE58", "#14161a"],
  ["#000000", "#ffffff"],
  ["#0000ff", "#ffffff"],
  ["no colour", "#ffffff"],
  [null, "#ffffff"],
]) {
  test(`ink on ${color}`, () => assert.equal(inkOn(color), ink));
}
