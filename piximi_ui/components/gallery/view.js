// Everything the gallery shows. It draws what it is given and passes gestures on.

import { Palette, Pager, TypedPanel } from "./bars.js";
import { element, fill, number } from "./dom.js";
import { Tile } from "./tile.js";

const TILE_STORE = "piximi-gallery-tile";

export class View {
  /** @param {object} verbs what the buttons do; see Gallery */
  constructor(verbs) {
    this.verbs = verbs;
    this.tiles = new Map();
    this.order = []; // ids as they lie in the grid
    const button = (name, act) =>
      element("button", { type: "button", class: "text", "data-act": name, onclick: act });
    this.count = element("span", { class: "count" });
    this.all = button("select-page", () => verbs.selectPage());
    this.none = button("clear", () => verbs.deselect());
    this.bin = button("delete", () => verbs.remove());
    this.unsaved = element("span", { class: "unsaved", role: "status", "aria-live": "polite" });
    this.slider = element("input", { type: "range", min: "64", max: "320", step: "8", class: "size" });
    this.slider.addEventListener("input", () => this.#resize(Number(this.slider.value), true));
    this.pagers = [0, 1].map(() => new Pager((page) => verbs.turn(page)));
    this.palette = new Palette((index) => verbs.choose(index));
    this.said = element("span");
    this.whole = button("select-all", () => verbs.selectAll());
    this.banner = element("div", { class: "banner" }, [this.said, this.whole]);
    this.typed = new TypedPanel();
    this.empty = element("div", { class: "empty" });
    this.grid = element("div", { class: "grid", role: "listbox", "aria-multiselectable": "true" });
    const bar = element("div", { class: "bar" }, [
      this.count, this.all, this.none, this.bin, element("span", { class: "space" }),
      this.unsaved, this.slider, this.pagers[0].node,
    ]);
    this.head = element("div", { class: "head" }, [bar, this.palette.node, this.banner]);
    const foot = element("div", { class: "foot" }, [this.pagers[1].node]);
    this.root = element("div", { class: "gallery", role: "group" }, [
      this.head, this.grid, this.empty, foot, this.typed.node,
    ]);
    new ResizeObserver(() => this.#sharpen()).observe(this.grid);
  }

  /** Size of the tiles at first: the person's last choice, or what Python proposes. */
  open(tile) {
    let kept = null;
    try {
      kept = Number(localStorage.getItem(TILE_STORE)) || null;
    } catch {
      // Storage may be forbidden.
    }
    this.#resize(kept ?? tile);
  }

  /** Put one tile per item into the grid, keeping those that stay. */
  lay(items) {
    const order = items.map((item) => item.id);
    const staying = new Set(order);
    for (const id of this.tiles.keys()) if (!staying.has(id)) this.tiles.delete(id);
    for (const id of order) if (!this.tiles.has(id)) this.tiles.set(id, new Tile(id));
    const moved = order.length !== this.order.length || order.some((id, i) => id !== this.order[i]);
    if (moved) this.grid.replaceChildren(...order.map((id) => this.tiles.get(id).node));
    this.order = order;
    return moved;
  }

  /**
   * @param {object} data Python's JSON object
   * @param {object} state selection, focus, offer, labels (waiting, by image id), waiting (a count)
   */
  draw(data, state) {
    const { texts } = data;
    const bare = data.items.length === 0;
    this.#drawTiles(data, state);
    this.#drawBar(data, state);
    this.palette.node.hidden = !data.allow.includes("label");
    this.palette.update(data.categories, texts, state.selection.size > 0);
    for (const pager of this.pagers) pager.update(data.page, data.pages, texts);
    const offer = state.offer && data.total > data.items.length && state.selection.size < data.total;
    this.banner.hidden = !offer || !data.allow.includes("select_all");
    this.said.textContent = fill(texts.all_on_page, { n: number(data.items.length) });
    this.whole.textContent = fill(texts.select_all, { total: number(data.total) });
    this.empty.textContent = texts.empty;
    this.empty.hidden = !bare;
    this.grid.hidden = bare;
    this.head.hidden = bare && data.total === 0;
    this.grid.setAttribute("aria-label", texts.gallery);
    this.root.setAttribute("aria-label", texts.gallery);
  }

  tile(id) {
    return this.tiles.get(id)?.node ?? null;
  }

  columns() {
    const top = this.grid.firstElementChild?.offsetTop;
    const nodes = [...this.grid.children];
    const wrapped = nodes.findIndex((node) => node.offsetTop !== top);
    return wrapped < 0 ? Math.max(1, nodes.length) : wrapped;
  }

  #drawTiles(data, { selection, focus, labels }) {
    const index = new Map(data.categories.map((category, i) => [category.id, i]));
    for (const item of data.items) {
      const tile = this.tiles.get(item.id);
      const pending = labels.has(item.id);
      const label = pending ? (index.get(labels.get(item.id)) ?? 0) : item.category;
      // A person's new label replaces the prediction at once, as the server will.
      const shown = pending && label > 0 ? { ...item, prediction: null } : item;
      tile.update(shown, label > 0 ? data.categories[label] : null, pending, data.texts);
      tile.select(selection.has(item.id));
      tile.node.tabIndex = item.id === focus ? 0 : -1;
    }
  }

  #drawBar(data, { selection, waiting }) {
    const { texts } = data;
    const chosen = selection.size > 0;
    const range = {
      first: number(data.first),
      last: number(Math.max(0, data.first + data.items.length - 1)),
      total: number(data.total),
    };
    this.count.textContent = chosen
      ? fill(texts.selected, { n: number(selection.size) })
      : fill(texts.range, range);
    this.count.classList.toggle("chosen", chosen);
    const word = (node, name, shown) => {
      node.textContent = texts[name];
      node.title = texts[`${name}_tip`];
      node.hidden = !shown;
    };
    word(this.all, "select_page", data.items.length > 0);
    word(this.none, "clear", chosen);
    word(this.bin, "delete", chosen && data.allow.includes("delete"));
    this.slider.setAttribute("aria-label", texts.size);
    this.slider.title = texts.size;
    this.unsaved.textContent = waiting ? fill(texts.unsaved, { n: number(waiting) }) : "";
    this.unsaved.title = waiting ? texts.unsaved_tip : "";
    this.unsaved.classList.toggle("shown", waiting > 0);
  }

  #resize(tile, keep = false) {
    this.slider.value = String(tile);
    this.root.style.setProperty("--tile", `${tile}px`);
    this.root.classList.toggle("small", tile < 104);
    this.#sharpen();
    if (!keep) return;
    try {
      localStorage.setItem(TILE_STORE, String(tile));
    } catch {
      // Not remembered; nothing else is lost.
    }
  }

  #sharpen() {
    for (const tile of this.tiles.values()) tile.sharpen();
  }
}
