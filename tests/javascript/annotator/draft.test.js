// What is being drawn: when a press ends an outline of corners, and when it is whole.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Draft, TOOLS } from "../../../piximi_ui/components/annotator/tools.js";

const polygon = TOOLS.find(({ name }) => name === "polygon");
const CORNERS = [[10, 10], [60, 12], [58, 50]];

/** A polygon with these corners, pressed one after the other at `unit` pixels for one of the screen. */
function pressed(corners, unit = 1) {
  const draft = new Draft(polygon);
  return { draft, ends: corners.map((corner) => draft.down(corner, unit)) };
}

test("a double click ends an outline at its last corner, and adds none", () => {
  const { draft, ends } = pressed([...CORNERS, [20, 55], [21, 55]]);
  assert.deepEqual(ends, [false, false, false, false, true]);
  assert.deepEqual(draft.points, [...CORNERS, [20, 55]]);
});

test("a double click before there is an outline neither ends it nor adds a corner", () => {
  const { draft, ends } = pressed([[10, 10], [10, 10], [60, 12], [60, 13]]);
  assert.deepEqual(ends, [false, false, false, false]);
  assert.deepEqual(draft.points, [[10, 10], [60, 12]]);
});

test("the same corner is the same on the screen, however far the picture is zoomed in", () => {
  assert.deepEqual(pressed([...CORNERS, [57, 49]]).ends.at(-1), true);
  assert.deepEqual(pressed([...CORNERS, [57, 49]], 0.1).ends.at(-1), false);
});

test("the first corner still ends it", () => {
  assert.deepEqual(pressed([...CORNERS, [12, 12]]).ends, [false, false, false, true]);
});
