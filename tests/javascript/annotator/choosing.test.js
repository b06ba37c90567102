// What a drawing selects: by hand-made objects.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chosenBy } from "../../../piximi_ui/components/annotator/choosing.js";

const objects = [
  { id: "a", x1: 0, y1: 0, x2: 10, y2: 10 },
  { id: "b", x1: 20, y1: 0, x2: 30, y2: 10 },
  { id: "c", x1: 0, y1: 20, x2: 30, y2: 40 },
];
const outlines = {
  near: ({ x1, y1, x2, y2 }) => objects.filter((o) => o.x1 < x2 && o.x2 > x1 && o.y1 < y2 && o.y2 > y1),
  at: (x, y) => objects.find((o) => x >= o.x1 && x < o.x2 && y >= o.y1 && y < o.y2) ?? null,
};

for (const [title, name, gesture, points, ids] of [
  ["a box takes those whose middle it holds", "rectangle", "box", [[22, 12], [-2, -2]], ["a"]],
  ["also drawn from below", "threshold", "box", [[31, 41], [-1, -1]], ["a", "b", "c"]],
  ["an ellipse has no corners", "ellipse", "box", [[-2, -2], [60, 60]], ["b", "c"]],
  ["a lasso encloses", "lasso", "path", [[-5, -5], [40, -5], [40, 12], [-5, 12]], ["a", "b"]],
  ["a hollow one leaves out what lies in its bay", "polygon", "corners", [[-5, -5], [15, 18], [35, -5], [35, 50], [-5, 50]], ["c"]],
  ["a pen takes what it passes, once", "pen", "path", [[2, 2], [4, 4], [25, 5], [15, 15]], ["a", "b"]],
  ["a click takes what lies there", "smart_click", "click", [[5, 30]], ["c"]],
  ["and nothing on the ground", "color", "pull", [[15, 5]], []],
]) {
  test(title, () => assert.deepEqual(chosenBy(outlines, { name, gesture }, points).map(({ id }) => id), ids));
}
