// What stands beside the drawing: what people noted of objects and of the image, the regions that are
// complete, what stands out, and the strip of images.

import { element } from "../../shared/dom.js";
import { ObjectTable } from "../table/table.js";
import { Asker } from "./ask.js";
import { Marks } from "./marks.js";
import { Quality } from "./quality.js";
import { Regions } from "./regions.js";
import { Strip } from "./strip.js";

const SETTLES = 900; // ms without a change after which what depends on it is asked for
const AT_FIRST = 250; // ms after another image is shown, which comes before

export class Beside {
  /** @param {object} annotator see ../annotator.js */
  constructor(annotator) {
    this.annotator = annotator;
    this.asker = new Asker();
    this.notes = new Map(); // {locked, comment} by an object's id, of those that have any
    this.version = 0; // another one with each change of them
    this.saved = false; // whether the image is done, as the project has it
    this.finished = 0; // images that are done
    this.known = []; // regions of the image
    this.lacking = ""; // what the next image is to lack, while it is looked for
    this.asked = ""; // the same, as the batch under way took it along
    this.marks = new Marks(this);
    this.quality = new Quality(this);
    this.regions = new Regions(this);
    this.strip = new Strip(this);
    this.table = new ObjectTable(annotator);
    this.done = element("button", { type: "button", class: "done", onclick: () => this.toggleDone() });
    /** What keys do, by the names of bindings.js. */
    this.keys = {
      lock: () => this.marks.toggleLock(),
      comment: () => this.marks.focus(),
      next_not_done: () => this.seek("done"),
      next_empty: () => this.seek("objects"),
      done: () => this.toggleDone(),
      table: () => this.table.toggle(),
    };
  }

  close() {
    clearTimeout(this.settling);
    this.marks.close();
    this.strip.close();
    this.table.close();
    this.asker.close();
  }

  /* ---- what the annotator asks and tells ---- */

  update({ ask, table }) {
    this.asker.address = ask;
    this.table.asker.address = table;
  }

  along() {
    this.asked = this.lacking;
    return this.lacking ? { lacking: this.lacking } : {};
  }

  /**
   * The project answered.
   *
   * @param {any} answer
   */
  answered({ revision, beside, nowhere }) {
    const { annotator } = this;
    if (this.asked) this.lacking = "";
    if (nowhere) annotator.say(annotator.texts[`no_lacking_${nowhere}`]);
    if (!beside) return;
    if (beside.about) for (const id of beside.about) this.notes.delete(id);
    else this.notes.clear();
    for (const [id, locked, comment] of beside.notes) this.notes.set(id, { locked, comment });
    Object.assign(this, { saved: beside.done, finished: beside.finished, known: beside.regions });
    this.version += 1;
    this.table.answered(revision);
    if (revision === this.revision) return;
    this.revision = revision;
    this.settle(SETTLES);
  }

  /** Ask anew for what depends on the objects, but not while somebody draws. */
  settle(delay) {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      const { queue, stage } = this.annotator;
      if (queue?.unsaved || stage.drawing !== undefined) return this.settle(SETTLES);
      this.strip.refresh();
      return this.quality.ask();
    }, delay);
  }

  draw() {
    const { annotator, done } = this;
    const { texts, image } = annotator;
    if (!image) return;
    const place = `${image.id} ${annotator.plane}`;
    if (place !== this.place) {
      this.place = place;
      this.quality.clear();
      this.settle(AT_FIRST);
    }
    done.textContent = `${this.isDone ? "✓" : "○"} ${texts.done}`;
    done.title = texts.done_tip;
    done.setAttribute("aria-pressed", String(this.isDone));
    this.marks.draw();
    this.quality.draw();
    this.regions.draw();
    this.strip.draw();
    this.table.draw();
  }

  /* ---- what is noted, as the waiting actions will leave it ---- */

  get #waiting() {
    return this.annotator.queue?.waiting ?? [];
  }

  /** Another text with each change of what is noted. */
  get state() {
    return `${this.version} ${this.#waiting.map(({ nonce }) => nonce)}`;
  }

  of(id) {
    let { locked, comment } = this.notes.get(id) ?? { locked: false, comment: "" };
    for (const { type, ids, on, text } of this.#waiting) {
      if (type === "lock" && ids.includes(id)) locked = on;
      if (type === "comment" && ids[0] === id) comment = text;
    }
    return { locked, comment };
  }

  get isDone() {
    const { image } = this.annotator;
    const asked = this.#waiting.filter((action) => action.type === "done" && action.image === image?.id);
    return asked.at(-1)?.on ?? this.saved;
  }

  /** The signs of a row of the list: that it is locked, and what was said of it. */
  signs(shape) {
    const { locked, comment } = this.of(shape.id);
    const { texts } = this.annotator;
    const found = [];
    if (comment) found.push(element("span", { class: "sign-comment", role: "img", "aria-label": comment, title: comment }));
    if (locked) found.push(element("span", { class: "sign-lock", role: "img", "aria-label": texts.locked, title: texts.locked }));
    return found;
  }

  /* ---- what buttons and keys do ---- */

  note(type, more) {
    const { annotator } = this;
    annotator.queue.push({ type, image: annotator.image.id, plane: annotator.plane, ...more });
    return true;
  }

  toggleDone() {
    this.note("done", { on: !this.isDone });
    this.annotator.refocus();
  }

  /** Go to the next image that lacks something: "done" or "objects". */
  seek(lacking) {
    const { annotator } = this;
    annotator.refocus();
    if (this.lacking || annotator.by || !annotator.hand.leaves()) return;
    this.lacking = lacking;
    annotator.queue.look();
  }
}
