// In which manner objects are drawn: patterns along their outlines, those of the planes around.

import assert from "node:assert/strict";
import { test } from "node:test";

import { lineOf, patternOf, Raster } from "../../../piximi_ui/components/viewer/outlining/raster.js";
import { Shape } from "../../../piximi_ui/components/viewer/outlining/shape.js";

const SIDE = 60;
const frames = [];
const pen = { setTransform() {}, clearRect() {}, putImageData() {} };
Object.assign(globalThis, {
  window: { devicePixelRatio: 1 },
  document: { createElement: () => ({ clientWidth: SIDE, clientHeight: SIDE, dataset: {}, getContext: () => pen }) },
  requestAnimationFrame: (act) => frames.push(act),
  ImageData: class {
    constructor(width, height) {
      this.data = new Uint8ClampedArray(4 * width * height);
    }
  },
});
const { Outlines } = await import("../../../piximi_ui/components/viewer/outlining/outlines.js");

const object = (id, category, plane, x1, y1, side) => [id, "", "kind", category, false, plane, x1, y1, x1 + side, y1 + side, `0 ${side * side}`];

/** How often what a row of pixels holds changes. */
function changes(raster, row, from, to) {
  const held = raster.held.slice(row * raster.width + from, row * raster.width + to);
  return held.slice(1).reduce((sum, each, i) => sum + Number(each !== held[i]), 0);
}

test("patterns go around: solid, dashed, dotted, and again", () => {
  assert.deepEqual([0, 1, 2, 3, 4].map(patternOf), ["solid", "dashed", "dotted", "solid", "dashed"]);
});

test("a pattern is a part of the plain outline, in pieces of one length around its corners", () => {
  const shape = Object.assign(new Shape(object("a", "", 0, 2, 2, 10)), { number: 1 });
  const drawn = (pattern) => {
    const raster = new Raster();
    raster.resize({ width: SIDE, height: SIDE });
    raster.dashes(shape, [0, 0, 4], raster.whole, 2, pattern);
    return raster;
  };
  const [solid, dashed, dotted] = ["solid", "dashed", "dotted"].map(drawn);
  const plain = new Raster();
  plain.resize({ width: SIDE, height: SIDE });
  plain.line(shape, [0, 0, 4], plain.whole, 2);
  assert.deepEqual(solid.held, plain.held);
  for (const [raster, share] of [[dashed, 10 / 16], [dotted, 4 / 9]]) {
    assert.equal(raster.held.every((held, at) => held === 0 || plain.held[at] === held), true);
    const [part, whole] = [raster, plain].map(({ held }) => held.filter((each) => each === lineOf(1)).length);
    assert.ok(Math.abs(part / whole - share) < 0.08, `${part} of ${whole}`);
  }
  // Along the upper side of forty pixels: every sixteen, every nine.
  assert.ok(changes(dashed, 8, 8, 48) >= 4 && changes(dashed, 8, 8, 48) <= 6);
  assert.ok(changes(dotted, 8, 8, 48) >= 7 && changes(dotted, 8, 8, 48) <= 10);
});

test("a slanting outline has gaps, too, whichever way it slants", () => {
  const side = 50;
  for (const at of [(y) => y, (y) => side - 1 - y]) {
    // A band of three pixels from corner to corner.
    const made = Object.assign(new Shape(["a", "", "", "", false, 0, 0, 0, side + 3, side, "0"]), { number: 1 });
    made.rows = Array.from({ length: side }, (_, y) => [at(y), at(y) + 3]);
    const [raster, plain] = [new Raster(), new Raster()];
    for (const each of [raster, plain]) each.resize({ width: SIDE, height: SIDE });
    raster.dashes(made, [0, 0, 1], raster.whole, 2, "dashed");
    plain.dashes(made, [0, 0, 1], plain.whole, 2, "solid");
    const [part, whole] = [raster, plain].map(({ held }) => held.filter(Boolean).length);
    assert.ok(part < 0.85 * whole && part > 0.4 * whole, `${part} of ${whole}`);
  }
});

function shown(manner, ...objects) {
  const made = new Outlines({ colorOf: () => "#123456", patternOf: ({ category }) => Number(category) });
  Object.assign(made, manner);
  made.take(objects);
  made.toPlane(1);
  made.place(0, 0, 2);
  while (frames.length) frames.shift()();
  return made;
}

const kinds = ({ raster }) => [...new Set(raster.held)].sort((a, b) => a - b).filter((held) => held > 1);

test("objects of the planes around are drawn when they are asked for, and are not meant by a click", () => {
  const all = [object("before", "0", 0, 1, 1, 5), object("here", "0", 1, 10, 1, 5), object("after", "0", 2, 20, 1, 5), object("far", "0", 3, 1, 20, 5)];
  const [off, on] = [shown({}, ...all), shown({ neighbours: true }, ...all)];
  const { number } = off.all.get("here");
  assert.deepEqual(kinds(off), [lineOf(number), lineOf(number) + 1]);
  assert.deepEqual(kinds(on), [2, 3, lineOf(number), lineOf(number) + 1]);
  assert.deepEqual(on.stack(3, 3), []);
  // One that comes there is drawn, one that goes is wiped off.
  on.patch({ changed: [object("new", "0", 2, 1, 10, 5)], gone: ["after", "before"] });
  while (frames.length) frames.shift()();
  assert.deepEqual(kinds(on), [3, lineOf(number), lineOf(number) + 1]);
  on.neighbours = false;
  on.renew();
  while (frames.length) frames.shift()();
  assert.deepEqual(kinds(on), kinds(off));
});

test("another label is another pattern", () => {
  const made = shown({ patterns: true }, object("a", "0", 1, 3, 3, 20));
  const count = () => made.raster.held.filter((held) => held === lineOf(made.all.get("a").number)).length;
  const solid = count();
  made.all.get("a").category = "1";
  made.recolour(["a"]);
  while (frames.length) frames.shift()();
  assert.ok(count() < 0.8 * solid);
  made.patterns = false;
  made.renew();
  while (frames.length) frames.shift()();
  assert.equal(count(), solid);
});
