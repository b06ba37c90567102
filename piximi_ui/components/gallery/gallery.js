// The gallery component. Streamlit calls `mount` at first and again whenever Python redraws.

import { isNew } from "../keyboard/category_keys.js";
import { element, speak } from "../shared/dom.js";
import { DragBox } from "./drag.js";
import { Follower } from "../shared/follow.js";
import { hearing } from "../keyboard/hearing.js";
import { Home } from "./home.js";
import { Keyboard } from "../keyboard/keys.js";
import { Labelling } from "./labelling.js";
import { ActionQueue, LEFT, viewerStore } from "../shared/queue.js";
import { Reporter } from "./report.js";
import { Selection } from "./selection.js";
import { ShownPage } from "./shown_page.js";
import { tileOf, wayOf } from "./tile.js";
import { View } from "./view.js";

const CHECK = 250; // ms between looks at whether a gallery is still on the page
const GONE = 5000; // ms off the page, on a busy machine, after which it is not coming back
const galleries = new Map(); // those that are alive, by the store they belong to
let active = null; // the gallery that was used last
let left = null; // {store, focus, version, ids, wide} of a gallery closed with the keyboard in it

export async function mount(component, style) {
  const host = component.parentElement;
  const { store } = component.data;
  for (const other of galleries.values()) {
    // The place on the page was given to another project or kind.
    if (other.host === host && other.store !== store) other.close();
  }
  let gallery = galleries.get(store);
  if (!gallery) {
    gallery = new Gallery(store);
    galleries.set(store, gallery);
  }
  // Streamlit gives the gallery a new place when something above it comes or goes: it moves there
  // with its queue, its selection and the keyboard's focus.
  gallery.newest = component;
  if (gallery.host !== host) await gallery.settle(host, style);
  // Another drawing may have come while the stylesheet was on its way.
  const drawing = gallery.update(gallery.newest);
  return () => leave(gallery, drawing);
}

/**
 * Close a gallery that is off the page. Streamlit says so at every redraw and mostly draws again at
 * once; sometimes it takes the gallery away for a moment, in which keys still count.
 *
 * @param {number | null} [since] when it was first seen off the page
 */
function leave(gallery, drawing, since = null) {
  setTimeout(() => {
    if (gallery.drawing !== drawing) return;
    const now = performance.now();
    if (gallery.host.host.isConnected) leave(gallery, drawing);
    else if (gallery.path !== window.location.pathname || now - (since ?? now) > GONE) gallery.close();
    else leave(gallery, drawing, since ?? now);
  }, CHECK);
}

