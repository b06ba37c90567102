// The rows of one page of the table. Those that say the same as before stay as they are; one of them
// is reached by Tab, arrows go on from there.

import { element, fill, number, paint } from "../../shared/dom.js";
import { PAGE } from "./page.js";

const COLUMNS = ["name", "kind", "category", "area", "size", "box", "plane", "source", "author", "id"];
const SORTS = { size: "area" }; // what a column is sorted by, where that is not its name
const UNSORTED = new Set(["id"]);

export class Rows {
  /** @param {object} table see table.js */
  constructor(table) {
    this.table = table;
    this.nodes = new Map(); // {node, state} by the objects' ids, those of the page
    /** @type {string | null} */
    this.focus = null; // the object whose row Tab reaches
    this.at = 0; // where that stands
    this.selected = new Set(); // ids of what is selected
    this.heads = new Map(COLUMNS.map((name) => [name, this.#head(name)]));
    this.head = element("tr", { role: "row", "aria-rowindex": "1" }, [...this.heads.values()]);
    this.body = element("tbody", { role: "rowgroup" });
    this.body.addEventListener("click", (event) => this.#click(event));
    this.body.addEventListener("focusin", (event) => this.#focused(event.target.closest("tr")));
    this.node = element("table", { role: "grid", "aria-multiselectable": "true" }, [
      element("thead", { role: "rowgroup" }, [this.head]),
      this.body,
    ]);
  }

  #head(name) {
    const sort = SORTS[name] ?? name;
    const inside = UNSORTED.has(name)
      ? element("span", {})
      : element("button", { type: "button", "data-sort": sort, onclick: () => this.#sort(sort) });
    return element("th", { role: "columnheader", scope: "col", "data-column": name }, [inside]);
  }

  #sort(sort) {
    const { view } = this.table;
    this.table.look({ sort, descending: view.sort === sort && !view.descending });
  }

  /* ---- the keyboard ---- */

  /** Whether the keyboard is in the rows. */
  get focused() {
    const root = this.node.getRootNode();
    const active = root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
    return this.body.contains(active);
  }

  get #list() {
    return this.table.found?.rows ?? [];
  }

  #focused(node) {
    if (!node) return;
    const before = this.nodes.get(this.focus)?.node;
    if (before) before.tabIndex = -1;
    this.focus = node.dataset.id;
    this.at = this.#list.findIndex(({ id }) => id === this.focus);
    node.tabIndex = 0;
  }

  /** Go a row up or down, beyond the page onto the next one. */
  walk(step) {
    const { table } = this;
    const to = this.at + step;
    const beyond = to < 0 || to >= this.#list.length;
    if (beyond && table.asking) return true; // a held key must not run through the pages
    if (beyond) return to < 0 ? table.turn(table.page - 1, "last") : table.turn(table.page + 1, "first");
    return this.go(to);
  }

  /** Go to a row: it gets the focus, its object is selected and shown. */
  go(to) {
    const row = this.#list[Math.min(to, this.#list.length - 1)];
    if (!row) return false;
    this.nodes.get(row.id)?.node.focus();
    this.table.choose(row.id);
    return true;
  }

  choose() {
    if (this.focus) this.table.choose(this.focus);
  }

  /** A page came: "first" or "last" of it is gone to, "marked" gets the focus alone. */
  focusOn(which) {
    if (which === "first") this.go(0);
    if (which === "last") this.go(PAGE);
    if (which !== "marked") return;
    const marked = this.nodes.get(this.table.marked) ?? this.nodes.get(this.#list[0]?.id);
    marked?.node.focus();
  }

  #click(event) {
    const node = event.target.closest("tr");
    if (!node) return;
    node.focus({ preventScroll: true });
    this.table.choose(node.dataset.id, event.shiftKey || event.ctrlKey || event.metaKey);
  }

  /* ---- what is drawn ---- */

  draw() {
    const { table } = this;
    const { annotator, found } = table;
    this.#drawHead(annotator.texts, annotator.image.pixel, table.view);
    if (!found) return;
    this.node.setAttribute("aria-rowcount", String(found.total + 1));
    this.node.setAttribute("aria-colcount", String(COLUMNS.length));
    this.node.setAttribute("aria-label", annotator.texts.table_label);
    const held = this.focused;
    const here = new Set(found.rows.map(({ id }) => id));
    for (const [id, { node }] of this.nodes) {
      if (here.has(id)) continue;
      node.remove();
      this.nodes.delete(id);
    }
    const marked = this.#marked();
    found.rows.forEach((row, at) => this.#draw(row, at, marked.has(row.id)));
    if (!here.has(this.focus)) this.#refocus(held);
    this.at = Math.max(0, found.rows.findIndex(({ id }) => id === this.focus));
    // A row that is moved loses the keyboard.
    if (held && !this.focused && !table.then) this.nodes.get(this.focus)?.node.focus({ preventScroll: true });
    this.#show();
  }

  /**
   * The row that Tab reached is not on the page any more: the one in its place, which the keyboard goes on
   * from. Its object is selected where the one before is gone by this person's hand; otherwise the page of
   * the one before is asked for, as long as there is one.
   */
  #refocus(held) {
    const { table } = this;
    const { annotator } = table;
    const before = this.focus;
    const rows = this.#list;
    this.at = Math.max(0, Math.min(this.at, rows.length - 1));
    const row = rows[this.at];
    this.focus = row?.id ?? null;
    if (!row) return;
    this.nodes.get(row.id).node.tabIndex = 0;
    if (!held || table.then) return;
    if (table.goesOn) this.go(this.at);
    else if (before && annotator.outlines.all.has(before)) table.ask(before);
    else this.nodes.get(row.id).node.focus();
  }

  /** What was selected elsewhere comes into sight. */
  #show() {
    const { marked } = this.table;
    if (marked === this.shown) return;
    const node = this.nodes.get(marked)?.node;
    if (!node && marked) return; // its page is still to come
    this.shown = marked;
    if (node && !this.focused) this.#focused(node);
    node?.scrollIntoView({ block: "nearest" });
  }

  /** The ids of what is selected; looked up once for a selection, which may be of thousands. */
  #marked() {
    /** @type {import("../../viewer/outlining/shape.js").Shape[]} */
    const marked = this.table.annotator.outlines.marked;
    if (marked !== this.selection) {
      this.selection = marked;
      this.selected = new Set(marked.map(({ id }) => id));
    }
    return this.selected;
  }

  #drawHead(texts, pixel, { sort, descending }) {
    const state = JSON.stringify([texts.language, pixel, sort, descending]);
    if (state === this.told) return;
    this.told = state;
    for (const [name, head] of this.heads) {
      const inside = head.firstElementChild;
      inside.textContent = fill(texts[`column_${name}`], { unit: pixel?.unit ?? "" });
      inside.title = name === "box" ? texts.column_box_tip : UNSORTED.has(name) ? "" : texts.sort_tip;
      const by = (SORTS[name] ?? name) === sort;
      if (by) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.heads.get("size").hidden = !pixel;
  }

  #draw(row, at, selected) {
    const { annotator, found } = this.table;
    const { page } = found;
    const label = annotator.labelOf(row);
    const { pixel } = annotator.image;
    const state = JSON.stringify([row, label, pixel, annotator.texts.language]);
    let known = this.nodes.get(row.id);
    if (!known) {
      known = { node: element("tr", { role: "row", tabindex: "-1" }), state: "" };
      known.node.dataset.id = row.id;
      this.nodes.set(row.id, known);
    }
    const { node } = known;
    if (known.state !== state) {
      known.state = state;
      node.replaceChildren(...cells(row, label, pixel, annotator.texts));
    }
    set(node, "aria-rowindex", String(page * PAGE + at + 2));
    set(node, "aria-selected", String(selected));
    if (this.body.children[at] !== node) this.body.insertBefore(node, this.body.children[at] ?? null);
  }
}

