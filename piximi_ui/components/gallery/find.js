// Find a category by typing its name: C or "/" opens it, arrows choose, Enter labels the selection.
// A name that no category has can be created.

import { element, fill, paint } from "../shared/dom.js";

const LONGEST = 300; // characters of a category's name
const MOST = 50; // matches drawn

/** Letters without case and accents, so that "nucleo" finds "Núcleo". */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Categories that contain the text, those that begin with it first. */
export function matches(categories, text) {
  const wanted = plain(text.trim());
  const place = (name) => {
    const at = plain(name).indexOf(wanted);
    if (at <= 0) return at < 0 ? Infinity : 0;
    return /[\s_-]/.test(name[at - 1]) ? 1 : 2;
  };
  return categories
    .map((category, index) => [category, index, place(category.name)])
    .filter(([{ key }, , rank]) => rank < Infinity || (wanted !== "" && key === wanted))
    .sort((a, b) => a[2] - b[2] || a[1] - b[1])
    .slice(0, MOST)
    .map(([category]) => category);
}

export class Finder {
  /** @param {object} verbs see gallery.js: `choose`, `labelling`, `refocus` */
  constructor(verbs) {
    this.verbs = verbs;
    this.rows = []; // what each row does
    this.at = 0;
    this.categories = [];
    this.texts = null;
    this.mayCreate = false;
    this.input = element("input", {
      type: "text",
      class: "find-input",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: LONGEST,
      "aria-autocomplete": "list",
      "aria-expanded": "true",
      "aria-controls": "find-list",
      oninput: () => this.#list(),
      onkeydown: (event) => this.#key(event),
    });
    this.list = element("div", { class: "find-list", role: "listbox", id: "find-list" });
    this.node = element("div", { class: "find", role: "group" }, [this.input, this.list]);
    this.node.hidden = true;
    this.node.addEventListener("focusout", (event) => {
      if (!this.node.contains(event.relatedTarget)) this.close(false);
    });
  }

  open(categories, texts, mayCreate) {
    this.categories = categories;
    this.texts = texts;
    this.mayCreate = mayCreate;
    this.node.hidden = false;
    this.node.setAttribute("aria-label", texts.find);
    this.list.setAttribute("aria-label", texts.find);
    this.input.setAttribute("aria-label", texts.find);
    this.input.placeholder = mayCreate ? texts.find_or_create : texts.find;
    this.input.value = "";
    this.#list();
    this.input.focus();
  }

  close(refocus = true) {
    if (this.node.hidden) return;
    this.node.hidden = true;
    if (refocus) this.verbs.refocus();
  }

  /** Move the gallery elsewhere, and keep what is being typed: what is moved loses the keyboard. */
  keptThrough(move) {
    const typing = !this.node.hidden;
    move();
    if (!typing) return;
    this.node.hidden = false;
    this.input.focus();
  }

  #list() {
    const text = this.input.value.trim();
    const found = matches(this.categories, text);
    const rows = found.map((category) => [
      () => this.verbs.choose(category),
      [dot(category.color), element("span", { class: "find-name", text: category.name }), badge(category.key)],
    ]);
    const known = this.categories.some((category) => category.name === text);
    if (text && !known && this.mayCreate) {
      const words = fill(this.texts.create, { name: text });
      rows.push([
        () => this.verbs.labelling.create(text),
        [element("span", { class: "find-plus", text: "+" }), element("span", { class: "find-name", text: words })],
      ]);
    }
    this.rows = rows.map(([act]) => act);
    this.list.replaceChildren(...rows.map(([, parts], at) => this.#row(parts, at)));
    if (!rows.length) this.list.append(element("div", { class: "find-none", text: this.texts.find_none }));
    this.#mark(0);
  }

  #row(parts, at) {
    const row = element("div", { class: "find-row", role: "option", id: `find-${at}` }, parts);
    row.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    row.addEventListener("click", () => this.#take(at));
    return row;
  }

  #mark(at) {
    this.at = Math.max(0, Math.min(at, this.rows.length - 1));
    const rows = [...this.list.querySelectorAll("[role=option]")];
    rows.forEach((row, i) => row.setAttribute("aria-selected", String(i === this.at)));
    rows[this.at]?.scrollIntoView({ block: "nearest" });
    if (rows.length) this.input.setAttribute("aria-activedescendant", `find-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #take(at) {
    const act = this.rows[at];
    if (!act) return;
    this.close();
    act();
  }

  #key(event) {
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in steps) this.#mark(this.at + steps[event.key]);
    else if (event.key === "Enter") this.#take(this.at);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function dot(color) {
  const node = element("span", { class: "dot" });
  paint(node, color);
  return node;
}

const badge = (key) => element("kbd", { text: key, "aria-hidden": "true" });
