// The gallery component. Streamlit calls `mount` at first and again whenever Python redraws.

import { Palette, Pager, TypedPanel } from "./bars.js";
import { element, fill, number } from "./dom.js";
import { Keyboard } from "./keys.js";
import { ActionQueue } from "./queue.js";
import { Selection } from "./selection.js";
import { Tile } from "./tile.js";

const REPORT_DELAY = 150; // ms of quiet before Python hears of a selection
const TILE_STORE = "piximi-gallery-tile";
const instances = new WeakMap();
let active = null; // the gallery that hears the keyboard

export async function mount(component, style) {
  const host = component.parentElement;
  let gallery = instances.get(host);
  if (!gallery) {
    gallery = new Gallery(host, component.data.store);
    instances.set(host, gallery);
    await gallery.dress(style);
  }
  const drawing = gallery.update(component);
  return () => {
    // A redraw that overtakes another runs this while the gallery stays, so look again later.
    setTimeout(() => {
      if (gallery.drawing !== drawing && host.host?.isConnected !== false) return;
      if (instances.get(host) === gallery) instances.delete(host);
      gallery.close();
    }, 100);
  };
}

class Gallery {
  constructor(host, store) {
    this.host = host;
    this.drawing = 0;
    this.tiles = new Map();
    this.order = [];
    this.selection = new Selection();
    this.version = null; // of the selection Python imposed last
    this.focus = null; // id of the tile that Tab reaches
    this.offer = false; // whether to offer "select all pages"
    this.queue = new ActionQueue(
      store,
      (batch) => this.component?.setTriggerValue("action", batch),
      () => this.component && this.redraw(),
    );
    this.#build();
    this.keyboard = new Keyboard(this);
    active ??= this;
  }

  /** Wait for the stylesheet, so that nothing is seen undressed. */
  dress(style) {
    return new Promise((resolve) => {
      const link = element("link", { rel: "stylesheet", href: style, onload: resolve, onerror: resolve });
      this.host.append(link, this.root);
    });
  }

  update(component) {
    this.drawing += 1;
    this.component = component;
    const { data } = component;
    if (this.data === undefined) this.#size(this.#storedTile() ?? data.tile);
    this.data = data;
    this.byId = new Map(data.items.map((item) => [item.id, item]));
    if (data.selection.version !== this.version) {
      this.version = data.selection.version;
      clearTimeout(this.reporting);
      this.selection.replace(data.selection.ids);
    }
    this.root.classList.remove("turning");
    this.root.setAttribute("aria-label", data.texts.gallery);
    this.#layTiles();
    this.queue.acknowledge(data.acks);
    this.redraw();
    return this.drawing;
  }

  close() {
    this.keyboard.close();
    this.queue.close();
    this.#report(true);
    this.root.remove();
    if (active === this) active = null;
  }

  /* ---- drawing ---- */

