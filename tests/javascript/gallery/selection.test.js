// What is selected, as clicks, ranges and new drawings of the page leave it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Selection } from "../../../piximi_ui/components/gallery/selection.js";

const ORDER = [..."abcdefgh"];

/** Do what a line of steps says, "only:b extend:d", and answer with the selection. */
function after(steps) {
  const selection = new Selection();
  const acts = {
    only: (id) => selection.only(id),
    toggle: (id) => selection.toggle(id),
    extend: (id) => selection.extend(id, ORDER),
    add: (id) => selection.extend(id, ORDER, true),
    all: (ids) => selection.replace([...ids], true),
    stay: (ids) => selection.stay([...ids], []),
    know: (ids) => selection.stay(ORDER, [...ids]),
    clear: () => selection.clear(),
  };
  for (const step of steps.split(" ")) {
    const [act, value] = step.split(":");
    acts[act](value);
  }
  return selection;
}

for (const [steps, selected, wide, elsewhere] of [
  ["only:b only:d", "d", false, 0],
  ["only:b toggle:d toggle:b", "d", false, 0],
  ["only:b extend:d", "bcd", false, 0],
  ["only:d extend:f extend:b", "dcb", false, 0],
  ["extend:c", "c", false, 0],
  ["only:b toggle:f add:h", "bfgh", false, 0],
  ["only:b toggle:f extend:h", "fgh", false, 0],
  ["only:b toggle:d stay:cdef", "d", false, 0],
  ["only:b stay:cdef extend:e", "e", false, 0],
  ["only:b extend:d clear extend:f", "f", false, 0],
  ["all:abyz", "abyz", true, 2],
  ["all:abyz toggle:a", "byz", true, 2],
  ["all:abyz know:aby", "aby", true, 1],
  ["all:yz know:", "", false, 0],
  ["all:abyz only:c", "c", false, 0],
  ["all:abyz extend:c", "c", false, 0],
]) {
  test(steps, () => {
    const selection = after(steps);
    assert.equal(selection.list().join(""), selected);
    assert.equal(selection.size, selected.length);
    assert.equal(selection.wide, wide);
    assert.equal(selection.elsewhere(ORDER), elsewhere);
  });
}
