// The table of the image's objects: the server filters, sorts and pages, so twenty thousand cost no
// more than fifty. What is selected on the picture is marked here, and the other way round.

import { element, fill, number } from "../../shared/dom.js";
import { Asker } from "../notes/ask.js";
import { Bar } from "./bar.js";
import { PAGE } from "./page.js";
import { Rows } from "./rows.js";

const SETTLES = 250; // ms after a change of the project until the page is asked for anew

export class ObjectTable {
  /** @param {object} annotator see ../annotator.js */
  constructor(annotator) {
    this.annotator = annotator;
    this.asker = new Asker();
    this.open = false;
    this.view = { sort: "added", descending: false, kind: "", category: "", unlabelled: false, plane: null, search: "" };
    this.page = 0;
    /** @type {any} */
    this.found = null; // the page that is shown, as the server told it
    this.asking = false;
    /** @type {string | null} */
    this.next = null; // what is to be asked when the answer under way has come: an object's id or ""
    this.goesOn = false; // whether the row in focus may leave the page by this person's own hand
    this.marked = ""; // the object that was selected last, as the table knows it
    this.then = ""; // "first" or "last": the row that gets the focus when its page is there
    this.bar = new Bar(this);
    this.rows = new Rows(this);
    this.outside = element("span", { class: "soft", role: "status" });
    this.toggleButton = element("button", { type: "button", class: "table-open", onclick: () => this.toggle() });
    this.node = element("div", { class: "object-table", role: "group", hidden: true }, [
      this.bar.node,
      element("div", { class: "table-scroller" }, [this.rows.node]),
      element("div", { class: "row table-foot" }, [this.bar.pager, this.outside]),
    ]);
  }

  close() {
    clearTimeout(this.settling);
    this.asker.close();
  }

  toggle() {
    const { annotator } = this;
    this.open = !this.open;
    const { strip } = annotator.panel.beside;
    if (!this.node.isConnected) strip.node.after(this.node);
    this.node.hidden = !this.open;
    annotator.root.classList.toggle("has-table", this.open);
    this.found = null;
    if (this.open) this.#open();
    else annotator.refocus();
    annotator.redraw();
    return true;
  }

  #open() {
    this.then = "marked";
    this.marked = this.annotator.outlines.chosen?.id ?? "";
    this.ask(this.marked);
  }

  /* ---- what is asked ---- */

  /** Narrow or order it otherwise: its first page is shown. */
  look(changes) {
    Object.assign(this.view, changes);
    this.page = 0;
    this.ask();
  }

  turn(page, then = "") {
    const last = (this.found?.pages ?? 1) - 1;
    if (page < 0 || page > last || page === this.page) return false;
    this.page = page;
    this.then = then;
    this.ask();
    return true;
  }

  /** Ask for the page again once the project has come to rest. */
  settle() {
    if (!this.open) return;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.ask(), SETTLES);
  }

  /** @param {string} at the id of an object whose page is wanted */
  async ask(at = "") {
    if (!this.open) return;
    this.next = at || this.next || "";
    if (this.asking) return;
    this.asking = true;
    this.rows.node.setAttribute("aria-busy", "true");
    try {
      while (this.next !== null && this.open) await this.#askNext();
    } finally {
      this.asking = false;
      this.rows.node.removeAttribute("aria-busy");
    }
  }

  async #askNext() {
    const { annotator, next: wanted } = this;
    const { image } = annotator;
    this.next = null;
    const answer = await this.asker.ask({ image: image.id, ...this.view, page: this.page, at: wanted });
    // Something else was asked for meanwhile, another image is shown, or the table is closed.
    if (this.next !== null || image.id !== annotator.image.id || !this.open) return;
    if (answer?.rows) this.#take(answer, wanted);
    else this.then = "";
  }

  #take(answer, wanted) {
    const { texts } = this.annotator;
    this.found = answer;
    this.page = answer.page;
    this.outside.textContent = wanted && answer.place === null ? texts.table_outside : "";
    this.draw();
    this.goesOn = false;
    // An outline in the hand keeps the keyboard.
    if (!this.annotator.hand.draft) this.rows.focusOn(this.then);
    this.then = "";
  }

  /* ---- what the annotator tells ---- */

  /** The selected objects are labelled or deleted. */
  acts() {
    this.goesOn = this.open && this.rows.focused;
  }

  /** The project answered something. */
  answered(revision) {
    if (revision === this.revision) return;
    this.revision = revision;
    this.settle();
  }

  /** Another image is shown. */
  begin() {
    Object.assign(this, { page: 0, found: null, marked: "" });
    this.view.plane = null;
    this.ask();
  }

  draw() {
    const { annotator, open } = this;
    const { texts, image, outlines } = annotator;
    const button = this.toggleButton;
    button.textContent = texts.table;
    button.title = texts.table_tip;
    button.setAttribute("aria-pressed", String(open));
    if (!open) return;
    if (image.id !== this.image) {
      const before = this.image;
      this.image = image.id;
      if (before) this.begin();
    }
    this.bar.draw();
    this.node.setAttribute("aria-label", texts.table_label);
    this.#follow(outlines.chosen?.id ?? "");
    this.rows.draw();
  }

  /** What is selected on the picture is found here, on whatever page it is. */
  #follow(chosen) {
    if (chosen === this.marked) return;
    this.marked = chosen;
    this.outside.textContent = "";
    if (chosen && !this.found?.rows.some(({ id }) => id === chosen)) this.ask(chosen);
  }

  /* ---- what keys and clicks on rows do ---- */

  /** Select an object and show it: its plane, and around it. */
  choose(id, more = false) {
    const { annotator } = this;
    const shape = annotator.outlines.all.get(id);
    if (!shape) return; // it is still on its way, or gone
    if (more && shape.plane === annotator.plane) {
      annotator.select([shape], true);
      return;
    }
    this.marked = id;
    annotator.toPlane(shape.plane);
    annotator.select([shape], false);
    annotator.stage.zoomToBox(shape);
  }

  /** A key was pressed; answers whether it meant something here. Others mean what they do elsewhere. */
  press(event) {
    if (!this.open || !this.rows.focused || event.shiftKey) return false;
    const does = {
      ArrowDown: () => this.rows.walk(1),
      ArrowUp: () => this.rows.walk(-1),
      ArrowLeft: () => this.rows.node.parentElement.scrollBy(-60, 0),
      ArrowRight: () => this.rows.node.parentElement.scrollBy(60, 0),
      Home: () => this.rows.go(0),
      End: () => this.rows.go(PAGE),
      PageDown: () => this.asking || this.turn(this.page + 1, "first"),
      PageUp: () => this.asking || this.turn(this.page - 1, "first"),
      Enter: () => this.rows.choose(),
      " ": () => this.rows.choose(),
      Escape: () => this.annotator.refocus(),
    }[event.key];
    if (!does) return false;
    does();
    return true;
  }

  /** Whether a key belongs to a button of the table, as it does anywhere else on a page. */
  keeps(target, key) {
    return this.node.contains(target) && target.matches("button") && ["Enter", " "].includes(key);
  }

  get words() {
    const { found } = this;
    const { texts } = this.annotator;
    if (!found) return "";
    if (!found.total) return texts.table_none;
    const first = found.page * PAGE + 1;
    const last = first + found.rows.length - 1;
    return fill(texts.table_range, { first: number(first), last: number(last), total: number(found.total) });
  }
}
