// Which key does what in the annotator: as at first, or as a person changed it in this browser. What
// all keyboards share stays as it is: digits label, Enter confirms, Esc gives up, modifiers modify.

import { EDITS, TOOLS } from "./tools.js";

const STORE = "piximi-annotator-keys";
export const CHANGED = "piximi-keys-changed"; // an event of the window

/**
 * What a key can be given to: its name, its keys as at first (the first of them is the one that is
 * told, the others work as well), and the texts that tell the key.
 *
 * @type {{name: string, keys: string[], told: string[]}[]}
 */
export const ACTIONS = [
  ...TOOLS.map(({ name, keys }) => ({ name: `tool_${name}`, keys, told: [`${name}_tip`] })),
  ...EDITS.map(({ name, keys }) => ({ name: `edit_${name}`, keys, told: [`${name}_tip`] })),
  { name: "next_choice", keys: ["y"], told: ["smart_click_tip"] },
  { name: "next_mode", keys: ["q"], told: ["mode_new_tip"] },
  { name: "remove", keys: ["Delete"], told: ["remove_tip"] },
  { name: "take_back", keys: ["Backspace"], told: [] },
  { name: "find", keys: ["/"], told: ["find_tip"] },
  { name: "unlabel", keys: ["u"], told: [] },
  { name: "smaller", keys: ["["], told: [] },
  { name: "larger", keys: ["]"], told: [] },
  { name: "zoom_in", keys: ["+", "="], told: [] },
  { name: "zoom_out", keys: ["-"], told: [] },
  { name: "fit", keys: ["f"], told: ["fit_tip"] },
  { name: "one_to_one", keys: ["z"], told: [] },
  { name: "previous", keys: ["ArrowLeft"], told: ["previous"] },
  { name: "next", keys: ["ArrowRight"], told: ["next"] },
  { name: "plane_before", keys: ["PageUp"], told: [] },
  { name: "plane_after", keys: ["PageDown"], told: [] },
  { name: "outlines", keys: ["o"], told: [] },
  { name: "neighbours", keys: ["Shift+H"], told: ["neighbours_tip"] },
  { name: "hide", keys: ["h"], told: ["filled_tip"] },
  { name: "one_channel", keys: ["."], told: [] },
  { name: "lock", keys: ["k"], told: ["lock_tip"] },
  { name: "comment", keys: ["w"], told: ["comment_tip"] },
  { name: "next_not_done", keys: ["n"], told: ["lacking_done_tip"] },
  { name: "next_empty", keys: ["Shift+N"], told: ["lacking_objects_tip"] },
  { name: "done", keys: ["Shift+Enter"], told: ["done_tip"] },
  { name: "table", keys: ["Shift+V"], told: ["table_tip"] },
  { name: "propose", keys: ["Shift+G"], told: ["propose_title_tip", "propose_first"] },
  { name: "accept_view", keys: ["Shift+A"], told: ["accept_view_tip"] },
  { name: "reject_view", keys: ["Shift+X"], told: ["reject_view_tip"] },
];
/** Texts that tell a key in the middle of a sentence, beside those above. */
const TOLD_TOO = { tool_select: ["select_first"], edit_interpolate: ["between"] };

const NAMED = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  PageUp: "Page Up",
  PageDown: "Page Down",
};
const LONG = new Set([...Object.keys(NAMED), "Home", "End", "Insert", "Delete", "Backspace"]);
const STAYS = new Set([" ", "?", "Shift+Enter"]);

/** Whether an action may have a key, as `keyOf` of tools.js tells it. */
export function mayBe(key) {
  const plain = key.startsWith("Shift+") ? key.slice("Shift+".length) : key;
  if (STAYS.has(key) || STAYS.has(plain) || /^\d$/.test(plain)) return false;
  return LONG.has(plain) || [...plain].length === 1;
}

/** A key as it is written on the keyboard; `shift` is the word for that key. */
export function written(key, shift = "Shift") {
  if (!key) return "–";
  const shifted = key.startsWith("Shift+");
  const plain = shifted ? key.slice("Shift+".length) : key;
  const name = NAMED[plain] ?? ([...plain].length === 1 ? plain.toUpperCase() : plain);
  return shifted ? `${shift}+${name}` : name;
}

