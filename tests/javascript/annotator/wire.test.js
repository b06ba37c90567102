// The magnetic line: on maps small enough to see the cheapest way.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Wire } from "../../../piximi_ui/components/annotator/guiding/wire.js";

/** A map of costs from digits, each 25 times as dear. */
function map(...lines) {
  const values = Uint32Array.from(lines.join(""), (digit) => 25 * Number(digit));
  return { box: [10, 20, 10 + 2 * lines[0].length, 20 + 2 * lines.length], step: 2, width: lines[0].length, height: lines.length, values };
}

/** The middle of a pixel of the map, in the image. */
const at = (x, y) => [10 + 2 * x + 1, 20 + 2 * y + 1];

test("it goes around what is dear", () => {
  const costs = map("00000", "09990", "09990", "99990");
  const line = new Wire().line(costs, [at(0, 0), at(4, 3)]);
  assert.deepEqual(line, [at(0, 0), at(1, 0), at(2, 0), at(3, 0), at(4, 1), at(4, 2), at(4, 3)]);
});

test("it passes each corner", () => {
  const costs = map("111", "111", "111");
  const line = new Wire().line(costs, [at(0, 0), at(2, 0), at(2, 2)]);
  assert.deepEqual(line, [at(0, 0), at(1, 0), at(2, 0), at(2, 0), at(2, 1), at(2, 2)]);
});

test("without a map, and with one corner, it is the corners", () => {
  assert.deepEqual(new Wire().line(null, [[1, 2], [3, 4]]), [[1, 2], [3, 4]]);
  assert.deepEqual(new Wire().line(map("11"), [[1, 2]]), [[1, 2]]);
});

test("corners outside the map are those at its border", () => {
  const line = new Wire().line(map("111"), [[-50, 0], [500, 900]]);
  assert.deepEqual(line, [at(0, 0), at(1, 0), at(2, 0)]);
});

test("another map has other ways", () => {
  const wire = new Wire();
  const through = wire.line(map("000", "090", "000"), [at(0, 1), at(2, 1)]);
  const straight = wire.line(map("999", "000", "999"), [at(0, 1), at(2, 1)]);
  assert.equal(through.some(([x, y]) => x === at(1, 1)[0] && y === at(1, 1)[1]), false);
  assert.deepEqual(straight, [at(0, 1), at(1, 1), at(2, 1)]);
});

test("the dearest map ends, too", () => {
  const line = new Wire().line(map("999", "999"), [at(0, 0), at(2, 1)]);
  assert.equal(line.length, 3);
});
