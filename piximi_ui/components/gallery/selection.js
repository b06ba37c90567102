// Which images are selected: ids in the order they were chosen, across pages.

export class Selection {
  constructor() {
    this.ids = new Set();
    this.anchor = null;
  }

  has(id) {
    return this.ids.has(id);
  }

  get size() {
    return this.ids.size;
  }

  list() {
    return [...this.ids];
  }

  replace(ids) {
    this.ids = new Set(ids);
    this.anchor = null;
  }

  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = id;
  }

  /** Add everything between the last chosen image and this one, both included. */
  extend(id, order) {
    const to = order.indexOf(id);
    const from = order.indexOf(this.anchor);
    if (from < 0) {
      this.ids.add(id);
      this.anchor = id;
      return;
    }
    for (let i = Math.min(from, to); i <= Math.max(from, to); i += 1) this.ids.add(order[i]);
  }

  addAll(ids) {
    for (const id of ids) this.ids.add(id);
  }

  clear() {
    this.ids.clear();
    this.anchor = null;
  }
}
