// From picture to picture: what is at hand is shown at once, Python hears how far it went.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Walk } from "../../../piximi_ui/components/viewer/walk.js";

const TOTAL = 6;
const picture = (place) => ({ id: `p${place}`, place });

/** What Python sends when it believes the person to be at a place, with `reach` neighbours. */
const around = (place, reach = 1) => {
  const near = Array.from({ length: TOTAL }, (_, i) => picture(i)).filter((each) => Math.abs(each.place - place) <= reach);
  return {
    images: [near.find((each) => each.place === place)],
    around: {
      before: near.filter((each) => each.place < place),
      after: near.filter((each) => each.place > place),
    },
    total: TOTAL,
  };
};

function at(place, reach = 1) {
  const walk = new Walk();
  walk.update(around(place, reach));
  return walk;
}

test("a neighbour is shown at once, and Python hears of one step", () => {
  const walk = at(2);
  assert.equal(walk.step(), null);
  assert.equal(walk.go(1), true);
  assert.equal(walk.image.id, "p3");
  assert.equal(walk.waits, false);
  assert.deepEqual(walk.step(), { from: "p2", by: 1 });
});

test("beyond what is at hand it waits, and shows the last until Python answers", () => {
  const walk = at(2);
  walk.go(1);
  walk.go(1);
  assert.equal(walk.image.id, "p3");
  assert.equal(walk.waits, true);
  assert.deepEqual(walk.step(), { from: "p2", by: 2 });
  walk.update(around(4));
  assert.equal(walk.image.id, "p4");
  assert.equal(walk.waits, false);
  assert.equal(walk.step(), null);
});

test("an answer to an earlier step does not throw it back", () => {
  const walk = at(2, 2);
  walk.go(1);
  walk.go(1);
  walk.update(around(3, 2));
  assert.equal(walk.image.id, "p4");
  assert.deepEqual(walk.step(), { from: "p3", by: 1 });
});

test("there is nothing before the first and after the last", () => {
  assert.equal(at(0).go(-1), false);
  assert.equal(at(TOTAL - 1).go(1), false);
  assert.equal(at(0).go(1), true);
});

test("a drawing of another picture is followed where nobody went on", () => {
  const walk = at(2);
  walk.update(around(5));
  assert.equal(walk.image.id, "p5");
});

test("a picture that stands in no order leads nowhere", () => {
  const walk = new Walk();
  walk.update({ images: [{ id: "x", place: null }], around: null, total: 1 });
  assert.equal(walk.may(1), false);
  assert.equal(walk.go(-1), false);
});

test("two that are compared are no walk", () => {
  const walk = new Walk();
  walk.update({ images: [picture(1), picture(2)], around: { before: [picture(0)], after: [] }, total: TOTAL });
  assert.deepEqual(walk.list.map(({ id }) => id), ["p1"]);
});
