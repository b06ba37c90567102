// Keys of the annotator: as at first, given otherwise, swapped, kept, and what is not fit left out.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

const kept = new Map();
globalThis.localStorage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, value),
  removeItem: (name) => kept.delete(name),
};
const STORE = "piximi-annotator-keys";
const FROM = "../../../piximi_ui/components/annotator/bindings.js";
const { ACTIONS, bindings, dressed, mayBe, written } = await import(FROM);
let copies = 0;

/** The keys as another window reads them. */
async function anew(text) {
  kept.set(STORE, text);
  copies += 1;
  return (await import(`${FROM}?copy=${copies}`)).bindings;
}

beforeEach(() => {
  bindings.reset();
});

test("no two actions have one key, and each can be told", () => {
  const keys = ACTIONS.flatMap((action) => action.keys);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(new Set(ACTIONS.map(({ name }) => name)).size, ACTIONS.length);
  for (const { name, keys: [first] } of ACTIONS) {
    assert.equal(bindings.keyOf(name), first);
    for (const key of ACTIONS.find((each) => each.name === name).keys) assert.equal(bindings.actionOf(key), name);
  }
  assert.equal(bindings.changed, false);
});

test("a key that is given counts at once and is kept", async () => {
  bindings.give("fit", "ä");
  assert.equal(bindings.actionOf("ä"), "fit");
  assert.equal(bindings.actionOf("f"), null);
  assert.deepEqual(JSON.parse(kept.get(STORE)), { fit: "ä" });
  assert.equal((await anew(kept.get(STORE))).keyOf("fit"), "ä");
  bindings.give("fit", "f");
  assert.equal(bindings.changed, false);
  assert.equal(kept.has(STORE), false);
});

test("a key that another action has is told, and swapped", () => {
  assert.equal(bindings.taken("fit", "k"), "lock");
  assert.equal(bindings.taken("fit", "f"), null);
  assert.equal(bindings.taken("fit", "Shift+B"), null, "the second key of smart box is told nowhere");
  bindings.swap("fit", "k");
  assert.deepEqual([bindings.keyOf("fit"), bindings.keyOf("lock")], ["k", "f"]);
  assert.deepEqual([bindings.actionOf("k"), bindings.actionOf("f")], ["fit", "lock"]);
  bindings.swap("fit", "f");
  assert.equal(bindings.changed, false, "swapped back, all is as at first");
  bindings.give("fit", "Shift+B");
  assert.equal(bindings.actionOf("Shift+B"), "fit");
  assert.equal(bindings.actionOf("b"), "tool_smart_box");
});

test("whatever was kept, every key has one action at most", async () => {
  const wild = ["", "[]", "7", "null", '"k"', "{", '{"fit": 5, "__proto__": "x", "nothing": "x"}'];
  for (const text of wild) assert.equal((await anew(text)).changed, false, text);
  const twice = await anew('{"fit": "k", "lock": "k", "table": "1", "remove": "Enter", "find": " ", "done": "ab"}');
  assert.deepEqual({ ...twice.own }, { fit: "k" });
  assert.equal(twice.keyOf("lock"), "", "its key is another action's now");
  assert.equal(twice.actionOf("k"), "fit");
});

test("what all keyboards share cannot be given away", () => {
  for (const key of ["0", "9", " ", "?", "Enter", "Escape", "Tab", "Shift", "Shift+Enter", "Shift+1", "F5", "Dead", "Unidentified"]) {
    assert.equal(mayBe(key), false, key);
  }
  for (const key of ["a", "Shift+A", "ñ", "ß", ";", ">", "Home", "Shift+ArrowUp", "Delete", "😀"]) {
    assert.equal(mayBe(key), true, key);
  }
});

test("keys are written as they stand on keyboards", () => {
  assert.deepEqual(
    ["k", "Shift+K", "PageUp", "Shift+PageUp", "ArrowLeft", "/", "Home", ""].map((key) => written(key)),
    ["K", "Shift+K", "Page Up", "Shift+Page Up", "←", "/", "Home", "–"],
  );
  assert.equal(written("Shift+K", "Mayús"), "Mayús+K");
});

test("texts tell the keys as they are", () => {
  const texts = {
    language: "en",
    key_shift: "Shift",
    find_key: "/",
    smart_click_tip: "Click. Then Y for another proposal (S)",
    table_tip: "Objects (Shift+V)",
    previous: "Previous image (left arrow)",
    select_tip: "Click an object; Shift adds (V)",
    select_first: "press V and click it",
  };
  assert.equal(dressed(texts), texts);
  bindings.swap("tool_smart_click", "y");
  bindings.give("table", "ö");
  bindings.give("previous", ";");
  bindings.give("tool_select", "Shift+Ä");
  const { language, ...told } = dressed(texts);
  assert.notEqual(language, texts.language);
  assert.equal(told.smart_click_tip, "Click. Then S for another proposal (Y)");
  assert.equal(told.table_tip, "Objects (Ö)");
  assert.equal(told.previous, "Previous image (;)");
  assert.equal(told.select_tip, "Click an object; Shift adds (Shift+Ä)");
  assert.equal(told.select_first, "press Shift+Ä and click it");
  const spanish = dressed({ language: "es", key_shift: "Mayús", table_tip: "Objetos (Mayús+V)" });
  assert.equal(spanish.table_tip, "Objetos (Ö)");
});
