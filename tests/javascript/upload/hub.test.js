// Where files wait for the uploader of a project.

import assert from "node:assert/strict";
import { test } from "node:test";

import { give, register, unregister } from "../../../piximi_ui/components/upload/hub.js";

function taker() {
  const got = [];
  const take = (choice) => got.push(choice);
  return { got, take };
}

test("what came before its uploader waits for it, in order", () => {
  const { got, take } = taker();
  give("early", 1);
  give("early", 2);
  register("early", take);
  give("early", 3);
  assert.deepEqual(got, [1, 2, 3]);
});

test("it waits for that project's uploader alone", () => {
  const [other, own] = [taker(), taker()];
  give("mine", 1);
  register("another", other.take);
  register("mine", own.take);
  assert.deepEqual([other.got, own.got], [[], [1]]);
});

test("what is for any uploader goes to the next one, once", () => {
  const [one, two] = [taker(), taker()];
  give("*", 1);
  register("one", one.take);
  register("two", two.take);
  assert.deepEqual([one.got, two.got], [[1], []]);
});

test("an uploader that was replaced does not take its successor away", () => {
  const [older, newer] = [taker(), taker()];
  register("slot", older.take);
  register("slot", newer.take);
  assert.equal(unregister("slot", older.take), false);
  give("slot", 1);
  assert.equal(unregister("slot", newer.take), true);
  give("slot", 2);
  assert.deepEqual([older.got, newer.got], [[], [1]]);
});