/** Joins the picture of the gallery with the selection, the keyboard and the queue. */
class Gallery {
  constructor(store) {
    this.host = null; // the shadow root it lives in
    this.store = store;
    this.drawing = 0;
    this.selection = new Selection();
    this.version = null; // of the selection Python imposed last
    this.focus = null; // id of the tile that Tab reaches
    this.held = false; // whether the keyboard's focus was on a tile, until it went elsewhere
    this.used = false; // whether the person turned to it at all
    this.followed = null; // the image that the gallery went on to by itself, kept in sight
    this.picking = false; // whether taps add to the selection, after a finger that rested
    this.view = new View(this);
    this.queue = new ActionQueue(store, this);
    // What the viewer over the gallery could not send before it was closed is not lost.
    this.adopting = new AbortController();
    window.addEventListener(LEFT, () => this.queue.adopt(viewerStore(store)), this.adopting);
    this.reporter = new Reporter(this);
    this.labelling = new Labelling(this);
    this.follower = new Follower(this);
    this.page = new ShownPage(this);
    const { grid, root } = this.view;
    grid.addEventListener("click", (event) => this.#click(event));
    for (const name of ["wheel", "touchmove"]) {
      grid.addEventListener(name, () => (this.followed = null), { passive: true });
    }
    grid.addEventListener("dblclick", (event) => this.#open(tileOf(event)));
    grid.addEventListener("focusin", (event) => this.#focusOn(tileOf(event)));
    grid.addEventListener("focusout", () => setTimeout(() => (this.held &&= this.focused()), 0));
    for (const name of ["pointerdown", "focusin"]) {
      root.addEventListener(name, () => {
        active = this;
        this.used = true;
      });
    }
    this.keyboard = new Keyboard(this);
    this.home = new Home(this);
    this.drag = new DragBox(grid, this);
    active ??= this;
  }

  /** Move to a place, and wait for its stylesheet, so that nothing is seen undressed. */
  settle(host, style) {
    this.host = host;
    return new Promise((resolve) => {
      host.append(element("link", { rel: "stylesheet", href: style, onload: resolve, onerror: resolve }));
      // What was never drawn comes with its first drawing: until then it has neither words nor tiles.
      if (this.data === undefined) return;
      this.view.finder.keptThrough(() => host.append(this.view.root));
      if (this.held) this.refocus();
    });
  }

  /** Streamlit drew: what the page shows, unless an answer has overtaken it, and what stays. */
  update(component) {
    this.drawing += 1;
    const { data } = component;
    speak(data.texts.language);
    if (this.data === undefined) this.view.open(data.tile);
    const returns = left?.store === this.store && document.activeElement === document.body;
    if (returns) {
      // What is selected is known here better than in Python, which hears of it later.
      Object.assign(this, { focus: left.focus, held: true, used: true, version: left.version });
      this.selection.replace(left.ids, left.wide);
    }
    left = null;
    this.component = component;
    this.path = window.location.pathname;
    const { tile, allow, texts, actions, ...page } = data;
    this.data = { ...this.data, tile, allow, texts };
    if (this.drawing === 1) this.queue.adopt(viewerStore(this.store));
    this.page.take(page);
    this.queue.open(actions);
    this.page.drawn();
    if (!this.view.root.isConnected) this.host.append(this.view.root);
    this.reporter.shown(page);
    return this.drawing;
  }

  /** The project answered: what the page shows now, or what labels changed of it. */
  answered({ view, drawing, part, rerun }) {
    // Another filter was chosen meanwhile, and Streamlit draws its page.
    if (view === this.data.view) {
      if (drawing) this.page.turnTo(drawing);
      else this.page.patch(part);
      this.page.drawn();
    }
    this.reporter.answered(rerun);
  }

  along() {
    return { selection: this.reporter.state(), shown: this.data?.revision?.number, page: this.data?.page };
  }

  redraw() {
    if (this.data === undefined) return;
    const { selection, focus, queue } = this;
    const waits = { labels: queue.labels(), waiting: queue.unsaved };
    this.view.draw(this.page.know(), { selection, focus, ...waits, lost: this.follower.lost });
  }

  /** The connection is back. */
  missed() {
    this.view.fetchMissing();
  }

  /** Take over a selection that Python imposes. */
  adopt({ version, ids, wide }) {
    const first = this.version === null;
    this.version = version;
    this.reporter.forget();
    // "Select all" was answered after the person had chosen something else.
    if (wide && !first && !this.asksAll) return void this.reporter.changed();
    this.asksAll = false;
    this.labelling.forget();
    this.selection.replace(ids, wide);
  }

  close() {
    this.adopting.abort();
    this.keyboard.close();
    this.home.close();
    this.queue.close();
    this.follower.close();
    this.drag.close();
    this.view.close();
    this.reporter.close();
    const { store, focus, version, selection } = this;
    if (this.held) left = { store, focus, version, ids: selection.list(), wide: selection.wide };
    this.view.root.remove();
    if (galleries.get(this.store) === this) galleries.delete(this.store);
    if (active === this) active = [...galleries.values()].at(-1) ?? null;
  }

  /* ---- what keys and the mouse do; each verb answers whether it did something ---- */
  listens() {
    const drawn = this.data !== undefined && this.path === window.location.pathname;
    return drawn && hearing(active, galleries.values()) === this;
  }

  may(name) {
    return this.data?.allow.includes(name) ?? false;
  }

  act(type, ids = [], category = null) {
    if (!this.may(type)) return false;
    this.queue.push({ type, ids, category, seen: this.data.revision?.moment });
    return true;
  }

  /** Label the selection with a category of those that are shown. */
  choose(category) {
    if (this.selection.size === 0 && !isNew(category) && this.act("highlight", [], category.id)) return true;
    return this.labelling.choose(category);
  }

  /** Ask for a label with a category that Python is to make. */
  create(ids, name) {
    if (!this.may("create")) return false;
    this.queue.push({ type: "create", ids, name, seen: this.data.revision?.moment });
    return true;
  }

  /** Open the field that finds a category by its name. */
  find() {
    if (!this.may("label")) return false;
    this.labelling.digits.cancel();
    if (this.selection.size === 0 && !this.may("highlight")) return this.labelling.say("nothing_selected");
    this.held = false; // the keyboard is with the field, whatever is drawn in this moment
    this.view.finder.open(this.data.categories, this.data.texts, this.may("create"));
    return true;
  }

  /** The keyboard goes back to the grid, where it was. */
  refocus() {
    this.view.tile(this.focus)?.focus({ preventScroll: true });
  }

  /** Select one image alone, in sight; the keyboard's focus goes with it if it is in the grid. */
  goTo(id) {
    const node = this.view.tile(id);
    if (!node) return false;
    const here = this.held || document.activeElement === document.body;
    this.selection.only(id);
    this.#focusOn(node, here);
    if (here) node.focus({ preventScroll: true });
    this.followed = id;
    this.view.show(id);
    this.view.tip.hide(); // it would lie on the very images that come next
    return this.selected();
  }

  /** Select the page; all pages when the page is selected already. */
  selectPage() {
    if (this.view.order.every((id) => this.selection.has(id)) && this.data.pages > 1) {
      return this.selectAll();
    }
    this.selection.replace(this.view.order);
    return this.#chosen();
  }

  selectAll() {
    this.asksAll = true;
    this.labelling.forget();
    return this.act("select_all");
  }

  /** Show a selection that the mouse is still drawing; Python hears of it when it `stands`. */
  cover(ids, wide, stands) {
    this.selection.replace(ids, wide);
    if (stands) return this.#chosen();
    this.redraw();
    return true;
  }

  showAll() {
    return this.act("show_all");
  }

  /** Show the things of a category alone, or no longer. */
  narrow(category) {
    return this.act("narrow", [], category.id);
  }

  deselect() {
    this.view.tip.hide();
    if (this.selection.size === 0) return false;
    this.selection.clear();
    return this.#chosen();
  }

  remove() {
    return this.selection.size > 0 && this.act("delete", this.selection.list());
  }

  turn(page) {
    if (page < 1 || page > this.data.pages) return false;
    this.view.root.classList.add("turning");
    // What is on this page leaves the view now, not when the next one comes.
    if (!this.selection.wide) this.selection.clear();
    this.#chosen();
    this.queue.push({ type: "turn", page });
    this.view.root.scrollIntoView({ block: "nearest" });
    return true;
  }

  leaf(step) {
    this.turn(this.data.page + step);
    return true;
  }

  /** Whether the keyboard is in the grid, or was until the grid was taken off the page. */
  focused() {
    if (this.focus === null) return false;
    if (this.view.tile(this.focus) === this.host.activeElement) return true;
    return this.held && !this.view.grid.isConnected;
  }

  move(step, extend) {
    const { order } = this.view;
    const from = order.indexOf(this.focus);
    let to = from + step;
    if (!Number.isFinite(step)) to = step < 0 ? 0 : order.length - 1;
    if (to < 0 || to >= order.length) return true; // at the edge: do not scroll the page
    if (extend) {
      this.selection.anchor ??= order[from];
      this.selection.extend(order[to], order);
      this.#chosen();
    }
    const node = this.view.tile(order[to]);
    // Off the page the browser focuses nothing; the gallery knows by itself where it is.
    this.#focusOn(node);
    node.focus();
    return true;
  }

  /** A click or tap on a tile: that one alone; with Ctrl or a finger that picks, it too; a range. */
  pick(node, { range = false, add = false }) {
    const { id } = node.dataset;
    if (!this.view.order.includes(id)) return;
    if (range) this.selection.extend(id, this.view.order, add);
    else if (add || this.picking) this.selection.toggle(id);
    else this.selection.only(id);
    this.#focusOn(node);
    node.focus({ preventScroll: true });
    this.#chosen();
  }

  press(extend) {
    if (extend) this.selection.extend(this.focus, this.view.order);
    else this.selection.toggle(this.focus);
    return this.#chosen();
  }

  openFocused() {
    return this.#open(this.view.tile(this.focus));
  }

  openSelected() {
    return this.selection.size === 1 && this.act("open", this.selection.list());
  }

  #open(node) {
    return node ? this.act("open", [node.dataset.id]) : false;
  }

  #click(event) {
    const node = tileOf(event);
    if (node && !this.drag.justDone) this.pick(node, wayOf(event));
  }

  #focusOn(node, held = node !== null) {
    this.held = held;
    if (!node || node.dataset.id === this.focus) return;
    const before = this.view.tile(this.focus);
    if (before) before.tabIndex = -1;
    this.focus = node.dataset.id;
    node.tabIndex = 0;
  }

  /** The person selected something themselves. */
  #chosen() {
    this.asksAll = false;
    this.followed = null;
    this.picking &&= this.selection.size > 0;
    this.labelling.forget();
    return this.selected();
  }

  /** Show the selection as it is now, and tell Python. */
  selected() {
    this.redraw();
    this.reporter.changed();
    return true;
  }
}
