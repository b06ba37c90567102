// The strip of images: which tiles are in sight, whatever its length.

import assert from "node:assert/strict";
import { test } from "node:test";

import { inSight } from "../../../piximi_ui/components/annotator/notes/strip.js";

test("only the tiles in sight exist, and some beside them", () => {
  assert.deepEqual(inSight(0, 700, 10_000), [0, 12]);
  assert.deepEqual(inSight(350_000, 700, 10_000), [4_998, 5_012]);
  assert.deepEqual(inSight(699_300, 700, 10_000), [9_988, 10_000]);
});

test("a short strip, one without images, and one that lost some, have no more than they have", () => {
  assert.deepEqual(inSight(0, 700, 3), [0, 3]);
  assert.deepEqual(inSight(0, 700, 0), [0, 0]);
  const [first, end] = inSight(9_000, 700, 5);
  assert.ok(first >= end || end <= 5);
});
