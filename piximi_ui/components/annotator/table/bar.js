// Above and below the rows: what narrows the table, and the buttons that turn its pages.

import { element } from "../../shared/dom.js";

const TYPED = 250; // ms without another letter until what was typed is looked for
const SIGNS = { first: "«", previous: "‹", next: "›", last: "»" };
const MOST_PLANES = 500; // that are listed; beyond, one looks for a plane by its order

export class Bar {
  /** @param {object} table see table.js: `look`, `turn`, `toggle`, `view`, `found` */
  constructor(table) {
    this.table = table;
    this.search = element("input", {
      type: "text",
      class: "table-search",
      maxlength: 300,
      spellcheck: "false",
      oninput: () => this.#typed(TYPED),
      onkeydown: (event) => this.#key(event),
    });
    const list = (name, change) => element("select", { "data-by": name, onchange: change });
    this.kind = list("kind", () => this.#narrow({ kind: this.kind.value, category: "", unlabelled: false }));
    this.category = list("category", () => this.#category());
    this.plane = list("plane", () => this.#narrow({ plane: this.plane.value === "" ? null : Number(this.plane.value) }));
    this.shut = element("button", { type: "button", class: "icon", text: "×", onclick: () => table.toggle() });
    const space = element("span", { class: "space" });
    this.node = element("div", { class: "row table-bar" }, [
      this.search, this.kind, this.category, this.plane, space, this.shut,
    ]);
    this.range = element("span", { class: "soft table-range", role: "status" });
    this.turns = Object.keys(SIGNS).map((name) =>
      element("button", { type: "button", class: "icon", text: SIGNS[name], "data-turn": name, onclick: () => table.turn(this.#page(name)) }),
    );
    const [first, previous, next, last] = this.turns;
    this.pager = element("div", { class: "row" }, [first, previous, this.range, next, last]);
  }

  #page(name) {
    const { page, found } = this.table;
    const last = (found?.pages ?? 1) - 1;
    return { first: 0, previous: page - 1, next: page + 1, last }[name];
  }

  #typed(delay) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.table.look({ search: this.search.value.trim() }), delay);
  }

  #key(event) {
    event.stopPropagation(); // letters that are typed are no keys of the page
    if (event.key !== "Escape" && event.key !== "Enter") return;
    if (event.key === "Escape") this.search.value = "";
    event.preventDefault();
    this.table.then = "first";
    this.#typed(0);
  }

  /** A list was chosen from: the keyboard goes to the rows, whose keys label and delete. */
  #narrow(changes) {
    this.table.then = "marked";
    this.table.look(changes);
  }

  #category() {
    const { value } = this.category;
    this.#narrow({ unlabelled: value === "none", category: value === "none" ? "" : value });
  }

  draw() {
    const { table } = this;
    const { annotator, found, view } = table;
    const { texts, kinds, image } = annotator;
    const state = JSON.stringify([annotator.heard, image.planes, view, texts.language, found?.page, found?.pages, table.words]);
    if (state === this.told) return;
    this.told = state;
    for (const [field, words] of [[this.search, "table_search"], [this.kind, "column_kind"], [this.category, "column_category"], [this.plane, "column_plane"]]) {
      field.setAttribute("aria-label", texts[words]);
    }
    this.search.placeholder = texts.table_search;
    this.shut.title = texts.table_close;
    this.shut.setAttribute("aria-label", texts.table_close);
    // One that was deleted narrows nothing any more.
    if (view.kind && !kinds.some(({ id }) => id === view.kind)) return table.look({ kind: "", category: "", unlabelled: false });
    const shown = view.kind ? kinds.filter(({ id }) => id === view.kind) : kinds;
    const categories = shown.flatMap((kind) => kind.categories.slice(1));
    if (view.category && !categories.some(({ id }) => id === view.category)) return table.look({ category: "" });
    choices(this.kind, [["", texts.table_any_kind], ...kinds.map(({ id, name }) => [id, name])], view.kind);
    choices(
      this.category,
      [["", texts.table_any_category], ["none", texts.table_unlabelled], ...categories.map(({ id, name }) => [id, name])],
      view.unlabelled ? "none" : view.category,
    );
    const planes = Array.from({ length: Math.min(image.planes, MOST_PLANES) }, (_each, at) => [String(at), texts.table_plane.replace("{n}", at + 1)]);
    choices(this.plane, [["", texts.table_any_plane], ...planes], view.plane === null ? "" : String(view.plane));
    this.plane.hidden = image.planes < 2;
    this.range.textContent = table.words;
    for (const button of this.turns) {
      const name = button.dataset.turn;
      const words = texts[`table_${name}`];
      button.title = words;
      button.setAttribute("aria-label", words);
      const to = this.#page(name);
      button.disabled = !found || to < 0 || to >= found.pages || to === found.page;
    }
    return undefined;
  }
}

/** Fill a list, unless it says the same already. */
function choices(list, options, value) {
  const state = JSON.stringify(options);
  if (list.dataset.options !== state) {
    list.dataset.options = state;
    list.replaceChildren(...options.map(([id, text]) => element("option", { value: id, text })));
  }
  list.value = value;
}