  #build() {
    const button = (name, act) => element("button", { type: "button", class: "text", "data-act": name, onclick: act });
    this.count = element("span", { class: "count" });
    this.all = button("select-page", () => this.selectPage());
    this.none = button("clear", () => this.deselect());
    this.bin = button("delete", () => this.remove());
    this.unsaved = element("span", { class: "unsaved", role: "status", "aria-live": "polite" });
    this.slider = element("input", { type: "range", min: "64", max: "320", step: "8", class: "size" });
    this.slider.addEventListener("input", () => this.#size(Number(this.slider.value), true));
    this.pagers = [new Pager((page) => this.turn(page)), new Pager((page) => this.turn(page))];
    this.palette = new Palette((index) => this.choose(index));
    this.banner = element("div", { class: "banner" });
    this.typed = new TypedPanel();
    this.empty = element("div", { class: "empty" });
    this.grid = element("div", { class: "grid", role: "listbox", "aria-multiselectable": "true" });
    this.grid.addEventListener("click", (event) => this.#click(event));
    this.grid.addEventListener("dblclick", (event) => this.#open(this.#tileOf(event)));
    this.grid.addEventListener("focusin", (event) => this.#focusOn(this.#tileOf(event)));
    const bar = element("div", { class: "bar" }, [
      this.count, this.all, this.none, this.bin, element("span", { class: "space" }),
      this.unsaved, this.slider, this.pagers[0].node,
    ]);
    const head = element("div", { class: "head" }, [bar, this.palette.node, this.banner]);
    this.root = element("div", { class: "gallery", role: "group" }, [
      head, this.grid, this.empty, element("div", { class: "foot" }, [this.pagers[1].node]), this.typed.node,
    ]);
    for (const name of ["pointerdown", "focusin"]) this.root.addEventListener(name, () => (active = this));
    new ResizeObserver(() => this.#sharpen()).observe(this.grid);
  }

  #layTiles() {
    const { items } = this.data;
    const order = items.map((item) => item.id);
    const held = this.grid.contains(this.#activeElement()) ? this.order.indexOf(this.focus) : -1;
    for (const id of this.tiles.keys()) if (!this.byId.has(id)) this.tiles.delete(id);
    for (const id of order) if (!this.tiles.has(id)) this.tiles.set(id, new Tile(id));
    if (order.join("\n") !== this.order.join("\n")) {
      this.grid.replaceChildren(...order.map((id) => this.tiles.get(id).node));
      this.order = order;
      this.offer = false;
    }
    if (!this.byId.has(this.focus)) this.focus = order[Math.max(0, Math.min(held, order.length - 1))] ?? null;
    // The focused tile was redrawn or is gone: the keyboard stays where it was in the grid.
    if (held >= 0) this.tiles.get(this.focus)?.node.focus({ preventScroll: true });
  }

  redraw() {
    const { data } = this;
    const { texts } = data;
    const waiting = this.queue.labels();
    const index = new Map(data.categories.map((category, i) => [category.id, i]));
    for (const item of data.items) {
      const tile = this.tiles.get(item.id);
      const pending = waiting.has(item.id);
      const number_ = pending ? (index.get(waiting.get(item.id)) ?? 0) : item.category;
      // A person's new label replaces the prediction at once, as the server will.
      const shown = pending && number_ > 0 ? { ...item, prediction: null } : item;
      tile.update(shown, number_ > 0 ? data.categories[number_] : null, pending, texts);
      tile.select(this.selection.has(item.id));
      tile.node.tabIndex = item.id === this.focus ? 0 : -1;
    }
    this.#drawBar(texts);
    this.#drawBanner(texts);
    this.palette.node.hidden = !this.may("label") || data.items.length === 0;
    this.palette.update(data.categories, texts, this.selection.size > 0);
    for (const pager of this.pagers) pager.update(data.page, data.pages, texts);
    this.empty.textContent = texts.empty;
    this.empty.hidden = data.items.length > 0;
    this.grid.hidden = data.items.length === 0;
    this.grid.setAttribute("aria-label", texts.gallery);
  }

  #drawBar(texts) {
    const { data, selection } = this;
    const chosen = selection.size > 0;
    this.count.textContent = chosen
      ? fill(texts.selected, { n: number(selection.size) })
      : fill(texts.range, {
          first: number(data.first),
          last: number(Math.max(0, data.first + data.items.length - 1)),
          total: number(data.total),
        });
    this.count.classList.toggle("chosen", chosen);
    const word = (node, text, tip, shown) => {
      node.textContent = text;
      node.title = tip;
      node.hidden = !shown;
    };
    word(this.all, texts.select_page, texts.select_page_tip, data.items.length > 0);
    word(this.none, texts.clear, texts.clear_tip, chosen);
    word(this.bin, texts.delete, texts.delete_tip, chosen && this.may("delete"));
    this.slider.setAttribute("aria-label", texts.size);
    this.slider.title = texts.size;
    const n = this.queue.waiting.length;
    this.unsaved.textContent = n ? fill(texts.unsaved, { n: number(n) }) : "";
    this.unsaved.title = n ? texts.unsaved_tip : "";
    this.unsaved.classList.toggle("shown", n > 0);
  }

  #drawBanner(texts) {
    const { data } = this;
    const whole = this.offer && data.total > data.items.length && this.selection.size < data.total;
    this.banner.hidden = !whole || !this.may("select_all");
    if (this.banner.hidden) return;
    const all = element("button", {
      type: "button",
      class: "text",
      "data-act": "select-all",
      text: fill(texts.select_all, { total: number(data.total) }),
      onclick: () => {
        this.offer = false;
        this.act("select_all");
        this.redraw();
      },
    });
    const said = fill(texts.all_on_page, { n: number(data.items.length) });
    this.banner.replaceChildren(element("span", { text: said }), all);
  }

  #size(tile, keep = false) {
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

  #storedTile() {
    try {
      return Number(localStorage.getItem(TILE_STORE)) || null;
    } catch {
      return null;
    }
  }

  #sharpen() {
    for (const tile of this.tiles.values()) tile.sharpen();
  }

