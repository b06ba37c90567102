// What is noted on the objects that are selected: a lock, and a comment on one of them.

import { element } from "../../shared/dom.js";

const LONGEST = 2000; // characters of a comment, as the project takes them

export class Marks {
  /** @param {object} beside see beside.js */
  constructor(beside) {
    this.beside = beside;
    /** @type {string | null} */
    this.subject = null; // the object whose comment is being typed
    this.lock = element("button", { type: "button", class: "lock", onclick: () => this.toggleLock() });
    this.lockKind = element("button", { type: "button", class: "lock-kind", onclick: () => this.#toggleKind() });
    this.field = element("input", {
      type: "text",
      class: "comment",
      maxlength: LONGEST,
      onfocus: () => (this.subject = this.#one?.id ?? null),
      onblur: () => this.save(),
      onkeydown: (event) => this.#typed(event),
    });
    this.node = element("div", { class: "row marks" }, [this.lock, this.field, this.lockKind]);
    this.leaving = new AbortController();
    // A page that is left or loaded anew keeps what was typed, as the queue keeps what waits.
    window.addEventListener("pagehide", () => this.save(), { signal: this.leaving.signal });
  }

  close() {
    this.save();
    this.leaving.abort();
  }

  get #marked() {
    return this.beside.annotator.outlines.marked;
  }

  /** The only object that is selected. */
  get #one() {
    return this.#marked.length === 1 ? this.#marked[0] : null;
  }

  get #allLocked() {
    return this.#marked.length > 0 && this.#marked.every(({ id }) => this.beside.of(id).locked);
  }

  get #kindLocked() {
    const { outlines, kind } = this.beside.annotator;
    let known = false;
    for (const { id, kind: other } of outlines.all.values()) {
      if (other !== kind?.id) continue;
      if (!this.beside.of(id).locked) return false;
      known = true;
    }
    return known;
  }

  toggleLock() {
    const { annotator } = this.beside;
    annotator.refocus();
    if (!this.#marked.length) return annotator.say(annotator.texts.select_first);
    return this.beside.note("lock", { ids: this.#marked.map(({ id }) => id), on: !this.#allLocked });
  }

  #toggleKind() {
    const { annotator } = this.beside;
    annotator.refocus();
    if (annotator.kind) this.beside.note("lock_kind", { kind: annotator.kind.id, on: !this.#kindLocked });
  }

  focus() {
    const { annotator } = this.beside;
    if (this.#one) this.field.focus();
    else annotator.say(annotator.texts.select_first);
  }

  save() {
    const { subject, field, beside } = this;
    this.subject = null;
    const text = field.value.trim();
    if (subject && text !== beside.of(subject).comment) beside.note("comment", { ids: [subject], text });
  }

  #typed(event) {
    event.stopPropagation(); // letters that are typed are no keys of the page
    if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Escape") this.subject = null;
    this.save();
    this.beside.annotator.refocus();
    this.draw();
  }

  draw() {
    const { texts, kind, outlines } = this.beside.annotator;
    const [one, all] = [this.#one, this.#allLocked];
    say(this.lock, texts[all ? "unlock" : "lock"], texts.lock_tip, all);
    this.lock.disabled = !this.#marked.length;
    this.field.placeholder = texts.comment;
    this.field.title = (one && this.beside.of(one.id).comment) || texts.comment_tip;
    this.field.setAttribute("aria-label", texts.comment);
    if (!this.subject) {
      this.field.value = one ? this.beside.of(one.id).comment : "";
      this.field.disabled = !one;
    }
    // With thousands of objects this is asked seldom: where something was noted or drawn.
    const state = `${this.beside.state} ${outlines.version} ${kind?.id} ${texts.language}`;
    if (state === this.told) return;
    this.told = state;
    const whole = this.#kindLocked;
    say(this.lockKind, texts[whole ? "unlock_kind" : "lock_kind"], texts[whole ? "unlock_kind_tip" : "lock_kind_tip"], whole);
    this.lockKind.disabled = !kind || outlines.total === 0;
  }
}

function say(button, text, tip, pressed) {
  button.textContent = text;
  button.title = tip;
  button.setAttribute("aria-pressed", String(pressed));
}
