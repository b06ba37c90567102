// What a key means on keyboards of other countries, on a number pad and under an input method.

import assert from "node:assert/strict";
import { test } from "node:test";

import { composes, digitOf, letterOf } from "../../../piximi_ui/components/keyboard/layouts.js";

const key = (code, written, numLock = false) => ({
  code,
  key: written,
  getModifierState: (name) => name === "NumLock" && numLock,
});

for (const [title, event, digit] of [
  ["1", key("Digit1", "1"), "1"],
  ["& of a French keyboard", key("Digit1", "&"), "1"],
  ["! is Shift and 1", key("Digit1", "!"), "1"],
  ["/ is Shift and 7 in German and stays a /", key("Digit7", "/"), null],
  ["? is Shift and a digit on some and stays a ?", key("Digit0", "?"), null],
  ["a dead key in the row of digits", key("Digit6", "Dead"), "6"],
  ["the number pad", key("Numpad4", "4", true), "4"],
  ["the number pad with Shift on Windows", key("Numpad4", "ArrowLeft", true), "4"],
  ["the number pad without NumLock moves", key("Numpad4", "ArrowLeft"), null],
  ["a digit by another place", key("KeyA", "5"), "5"],
  ["a letter", key("KeyA", "a"), null],
]) {
  test(`digit: ${title}`, () => assert.equal(digitOf(event), digit));
}

for (const [title, event, letter] of [
  ["Latin letters are what they write", key("KeyQ", "A"), "a"],
  ["Z and Y are exchanged in German", key("KeyY", "z"), "z"],
  ["Russian letters have their place", key("KeyZ", "я"), "z"],
  ["Greek letters have their place", key("KeyA", "α"), "a"],
  ["accented Latin letters are themselves", key("KeyE", "é"), "é"],
  ["names of keys", key("Escape", "Escape"), "escape"],
]) {
  test(`letter: ${title}`, () => assert.equal(letterOf(event), letter));
}

test("an input method eats its keys", () => {
  assert.equal(composes({ isComposing: true, keyCode: 65, key: "a" }), true);
  assert.equal(composes({ isComposing: false, keyCode: 229, key: "Enter" }), true);
  assert.equal(composes({ isComposing: false, keyCode: 0, key: "Process" }), true);
  assert.equal(composes({ isComposing: false, keyCode: 65, key: "a" }), false);
});