  /* ---- what the keyboard and the mouse do; each verb answers whether it did something ---- */

  listens() {
    return active === this && this.data !== undefined;
  }

  may(name) {
    return this.data?.allow.includes(name) ?? false;
  }

  act(type, ids = [], category = null) {
    if (!this.may(type)) return false;
    this.queue.push(type, ids, category);
    return true;
  }

  choose(index) {
    const category = this.data.categories[index];
    if (!category) return false;
    if (this.selection.size > 0) return this.act("label", this.selection.list(), category.id);
    if (this.act("highlight", [], category.id)) return true;
    this.typed.say(this.data.texts.nothing_selected);
    return false;
  }

  typing(typed) {
    if (this.data) this.typed.show(typed, this.data.categories, this.data.texts);
  }

  selectPage() {
    this.selection.addAll(this.order);
    this.offer = true;
    return this.#selected();
  }

  deselect() {
    if (this.selection.size === 0) return false;
    this.selection.clear();
    this.offer = false;
    return this.#selected();
  }

  remove() {
    return this.selection.size > 0 && this.act("delete", this.selection.list());
  }

  turn(page) {
    if (page < 1 || page > this.data.pages) return false;
    this.root.classList.add("turning");
    this.component.setTriggerValue("page", page);
    this.root.scrollIntoView({ block: "nearest" });
    return true;
  }

  focused() {
    return this.focus !== null && this.tiles.get(this.focus)?.node === this.#activeElement();
  }

  columns() {
    const top = this.grid.firstElementChild?.offsetTop;
    let n = 0;
    for (const node of this.grid.children) {
      if (node.offsetTop !== top) break;
      n += 1;
    }
    return Math.max(1, n);
  }

  move(step, extend) {
    const from = this.order.indexOf(this.focus);
    let to = from + step;
    if (!Number.isFinite(step)) to = step < 0 ? 0 : this.order.length - 1;
    if (to < 0 || to >= this.order.length) return true; // at the edge: do not scroll the page
    const id = this.order[to];
    if (extend) {
      this.selection.anchor ??= this.order[from];
      this.selection.extend(id, this.order);
      this.#selected();
    }
    this.tiles.get(id).node.focus();
    return true;
  }

  press(extend) {
    if (extend) this.selection.extend(this.focus, this.order);
    else this.selection.toggle(this.focus);
    return this.#selected();
  }

  openFocused() {
    return this.#open(this.tiles.get(this.focus)?.node);
  }

  #open(node) {
    return node ? this.act("open", [node.dataset.id]) : false;
  }

  #click(event) {
    const node = this.#tileOf(event);
    // The second click of a double click opens; it must not toggle as well.
    if (!node || event.detail > 2) return;
    const { id } = node.dataset;
    if (event.shiftKey) this.selection.extend(id, this.order);
    else this.selection.toggle(id);
    node.focus({ preventScroll: true });
    this.#selected();
  }

  #focusOn(node) {
    if (!node || node.dataset.id === this.focus) return;
    const before = this.tiles.get(this.focus)?.node;
    if (before) before.tabIndex = -1;
    this.focus = node.dataset.id;
    node.tabIndex = 0;
  }

  #selected() {
    this.redraw();
    clearTimeout(this.reporting);
    this.reporting = setTimeout(() => this.#report(), REPORT_DELAY);
    return true;
  }

  #report(closing = false) {
    if (closing) return clearTimeout(this.reporting);
    this.component.setStateValue("selection", { version: this.version, ids: this.selection.list() });
  }

  #tileOf(event) {
    return event.target.closest?.(".tile") ?? null;
  }

  #activeElement() {
    return this.host.activeElement ?? document.activeElement;
  }
}