function cells(row, label, pixel, texts) {
  const dot = element("span", { class: "dot" });
  paint(dot, label?.color ?? "#9aa3a8");
  const [x1, y1, x2, y2] = row.box;
  const cell = (name, content, more = {}) =>
    element("td", { role: "gridcell", "data-column": name, ...more }, [content]);
  return [
    cell("name", row.name, { title: row.name, dir: "auto" }),
    cell("kind", row.kind, { title: row.kind, dir: "auto" }),
    cell("category", element("span", { class: "table-label" }, [dot, label?.name ?? texts.unlabelled]), { dir: "auto" }),
    cell("area", number(row.area)),
    cell("size", pixel ? number(rounded(row.area * pixel.x * pixel.y)) : "", { hidden: !pixel }),
    cell("box", `${number(x1)}, ${number(y1)} · ${number(x2 - x1)} × ${number(y2 - y1)}`),
    cell("plane", number(row.plane + 1)),
    cell("source", row.source, { title: row.source, dir: "auto" }),
    cell("author", row.author || "–", { title: row.author, dir: "auto" }),
    cell("id", row.id.slice(0, 8), { title: row.id }),
  ];
}

/** To four digits: more say nothing of pixels. */
const rounded = (size) => Number(size.toPrecision(4));

function set(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
