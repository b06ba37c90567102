// The page that is shown: drawn by Streamlit, and renewed by the answers to what a person does. What
// was read from the project earlier never comes over what was read later.

import { withCreated } from "../keyboard/category_keys.js";

export class ShownPage {
  /** @param {object} gallery see gallery.js: `data`, `view`, `selection`, `focus`, `queue` */
  constructor(gallery) {
    this.gallery = gallery;
    this.place = -1; // where in the grid the keyboard was before the page was laid
    this.given = null; // the categories as the project had them, and the names of those that wait
    this.names = []; // to be created, for which the keys were dealt
    this.moved = false; // whether tiles came, went or changed places
  }

  /** Show what Streamlit drew, unless an answer has shown something newer of the same view. */
  take(page) {
    if (!overtaken(page, this.gallery.data)) this.turnTo(page);
  }

  /** Show a page: its tiles in their order, with what is still selected of them. */
  turnTo(page) {
    const { gallery } = this;
    const { selection, view } = gallery;
    gallery.data = { ...gallery.data, ...page, given: page.categories };
    this.know();
    if (page.selection.version !== gallery.version) gallery.adopt(page.selection);
    this.place = gallery.held ? view.order.indexOf(gallery.focus) : -1;
    this.moved = view.lay(page.items);
    const { order } = view;
    selection.stay(order, page.selection.ids);
    gallery.picking &&= selection.size > 0;
    if (!order.includes(gallery.focus)) {
      gallery.focus = order[Math.max(0, Math.min(this.place, order.length - 1))] ?? null;
    }
  }

  /** Show what labels changed: some tiles and the counts; all stay where they are. */
  patch({ items, counts, revision, changes }) {
    const { gallery } = this;
    const changed = new Map(items.map((item) => [item.id, item]));
    gallery.data = {
      ...gallery.data,
      counts,
      revision,
      changes,
      items: gallery.data.items.map((item) => changed.get(item.id) ?? item),
    };
  }

  /** Deal the keys, also to categories that wait to be created; return what the page shows. */
  know() {
    const { data, queue } = this.gallery;
    const names = queue.created();
    if (data.given === this.given && String(names) === String(this.names)) return data;
    Object.assign(this, { given: data.given, names });
    data.categories = withCreated(data.given, names);
    return data;
  }

  /** Draw it. */
  drawn() {
    const { gallery, place, moved } = this;
    const { view } = gallery;
    this.place = -1;
    this.moved = false;
    view.root.classList.toggle("turning", gallery.queue.has("turn"));
    gallery.redraw();
    // The focused tile moved or is gone: the keyboard stays where it was in the grid.
    if (place >= 0) view.tile(gallery.focus)?.focus({ preventScroll: true });
    // What it went on to by itself stays in sight, unless the person scrolled away from it.
    if (moved && gallery.followed !== null) view.show(gallery.followed);
    gallery.labelling.shown();
    gallery.follower.shown(gallery.data.revision);
  }
}

/** Whether what Streamlit drew is older than what an answer has shown since of the same view. */
function overtaken(page, shown) {
  if (page.view !== shown.view) return false;
  if (page.changes !== shown.changes) return page.changes < shown.changes;
  return (page.revision?.number ?? 0) < (shown.revision?.number ?? 0);
}
