// Objects as pixels of the screen, compared with their masks drawn by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bytesOf, insideOf, lineOf, Raster } from "../../../piximi_ui/components/viewer/outlining/raster.js";
import { Shape } from "../../../piximi_ui/components/viewer/outlining/shape.js";

// Only its bytes are looked at.
globalThis.ImageData = class {
  constructor(width, height) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }
};

const WIDTH = 9;
const HEIGHT = 7;

function shape(number, x1, y1, x2, y2, mask) {
  const made = new Shape([String(number), "", "", "", false, 0, x1, y1, x2, y2, mask]);
  return Object.assign(made, { number });
}

function raster() {
  const made = new Raster();
  assert.equal(made.resize({ width: WIDTH, height: HEIGHT }), true);
  assert.equal(made.resize({ width: WIDTH, height: HEIGHT }), false);
  return made;
}

const rows = (made, sign) =>
  Array.from({ length: HEIGHT }, (_, y) =>
    Array.from(made.held.slice(y * WIDTH, (y + 1) * WIDTH), (held) => sign[held] ?? ".").join(""),
  );

// A ring: 3 x 3 without its middle.
const ring = shape(1, 2, 1, 5, 4, "0 4 1 4");

test("what lies inside is the mask", () => {
  const made = raster();
  made.inside(ring, [0, 0, 1], made.whole);
  const sign = { [insideOf(1)]: "#" };
  assert.deepEqual(rows(made, sign), [".........", "..###....", "..#.#....", "..###....", ...Array(3).fill(".........")]);
});

test("each pixel of the picture is as many of the screen, from where the picture begins", () => {
  const made = raster();
  made.inside(shape(2, 1, 1, 3, 2, "1 1"), [1, -1, 3], made.whole);
  assert.deepEqual(rows(made, { [insideOf(2)]: "#" }), [
    ".........", ".........", ".......##", ".......##", ".......##", ".........", ".........",
  ]);
});

test("the outline goes around holes, too, and is closed", () => {
  const made = raster();
  made.line(ring, [0, 0, 1], made.whole, 1);
  assert.deepEqual(rows(made, { [lineOf(1)]: "#" }), [
    ".........", "..####...", "..####...", "..####...", "..####...", ".........", ".........",
  ]);
});

test("nothing is drawn beyond the part that is asked for", () => {
  const made = raster();
  made.inside(ring, [0, 0, 1], [3, 0, 9, 3]);
  made.line(ring, [0, 0, 1], [0, 0, 9, 2], 1);
  const sign = { [insideOf(1)]: "#", [lineOf(1)]: "-" };
  assert.deepEqual(rows(made, sign).slice(0, 5), [".........", "..----...", "....#....", ".........", "........."]);
});

test("an object far out of sight costs and draws nothing", () => {
  const made = raster();
  const far = shape(3, 1_000_000, 1_000_000, 1_000_003, 1_000_001, "0 3");
  assert.equal(made.place(far, [0, 0, 1], 2), null);
  made.inside(far, [0, 0, 1], made.whole);
  made.line(far, [0, 0, 1], made.whole, 2);
  assert.equal(made.held.some(Boolean), false);
});

test("a part drawn anew is as if all were", () => {
  const others = [shape(2, 0, 0, 6, 6, "0 36"), shape(3, 4, 2, 9, 7, "0 25")];
  const all = (made, clip, shapes) => {
    made.clear(clip);
    for (const each of shapes) made.inside(each, [0, 0, 1], clip);
    for (const each of shapes) made.line(each, [0, 0, 1], clip, 2);
  };
  const made = raster();
  all(made, made.whole, [ring, ...others]);
  const part = made.place(ring, [0, 0, 1], 2);
  assert.deepEqual(part, [0, 0, 7, 6]);
  all(made, part, others);
  const anew = raster();
  all(anew, anew.whole, others);
  assert.deepEqual(made.held, anew.held);
});

test("the table gives each pixel its colour", () => {
  const made = raster();
  made.inside(ring, [0, 0, 1], made.whole);
  const table = new Uint32Array(8);
  table[insideOf(1)] = bytesOf("#ff8001", 0.5);
  made.colour(table, made.whole);
  const at = (x, y) => [...made.image.data.slice(4 * (y * WIDTH + x), 4 * (y * WIDTH + x) + 4)];
  assert.deepEqual(at(2, 1), [255, 128, 1, 128]);
  assert.deepEqual(at(3, 2), [0, 0, 0, 0]);
  assert.deepEqual([...new Uint8Array(new Uint32Array([bytesOf("not a colour")]).buffer)], [128, 128, 128, 255]);
});
