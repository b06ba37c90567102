// Masks as the project keeps them (run lengths, outside first), cut into the rows of their box.

import assert from "node:assert/strict";
import { test } from "node:test";

import { rowsOf } from "../../../piximi_ui/components/viewer/outlining/shape.js";

/** The mask drawn with "#", for a box of a width and height. */
function drawn(mask, width, height) {
  return rowsOf(mask, width, height).map((edges) => {
    let line = "";
    for (let x = 0, inside = false; x < width; x += 1) {
      for (const edge of edges) if (edge === x) inside = !inside;
      line += inside ? "#" : ".";
    }
    return line;
  });
}

for (const [title, mask, width, height, rows] of [
  ["a full box", "0 6", 3, 2, ["###", "###"]],
  ["an empty one", "6", 3, 2, ["...", "..."]],
  ["a run that goes on in the next row", "2 3 1", 3, 2, ["..#", "##."]],
  ["two runs in a row", "0 1 1 1", 3, 1, ["#.#"]],
  ["a run over three rows", "1 7 1", 3, 3, [".##", "###", "##."]],
  ["more than the box holds", "2 100", 3, 1, ["..#"]],
]) {
  test(title, () => assert.deepEqual(drawn(mask, width, height), rows));
}