class Bindings {
  constructor() {
    /** @type {Record<string, string>} */
    this.own = {}; // keys that were changed, by the names of their actions
    /** @type {Map<string, string>} */
    this.actions = new Map(); // by their keys
    /** @type {Map<string, string>} */
    this.first = new Map(); // the key of each action that is told
    this.#take(read());
    globalThis.addEventListener?.("storage", ({ key }) => {
      if (key !== STORE && key !== null) return; // another tab changed something else
      this.#take(read());
      announce();
    });
  }

  /** Whether any key is another one than at first. */
  get changed() {
    return Object.keys(this.own).length > 0;
  }

  /** The key of an action, empty for none. */
  keyOf(name) {
    return this.first.get(name) ?? "";
  }

  /** The action of a key, or null. */
  actionOf(key) {
    return this.actions.get(key) ?? null;
  }

  /** The other action that has a key as the one that is told, or null. */
  taken(name, key) {
    const other = this.actionOf(key);
    return other && other !== name && this.keyOf(other) === key ? other : null;
  }

  /** Give an action a key that no other one needs. */
  give(name, key) {
    this.#keep({ ...this.own, [name]: key });
  }

  /** Give an action the key of another one, and that its own. */
  swap(name, key) {
    const other = this.taken(name, key);
    const mine = this.keyOf(name);
    if (other && mine) this.#keep({ ...this.own, [name]: key, [other]: mine });
  }

  reset() {
    this.#keep({});
  }

  #keep(own) {
    this.#take(own);
    try {
      if (this.changed) localStorage.setItem(STORE, JSON.stringify(this.own));
      else localStorage.removeItem(STORE);
    } catch {
      // Storage may be full or forbidden: it holds until the page is left.
    }
    announce();
  }

  /** Take keys by the names of their actions; what is not fit, or there twice, is left out. */
  #take(own) {
    this.own = {};
    this.actions.clear();
    this.first.clear();
    for (const { name, keys } of ACTIONS) {
      const key = Object.hasOwn(own, name) ? own[name] : null;
      if (typeof key !== "string" || key === keys[0] || !mayBe(key) || this.actions.has(key)) continue;
      this.own[name] = key;
      this.actions.set(key, name);
      this.first.set(name, key);
    }
    for (const { name, keys } of ACTIONS) {
      if (this.first.has(name)) continue;
      for (const key of keys) {
        if (this.actions.has(key)) continue;
        this.actions.set(key, name);
        if (!this.first.has(name)) this.first.set(name, key);
      }
    }
  }
}

export const bindings = new Bindings();

/** The texts with the keys as they are now; where they are as at first, the same texts. */
export function dressed(texts) {
  if (!bindings.changed) return texts;
  const shift = texts.key_shift;
  const found = { ...texts, find_key: written(bindings.keyOf("find"), shift) };
  for (const { name, keys, told } of ACTIONS) {
    const key = bindings.keyOf(name);
    if (key === keys[0]) continue;
    for (const text of [...told, ...(TOLD_TOO[name] ?? [])]) {
      if (found[text]) found[text] = retold(found[text], written(keys[0], shift), written(key, shift));
    }
  }
  // What is drawn once for a language is drawn anew for other keys.
  found.language = `${texts.language} ${JSON.stringify(bindings.own)}`;
  return found;
}

/** A text that tells another key; where the former one has a name of its own, it stands in brackets. */
function retold(text, before, now) {
  const key = alone(before);
  return key.test(text) ? text.replace(key, () => now) : text.replace(/\([^()]*\)(?=[^()]*$)/, () => `(${now})`);
}

/** A key where it stands alone in a text, not as a part of a word or of another key. */
function alone(key) {
  const plain = key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}+])${plain}(?![\\p{L}\\p{N}+])`, "u");
}

function announce() {
  globalThis.dispatchEvent?.(new Event(CHANGED));
}

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {}; // storage may be forbidden, or hold what is none of ours
  }
}
