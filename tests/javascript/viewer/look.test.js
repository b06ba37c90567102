// How a picture is shown: the short form, two pictures alike, a range that leaves out the extremes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { automatic, common, first, parse, print } from "../../../piximi_ui/components/viewer/look.js";

test("the short form is read and written alike", () => {
  const text = "ff0000:0:255,-00ff00:12.5:4095,ffffff:-3:7";
  const look = parse(text);
  assert.deepEqual(look[1], { color: "#00ff00", visible: false, low: 12.5, high: 4095 });
  assert.equal(print(look), text);
});

test("the file's own look says nothing of its histogram", () => {
  const levels = { channels: [{ color: "#ff0000", visible: true, low: 1, high: 9, counts: [1, 2] }] };
  assert.equal(print(first(levels)), "ff0000:1:9");
});

test("two pictures are shown by one range that holds both", () => {
  const looks = [parse("ff0000:10:200,00ff00:5:6"), parse("0000ff:20:100,00ff00:1:9")];
  assert.equal(print(common(looks)), "ff0000:10:200,00ff00:1:9");
});

/** A histogram of whole numbers 0 to 99, as many of each as `counts` says. */
const histogram = (counts) => ({
  first: 0,
  last: 100,
  counts: Array.from({ length: 100 }, (_, value) => counts[value] ?? 0),
});

test("a few extreme values do not decide the range", () => {
  const counts = { 0: 1, 99: 1 };
  for (let value = 40; value < 60; value += 1) counts[value] = 1000;
  assert.deepEqual(automatic(histogram(counts), true), { low: 40, high: 60 });
});

test("values that all occur are all shown", () => {
  const counts = Object.fromEntries(Array.from({ length: 100 }, (_, value) => [value, 10]));
  assert.deepEqual(automatic(histogram(counts), true), { low: 0, high: 100 });
});

test("an empty histogram gives the whole range", () => {
  const { low, high } = automatic(histogram({}), true);
  assert.ok(low < high);
});

test("a fractional range is not rounded", () => {
  const range = automatic({ first: 0, last: 1, counts: [0, 50, 50, 0] }, false);
  assert.deepEqual(range, { low: 0.25, high: 0.75 });
});
