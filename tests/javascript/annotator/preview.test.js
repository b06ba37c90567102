// What would be filled, compared with floods and levels found the slow and plain way.

import assert from "node:assert/strict";
import { test } from "node:test";

import { otsu, tonesIn } from "../../../piximi_ui/components/annotator/guiding/bright.js";
import { Flood, weightsOf } from "../../../piximi_ui/components/annotator/guiding/flooding.js";

let seed = 1;
const random = (below) => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return Math.floor((seed / 2_147_483_648) * below);
};

/** A map of noise: so many tones a pixel, each below `most`. */
function noise(width, height, tones = 3, most = 256) {
  const values = new Uint32Array(width * height);
  for (let i = 0; i < values.length; i += 1) {
    for (let tone = 0; tone < tones; tone += 1) values[i] |= random(most) << (8 * tone);
  }
  return { box: [0, 0, width, height], step: 1, width, height, values };
}

const tonesOf = (value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255];

/** The flood as it is defined: a pixel after the other, from neighbour to neighbour. */
function plainly({ width, values }, weights, [x, y], [x1, y1, x2, y2], level) {
  const from = tonesOf(values[y * width + x]);
  const alike = (at) => tonesOf(values[at]).reduce((sum, tone, i) => sum + weights[i] * Math.abs(tone - from[i]), 0) <= level;
  const found = new Set([y * width + x]);
  for (const at of found) {
    const [column, row] = [at % width, Math.floor(at / width)];
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      const [nx, ny] = [column + dx, row + dy];
      if (nx >= x1 && ny >= y1 && nx < x2 && ny < y2 && alike(ny * width + nx)) found.add(ny * width + nx);
    }
  }
  return [...found].sort((a, b) => a - b);
}

const filled = (flood, level) => [...flood.order.slice(0, flood.within(level))].sort((a, b) => a - b);

test("three tones stand for as many channels as there are", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 12].map(weightsOf), [[1, 0, 0], [1, 1, 0], [1, 1, 1], [2, 1, 1], [2, 2, 1], [4, 4, 4]]);
});

test("any tolerance after any other fills what a flood from the beginning does", () => {
  for (const channels of [1, 2, 3, 7]) {
    const map = noise(23, 17, Math.min(3, channels), 60);
    const weights = weightsOf(channels);
    const clip = [2, 1, 21, 16];
    const flood = new Flood(map, weights, [9, 8], clip);
    for (const level of [0, 12, 40.7, 25, 90, 3, 5000, 60]) {
      while (!flood.grow(level, 7));
      assert.deepEqual(filled(flood, level), plainly(map, weights, [9, 8], clip, level), `${channels} channels, ${level}`);
    }
  }
});

test("a frame goes on by as many pixels as it may, and no more", () => {
  const flood = new Flood(noise(50, 50, 1, 2), [1, 0, 0], [25, 25], [0, 0, 50, 50]);
  assert.equal(flood.grow(5, 100), false);
  assert.equal(flood.count, 100);
  assert.equal(flood.within(5), 100);
  while (!flood.grow(5, 1000));
  assert.equal(flood.within(5), 2500);
});

test("a flood ends at the borders of the map, and of one pixel in itself", () => {
  const map = { box: [0, 0, 3, 2], step: 1, width: 3, height: 2, values: new Uint32Array(6) };
  const flood = new Flood(map, [1, 0, 0], [2, 0], [0, 0, 3, 2]);
  assert.equal(flood.grow(255, 100), true);
  assert.deepEqual(filled(flood, 255), [0, 1, 2, 3, 4, 5]);
  const one = new Flood({ ...map, width: 1, height: 1, values: new Uint32Array(1) }, [1, 0, 0], [0, 0], [0, 0, 1, 1]);
  assert.equal(one.grow(0, 1), true);
  assert.deepEqual(filled(one, 0), [0]);
});

/** The level that leaves the least variance within both groups, all of them tried. */
function leastSpread(numbers) {
  const kinds = [...new Set(numbers)].sort((a, b) => a - b);
  const spread = (group) => {
    const mean = group.reduce((sum, each) => sum + each, 0) / group.length;
    return group.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  };
  let [best, found] = [Infinity, kinds[0]];
  kinds.slice(1).forEach((kind, i) => {
    const within = spread(numbers.filter((each) => each < kind)) + spread(numbers.filter((each) => each >= kind));
    if (within < best - 1e-6) [best, found] = [within, (kinds[i] + kind) / 2];
  });
  return found;
}

test("the level of a box is the one that leaves the least spread", () => {
  for (let round = 0; round < 20; round += 1) {
    const numbers = Array.from({ length: 80 }, () => (random(2) ? random(90) : 120 + random(80)));
    assert.equal(otsu(Uint32Array.from(numbers), 255), leastSpread(numbers));
  }
  assert.equal(otsu(Uint32Array.of(7, 7, 7), 255), 7);
  assert.equal(otsu(Uint32Array.of(0, 255), 255), 127.5);
  assert.equal(otsu(Uint32Array.of(), 255), 0);
});

test("the tones of a part are sums of its pixels' channels, of every so many", () => {
  const map = noise(9, 8);
  const weights = [2, 1, 1];
  const sum = (x, y) => tonesOf(map.values[y * 9 + x]).reduce((all, tone, i) => all + weights[i] * tone, 0);
  const all = tonesIn(map, weights, [1, 2, 4, 4], 1);
  assert.deepEqual([...all.tones], [sum(1, 2), sum(2, 2), sum(3, 2), sum(1, 3), sum(2, 3), sum(3, 3)]);
  const some = tonesIn(map, weights, [0, 0, 9, 8], 4);
  assert.deepEqual([some.columns, some.rows], [3, 2]);
  assert.deepEqual([...some.tones], [sum(0, 0), sum(4, 0), sum(8, 0), sum(0, 4), sum(4, 4), sum(8, 4)]);
});
