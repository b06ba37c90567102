// Labels in the viewer: the gallery's keys, chips, field and queue, for the picture that is shown or
// the object that is selected in it.

import { OnwardSwitch, Palette } from "../gallery/bars.js";
import { isNew, withCreated } from "../keyboard/category_keys.js";
import { TypedDigits } from "../keyboard/digits.js";
import { element, fill } from "../shared/dom.js";
import { Finder } from "../gallery/find.js";
import { Keyboard } from "../keyboard/keys.js";
import { goesOn } from "../gallery/switches/onward.js";
import { somethingWaits } from "../shared/presses.js";
import { ActionQueue, NEW } from "../shared/queue.js";
import { TypedPanel } from "../keyboard/typed.js";

const ANSWERS = { accept: "A", reject: "R" };

export class Labels {
  /** @param {object} viewer see viewer.js: `subject`, `goOn`, `answered`, `captions`, `root`, `walk` */
  constructor(viewer, store) {
    this.viewer = viewer;
    /** @type {any} */
    this.data = undefined; // the categories of what would be labelled now, once Python has told them
    this.kinds = new Map(); // categories by kind
    this.queue = new ActionQueue(store, this);
    this.palette = new Palette((category) => this.choose(category), () => this.find());
    this.onward = new OnwardSwitch();
    this.typed = new TypedPanel();
    this.finder = new Finder(this);
    this.answers = Object.keys(ANSWERS).map((type) =>
      element("button", { type: "button", "data-act": type, onclick: () => this.labelling.answer(type) }),
    );
    this.digits = new TypedDigits({
      subject: () => viewer.subject().id,
      show: (typed, list) => this.typed.show(typed, list, this.texts),
      take: (category, typed, id) => this.#typed(category, typed, id),
    });
    // What the keyboard and the field of names know of labelling; see gallery/labelling.js.
    this.labelling = {
      digits: this.digits,
      step: (by) => this.#step(by),
      remove: () => this.choose(this.data.categories[0]),
      answer: (type) => this.may(type) && this.#give((id) => this.act(type, [id])),
      create: (name) => this.#create(name),
    };
    this.keyboard = new Keyboard(this, true);
    this.node = element("div", { class: "labels" }, [
      this.palette.node,
      element("div", { class: "answers" }, [...this.answers, this.onward.node]),
      this.typed.node, this.finder.node,
    ]);
  }

  close() {
    this.keyboard.close();
    this.queue.close();
  }

  update({ actions, allow, categories, seen }, texts) {
    this.texts = texts;
    this.allow = allow;
    this.#know(categories, seen);
    this.queue.open(actions);
  }

  /** The project answered: how the pictures at hand are labelled now, and what there is to say. */
  answered({ categories, seen, images, said }) {
    this.#know(categories, seen);
    this.tags = images;
    this.viewer.answered(said);
    this.draw();
  }

  /** What every batch takes along. */
  along() {
    return {};
  }

  /** The number of waiting actions changed. */
  redraw() {
    this.viewer.captions();
    if (this.data !== undefined) this.draw();
  }

  /** Put what answers said into pictures that were drawn before them. */
  tag(pictures) {
    for (const picture of pictures) Object.assign(picture, this.tags?.[picture.id]);
  }

  #know(categories, seen) {
    if (Number(seen) < Number(this.seen)) return; // an answer has told something newer
    if (seen !== this.seen) this.tags = null;
    this.seen = seen;
    this.kinds = new Map(Object.entries(categories));
  }

  /** The categories of a kind with their keys, also those that wait to be created. */
  #categories(kind) {
    return withCreated(this.kinds.get(kind) ?? [], this.queue.created(kind));
  }

  /** Show the categories of what would be labelled now. */
  draw() {
    const subject = this.viewer.subject();
    const categories = this.#categories(subject.kind);
    this.data = { categories };
    this.palette.update({ categories, counts: null, narrowed: [], texts: this.texts }, true);
    this.onward.update(this.texts, true);
    this.answers.forEach((button) => {
      const type = button.dataset.act;
      const badge = element("kbd", { text: ANSWERS[type], "aria-hidden": "true" });
      button.replaceChildren(`${this.texts[type]} `, badge);
      button.title = this.texts[`${type}_tip`];
      button.disabled = !subject.prediction;
    });
  }

  /** The label of a thing as the waiting actions will leave it; undefined: as Python says. */
  pending(id, kind) {
    const labels = this.queue.labels();
    if (!labels.has(id)) return undefined;
    const asked = labels.get(id);
    const categories = this.#categories(kind);
    if (asked?.startsWith(NEW)) {
      const name = asked.slice(NEW.length);
      return categories.find((category) => category.name === name) ?? { name, color: "#808080" };
    }
    return this.category(kind, asked);
  }

  /** The category of an id among those of a kind; null for Unknown and what is gone. */
  category(kind, id) {
    const categories = this.#categories(kind);
    const place = categories.findIndex((category) => category.id === id);
    return place > 0 ? categories[place] : null;
  }

  /* ---- what the keyboard asks of a gallery ---- */

  listens() {
    return this.data !== undefined && this.viewer.root.isConnected;
  }

  may(name) {
    return this.allow?.includes(name) ?? false;
  }

  act(type, ids = [], category = null) {
    return this.may(type) && this.#push({ type, ids, category });
  }

  choose(category) {
    if (isNew(category)) return this.#create(category.name);
    return this.#give((id) => this.act("label", [id], category.id));
  }

  find() {
    this.digits.cancel();
    this.finder.open(this.data.categories, this.texts, this.may("create"));
    return true;
  }

  refocus() {
    this.viewer.root.focus({ preventScroll: true });
  }

  deselect() {
    return this.viewer.deselect();
  }

  selectPage() {
    return false;
  }

  remove() {
    return false; // nothing is deleted from here
  }

  focused() {
    return false;
  }

  /* ---- */

  #create(name) {
    const { kind } = this.viewer.subject();
    return this.#give((id) => this.#push({ type: "create", ids: [id], name, kind }));
  }

  #push(action) {
    this.queue.push({ ...action, seen: this.seen });
    return true;
  }

  #say(name, values = {}) {
    this.typed.say(fill(this.texts[name], values));
    return true;
  }

  #typed(category, typed, id) {
    if (!category) return this.#say("no_category", { index: typed });
    // Another picture came between the first digit and this one: it is not what was meant.
    if (this.viewer.subject().id !== id) return this.#say("coming");
    return this.choose(category);
  }

  #give(act) {
    if (somethingWaits()) return this.#say("at_work");
    if (this.viewer.walk.waits) return this.#say("coming");
    if (!act(this.viewer.subject().id)) return false;
    if (goesOn() && !this.viewer.goOn()) this.#say("last");
    return true;
  }

  #step(by) {
    this.digits.cancel();
    if (!this.viewer.turn(by)) this.#say(by > 0 ? "last" : "first");
    return true;
  }
}
