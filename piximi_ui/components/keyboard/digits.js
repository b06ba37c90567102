// The number of a category as it is typed: plain digits, which label as soon as no other key begins
// with them, and Piximi's digits while Shift is held, which label when it is let go.

import { mayGoOn, ofKey } from "./category_keys.js";

const WAIT = 600; // ms in which a second plain digit may follow
const LONGEST = 4;

export class TypedDigits {
  /**
   * @param {object} hears
   * @param {() => any} hears.subject what is to be labelled, asked for at the first digit
   * @param {(typed: string | null, categories: object[]) => void} hears.show
   * @param {(category: object | null, typed: string, subject: any) => void} hears.take
   */
  constructor(hears, wait = WAIT) {
    this.hears = hears;
    this.wait = wait;
    this.timer = undefined;
    this.list = null; // the categories as they were shown when the first key went down
    this.typed = "";
    this.shifted = false; // whether a digit was typed with Shift held
    this.subject = null;
  }

  /** Shift went down: from now on the list that is shown counts, whoever changes it meanwhile. */
  hold(categories) {
    this.list ??= categories;
  }

  /** Shift was let go. */
  release() {
    if (this.typed === "") this.cancel();
    else if (this.shifted) this.flush();
  }

  /** A digit, with Shift `held` or without, for one of these categories with their keys. */
  press(digit, held, categories) {
    this.list ??= categories;
    if (this.typed === "") this.subject = this.hears.subject();
    this.typed = (this.typed + digit).slice(0, LONGEST);
    this.shifted ||= held;
    clearTimeout(this.timer);
    if (!this.shifted && !mayGoOn(this.list, this.typed)) return this.flush();
    this.hears.show(this.typed, this.list);
    if (!this.shifted) this.timer = setTimeout(() => this.flush(), this.wait);
    return undefined;
  }

  get pending() {
    return this.typed !== "";
  }

  /** Take the last digit back. */
  erase() {
    this.typed = this.typed.slice(0, -1);
    clearTimeout(this.timer);
    if (this.typed === "" && !this.shifted) return this.cancel();
    this.hears.show(this.typed, this.list);
    if (!this.shifted) this.timer = setTimeout(() => this.flush(), this.wait);
    return undefined;
  }

  /** Do now what the digits say. */
  flush() {
    const { list, typed, subject } = this;
    this.cancel();
    if (typed !== "") this.hears.take(ofKey(list, typed), typed, subject);
  }

  cancel() {
    const shown = this.list;
    this.#forget();
    if (shown) this.hears.show(null, shown);
  }

  #forget() {
    clearTimeout(this.timer);
    Object.assign(this, { list: null, typed: "", shifted: false, subject: null });
  }
}
