// Objects of one pixel: marks of one size, found by a click near them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { lineOf, Raster } from "../../../piximi_ui/components/viewer/outlining/raster.js";
import { Shape } from "../../../piximi_ui/components/viewer/outlining/shape.js";

Object.assign(globalThis, {
  document: { createElement: () => ({}) },
  requestAnimationFrame: () => 1,
  ImageData: class {
    constructor(width, height) {
      this.data = new Uint8ClampedArray(4 * width * height);
    }
  },
});
const { Outlines } = await import("../../../piximi_ui/components/viewer/outlining/outlines.js");

const object = (id, x1, y1, x2, y2, mask, plane = 0) => [id, "", "kind", "", false, plane, x1, y1, x2, y2, mask];
const point = (id, x, y, plane = 0) => object(id, x, y, x + 1, y + 1, "0 1", plane);

function outlines(scale, ...objects) {
  const made = new Outlines({ colorOf: () => null });
  made.take(objects);
  made.place(0, 0, scale);
  return made;
}

const ids = (shapes) => shapes.map(({ id }) => id);

test("one pixel is a point wherever it lies in its box, two are none", () => {
  const wide = new Shape(object("a", 3, 4, 6, 7, "5 1 3"));
  assert.deepEqual([wide.isPoint, wide.middle], [true, [5.5, 5.5]]);
  assert.equal(new Shape(object("b", 0, 0, 2, 1, "0 2")).isPoint, false);
  assert.equal(new Shape(object("c", 0, 0, 2, 1, "2")).isPoint, false);
});

test("a click near the mark means the point, the nearest first, before what it lies on", () => {
  const made = outlines(1, object("cell", 0, 0, 100, 100, "0 10000"), point("a", 50, 50), point("b", 56, 50), point("far", 80, 50));
  assert.deepEqual(ids(made.stack(52, 50.5)), ["a", "b", "cell"]);
  assert.deepEqual(ids(made.stack(55, 50.5)), ["b", "a", "cell"]);
  assert.deepEqual(ids(made.stack(40, 50.5)), ["cell"]);
});

test("near is as far on the screen at any zoom", () => {
  assert.deepEqual(ids(outlines(0.05, point("a", 5000, 5000)).stack(5100, 5000)), ["a"]);
  assert.deepEqual(ids(outlines(0.05, point("a", 5000, 5000)).stack(5150, 5000)), []);
  assert.deepEqual(ids(outlines(32, point("a", 50, 50)).stack(50.7, 50.5)), ["a"]);
  assert.deepEqual(ids(outlines(32, point("a", 50, 50)).stack(50.8, 50.5)), ["a"]);
  assert.deepEqual(ids(outlines(32, point("a", 50, 50)).stack(51.1, 50.5)), []);
});

test("points of other planes are not meant", () => {
  assert.deepEqual(ids(outlines(1, point("a", 50, 50, 1)).stack(50, 50)), []);
});

test("its mark is a disc of so many pixels, whatever the zoom, and clipped", () => {
  for (const scale of [0.1, 1, 7]) {
    const made = new Raster();
    made.resize({ width: 40, height: 40 });
    const shape = Object.assign(new Shape(point("a", 20 / scale, 20 / scale)), { number: 1 });
    const [x, y] = shape.middle.map((side) => side * scale);
    made.spot(shape, [0, 0, scale], made.whole, 5);
    let wrong = 0;
    made.held.forEach((held, at) => {
      const away = Math.hypot((at % 40) + 0.5 - x, Math.floor(at / 40) + 0.5 - y);
      if (Math.abs(away - 5) > 0.8 && (held === lineOf(1)) !== away < 5) wrong += 1;
    });
    assert.equal(wrong, 0);
    const part = new Raster();
    part.resize({ width: 40, height: 40 });
    part.spot(shape, [0, 0, scale], [0, 0, 40, 20], 5);
    assert.equal(part.held.slice(20 * 40).some(Boolean), false);
  }
});
