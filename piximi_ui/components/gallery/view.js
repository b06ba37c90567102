// Everything the gallery shows. It draws what it is given and passes gestures on.

import { OnwardSwitch, Pager, Palette } from "./bars.js";
import { element, fill, number } from "../shared/dom.js";
import { Finder } from "./find.js";
import { Outlined } from "./switches/outlined.js";
import { NEW } from "../shared/queue.js";
import { Tile } from "./tile.js";
import { Tooltip } from "./tooltip.js";
import { TypedPanel } from "../keyboard/typed.js";

const TILE_STORE = "piximi-gallery-tile";
const CALM = 500; // ms without a change before it is read out

export class View {
  /** @param {object} verbs what the buttons do; see Gallery */
  constructor(verbs) {
    this.verbs = verbs;
    this.tiles = new Map();
    this.index = new Map(); // places of the categories by id
    this.now = { size: 0, waiting: 0 }; // what there was to read out at last
    this.order = []; // ids as they lie in the grid
    this.wide = 1; // tiles side by side
    this.heard = 0; // selected images as last read out
    const button = (name, act) =>
      element("button", { type: "button", class: "text", "data-act": name, onclick: act });
    this.count = element("span", { class: "count" });
    this.yes = button("accept", () => verbs.labelling.answer("accept"));
    this.no = button("reject", () => verbs.labelling.answer("reject"));
    this.page = button("select-page", () => verbs.selectPage());
    this.all = button("select-all", () => verbs.selectAll());
    this.none = button("clear", () => verbs.deselect());
    this.look = button("open", () => verbs.openSelected());
    this.bin = button("delete", () => verbs.remove());
    this.unsaved = element("span", { class: "unsaved" });
    this.offline = element("span", { class: "offline" });
    this.live = element("span", { class: "unseen", role: "status", "aria-live": "polite" });
    this.slider = element("input", { type: "range", min: "64", max: "320", step: "8", class: "size" });
    this.slider.addEventListener("input", () => this.#resize(Number(this.slider.value), true));
    this.outlined = new Outlined(this.tiles);
    this.pagers = [0, 1].map(() => new Pager((page) => verbs.turn(page)));
    this.palette = new Palette(
      (category) => verbs.choose(category),
      () => verbs.find(),
      (category) => verbs.narrow(category),
    );
    this.typed = new TypedPanel();
    this.finder = new Finder(verbs);
    this.size = { frame: 0 };
    this.void = element("p");
    this.whole = button("show-all", () => verbs.showAll());
    this.empty = element("div", { class: "empty" }, [this.void, this.whole]);
    this.grid = element("div", { class: "grid", role: "listbox", "aria-multiselectable": "true" });
    this.tip = new Tooltip(this.grid, (id) => this.#known(id));
    this.hint = element("span", { class: "hint" });
    this.onward = new OnwardSwitch();
    // Two lines whatever is selected, so that nothing below moves.
    const verbRow = element("div", { class: "verbs" }, [
      this.yes, this.no, this.page, this.all, this.none, this.look, this.bin,
    ]);
    const bar = element("div", { class: "bar" }, [
      this.count, verbRow, element("span", { class: "space" }), this.unsaved, this.offline, this.outlined.button, this.slider,
      this.pagers[0].node,
    ]);
    this.palette.node.append(this.hint, this.onward.node);
    this.head = element("div", { class: "head" }, [bar, this.palette.node]);
    const foot = element("div", { class: "foot" }, [this.pagers[1].node]);
    this.root = element("div", { class: "gallery", role: "group" }, [
      this.head, this.grid, this.empty, foot, this.typed.node, this.finder.node, this.tip.node, this.live,
    ]);
    this.watcher = new ResizeObserver(() => {
      this.#sharpen();
      // A hint that would be cut is none; its words stand in the list of shortcuts.
      this.hint.classList.toggle("cut", this.hint.scrollWidth > this.hint.clientWidth);
      // A tile that is scrolled into sight comes to lie below the head, not under it.
      this.root.style.setProperty("--head", `${this.head.offsetHeight}px`);
    });
    for (const node of [this.grid, this.head]) this.watcher.observe(node);
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

  close() {
    clearTimeout(this.calm);
    this.outlined.close();
    this.watcher.disconnect();
    this.tip.close();
  }

  /** Put one tile per item into the grid, keeping those that stay; return whether any moved. */
  lay(items) {
    const order = items.map((item) => item.id);
    const staying = new Set(order);
    for (const id of this.tiles.keys()) if (!staying.has(id)) this.tiles.delete(id);
    for (const id of order) if (!this.tiles.has(id)) this.tiles.set(id, new Tile(id, this.size));
    const moved = order.length !== this.order.length || order.some((id, i) => id !== this.order[i]);
    if (moved) {
      this.tip.hide();
      this.grid.replaceChildren(...order.map((id) => this.tiles.get(id).node));
    }
    this.order = order;
    return moved;
  }

  /** Scroll a tile into sight, if it is out of it. */
  show(id) {
    this.tiles.get(id)?.node.scrollIntoView({ block: "nearest" });
  }

  /**
   * @param {object} data Python's JSON object
   * @param {object} state selection, focus, labels (waiting, by image id), waiting (a count), lost
   */
  draw(data, state) {
    const { texts } = data;
    const bare = data.items.length === 0;
    this.data = data;
    this.#drawTiles(data, state);
    this.outlined.draw(data);
    this.#drawBar(data, state);
    this.palette.node.hidden = !data.allow.includes("label");
    this.onward.update(texts, data.allow.includes("label"));
    this.palette.update(data, state.selection.size > 0);
    this.root.classList.toggle("choosing", state.selection.size > 0);
    for (const pager of this.pagers) pager.update(data.page, data.pages, texts);
    this.void.textContent = texts.empty;
    this.whole.textContent = texts.show_all;
    this.whole.hidden = !texts.show_all || !data.allow.includes("show_all");
    this.empty.hidden = !bare;
    this.grid.hidden = bare;
    this.head.hidden = bare && data.total === 0;
    this.grid.setAttribute("aria-label", texts.gallery);
    this.root.setAttribute("aria-label", texts.gallery);
    this.#tell(texts, state);
  }

  /** Ask again for the pictures that did not come. */
  fetchMissing() {
    for (const tile of this.tiles.values()) tile.fetchMissing();
  }

  tile(id) {
    return this.tiles.get(id)?.node ?? null;
  }

  columns() {
    if (!this.grid.isConnected) return this.wide; // as it was: off the page nothing has a place
    const top = this.grid.firstElementChild?.offsetTop;
    const nodes = [...this.grid.children];
    const wrapped = nodes.findIndex((node) => node.offsetTop !== top);
    this.wide = wrapped < 0 ? Math.max(1, nodes.length) : wrapped;
    return this.wide;
  }

  #drawTiles(data, { selection, focus, labels }) {
    if (this.indexed !== data.categories) {
      this.indexed = data.categories;
      this.index = new Map(data.categories.map((category, i) => [category.id, i]));
    }
    data.items.forEach((item, place) => {
      const tile = this.tiles.get(item.id);
      const pending = labels.has(item.id);
      const label = pending ? this.#category(labels.get(item.id)) : data.categories[item.category || -1];
      tile.update(item, label ?? null, pending, data.texts);
      tile.select(selection.has(item.id));
      tile.place(data.first + place, data.total);
      tile.node.tabIndex = item.id === focus ? 0 : -1;
    });
  }

  /** The category of an id, or of a name that is being created; null for Unknown and what is gone. */
  #category(id) {
    const { categories } = this.data;
    if (!id?.startsWith(NEW)) return categories[this.index.get(id) || -1] ?? null;
    const name = id.slice(NEW.length);
    return categories.find((category) => category.name === name) ?? { name, color: "#808080" };
  }

  #drawBar(data, { selection, waiting, lost }) {
    const { texts } = data;
    const chosen = selection.size > 0;
    const range = {
      first: number(data.first),
      last: number(Math.max(0, data.first + data.items.length - 1)),
      total: number(data.total),
    };
    const elsewhere = selection.elsewhere(this.order);
    const numbers = { n: number(selection.size), m: number(elsewhere), total: number(data.total) };
    const said = elsewhere ? texts.selected_elsewhere : texts.selected_of;
    this.count.textContent = chosen ? fill(said, numbers) : fill(texts.range, range);
    this.count.classList.toggle("chosen", chosen);
    const word = (node, name, shown) => {
      node.textContent = fill(texts[name], range);
      node.title = texts[`${name}_tip`];
      node.hidden = !shown;
    };
    for (const [node, name, key] of [[this.yes, "accept", "A"], [this.no, "reject", "R"]]) {
      // Always in its place, so that nothing moves when something is selected.
      node.replaceChildren(`${texts[name]} `, element("kbd", { text: key, "aria-hidden": "true" }));
      node.title = texts[`${name}_tip`];
      node.hidden = !data.allow.includes(name);
      node.disabled = !chosen;
    }
    const many = data.pages > 1;
    word(this.page, many ? "select_page" : "select_shown", data.items.length > 0);
    word(this.all, "select_all", many && data.allow.includes("select_all"));
    word(this.none, "clear", chosen);
    word(this.look, "open", selection.size === 1 && data.allow.includes("open"));
    word(this.bin, "delete", chosen && data.allow.includes("delete"));
    this.hint.textContent = data.allow.includes("label") ? texts.label_hint : "";
    this.hint.title = this.hint.textContent;
    this.slider.setAttribute("aria-label", texts.size);
    this.slider.title = texts.size;
    this.unsaved.textContent = waiting ? fill(texts.unsaved, { n: number(waiting) }) : "";
    this.unsaved.title = waiting ? texts.unsaved_tip : "";
    this.unsaved.classList.toggle("shown", waiting > 0);
    // The sidebar says "Everything is saved" only while that is true.
    document.documentElement.toggleAttribute("data-piximi-unsaved", waiting > 0);
    this.offline.textContent = lost ? texts.offline : "";
    this.offline.title = lost ? texts.offline_tip : "";
    this.offline.classList.toggle("shown", lost);
  }

  /** Read out how many are selected and what is saved, once it has come to rest. */
  #tell(texts, { selection, waiting }) {
    const { size } = selection;
    if (size === this.now.size && waiting === this.now.waiting) return;
    this.now = { size, waiting };
    this.unheard ||= waiting > 0;
    clearTimeout(this.calm);
    this.calm = setTimeout(() => {
      const said = [];
      if (size !== this.heard) said.push(fill(texts.selected, { n: number(size) }));
      if (waiting) said.push(this.unsaved.textContent);
      else if (this.unheard) said.push(texts.saved);
      this.heard = size;
      this.unheard = waiting > 0;
      if (said.length) this.live.textContent = said.join(", ");
    }, CALM);
  }

  #known(id) {
    return this.tiles.get(id)?.facts(this.data.texts) ?? null;
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

  /** All tiles are equally wide: one is measured, when that may have changed. */
  #sharpen() {
    const [first] = this.tiles.values();
    if (first) this.size.frame = first.frame.clientWidth;
    for (const tile of this.tiles.values()) tile.sharpen();
  }
}
