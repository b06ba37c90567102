// The numbers beside the categories: by label, those that wait among them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Counts } from "../../../piximi_ui/components/annotator/seeing/counts.js";

test("objects of the kind are counted by their labels, and anew only where they are others", () => {
  let looks = 0;
  const shapes = [["a", "cell", "u"], ["b", "cell", "round"], ["c", "cell", "round"], ["d", "other", "round"]];
  const annotator = {
    outlines: {
      version: 1,
      plane: 0,
      here: () => {
        looks += 1;
        return shapes.map(([id, kind, category]) => ({ id, kind, category }));
      },
    },
    kind: { id: "cell" },
    categories: [{ id: "u" }, { id: "round" }, { id: "new:flat" }],
    pending: new Map(),
  };
  const counts = new Counts();
  assert.deepEqual(counts.of(annotator), [1, 2, 0]);
  assert.deepEqual(counts.of(annotator), [1, 2, 0]);
  assert.equal(looks, 1);
  annotator.pending = new Map([["b", "new:flat"]]);
  assert.deepEqual(counts.of(annotator), [1, 1, 1]);
  shapes.push(["e", "cell", "u"]);
  annotator.outlines.version = 2;
  assert.deepEqual(counts.of(annotator), [2, 1, 1]);
  assert.deepEqual(new Counts().of({ ...annotator, kind: null, categories: [] }), []);
});
