// Numbers as they are typed: when they label, and what.

import assert from "node:assert/strict";
import { test } from "node:test";

import { withKeys } from "../../../piximi_ui/components/keyboard/category_keys.js";
import { TypedDigits } from "../../../piximi_ui/components/keyboard/digits.js";

const FEW = ["Unknown", "RBC", "WBC"];
const MANY = ["Unknown", ...Array.from({ length: 14 }, (_, i) => `Sort ${i + 1}`)];

/** Do what a line of steps says; answer with [category, digits, what was selected] of each label. */
async function typing(names, steps, wait = 60000) {
  let list = withKeys(names.map((name) => ({ id: name, name })));
  let chosen = ["a"];
  const taken = [];
  const digits = new TypedDigits(
    {
      subject: () => chosen,
      show: () => {},
      take: (category, typed, subject) => taken.push([category?.name ?? null, typed, subject[0]]),
    },
    wait,
  );
  const acts = {
    digit: (digit) => digits.press(digit, false, list),
    shifted: (digit) => digits.press(digit, true, list),
    shift: () => digits.hold(list),
    release: () => digits.release(),
    erase: () => digits.erase(),
    cancel: () => digits.cancel(),
    flush: () => digits.flush(),
    lose: (name) => (list = withKeys(list.filter((each) => each.name !== name))),
    select: (id) => (chosen = [id]),
    wait: (ms) => new Promise((done) => setTimeout(done, Number(ms))),
  };
  for (const step of steps.split(" ")) {
    const [act, value] = step.split(":");
    await acts[act](value);
  }
  digits.cancel();
  return taken;
}

for (const [names, steps, taken] of [
  [FEW, "digit:1 digit:2", [["RBC", "1", "a"], ["WBC", "2", "a"]]],
  [FEW, "digit:7", [[null, "7", "a"]]],
  [MANY, "digit:1 digit:2", [["Sort 12", "12", "a"]]],
  [MANY, "digit:2", [["Sort 2", "2", "a"]]],
  [MANY, "digit:1", []],
  [MANY, "digit:1 flush", [["Sort 1", "1", "a"]]],
  [MANY, "digit:1 digit:9", [[null, "19", "a"]]],
  [MANY, "digit:1 erase flush", []],
  [MANY, "digit:1 cancel digit:2", [["Sort 2", "2", "a"]]],
  [MANY, "digit:1 select:b digit:1", [["Sort 11", "11", "a"]]],
  [MANY, "shift shifted:1 shifted:2 erase shifted:1 release", [["Sort 11", "11", "a"]]],
  [MANY, "shift release", []],
  // Windows lets go of Shift for each key of the number pad.
  [MANY, "shift release digit:1 shift release digit:2 shift release", [["Sort 12", "12", "a"]]],
  // What was shown when it began counts, whatever others delete meanwhile.
  [FEW, "shift lose:RBC shifted:2 release", [["WBC", "2", "a"]]],
  [FEW, "shift shifted:1 lose:RBC release", [["RBC", "1", "a"]]],
  [MANY, "digit:1 lose:Sort lose:Unknown digit:2", [["Sort 12", "12", "a"]]],
  [FEW, "lose:RBC digit:1", [["WBC", "1", "a"]]],
]) {
  test(`${names.length} categories: ${steps}`, async () => {
    assert.deepEqual(await typing(names, steps), taken);
  });
}

test("a digit that may go on labels when nothing follows", async () => {
  const taken = await typing(MANY, "digit:1 wait:300 digit:3", 50);
  assert.deepEqual(taken.map(([category]) => category), ["Sort 1", "Sort 3"]);
});
