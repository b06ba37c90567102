// Which images are selected, in the order they were chosen. What is not in view is not selected:
// the view is the page that is shown, or all its pages once the person asked for all (`wide`).

export class Selection {
  constructor() {
    this.ids = new Set();
    this.anchor = null; // where a range begins
    this.wide = false;
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

  /** How many of them are on other pages than these images. */
  elsewhere(order) {
    return this.wide ? this.size - order.filter((id) => this.ids.has(id)).length : 0;
  }

  replace(ids, wide = false) {
    this.ids = new Set(ids);
    this.anchor = null;
    this.wide = wide;
  }

  only(id) {
    this.replace([id]);
    this.anchor = id;
  }

  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.anchor = id;
  }

  /** Select everything between the last chosen image and this one; `add` it, or that alone. */
  extend(id, order, add = false) {
    const { anchor } = this;
    const [from, to] = [order.indexOf(anchor), order.indexOf(id)];
    if (from < 0) return add ? this.toggle(id) : this.only(id);
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
    // From the anchor on, as it would have been chosen one by one.
    if (to < from) range.reverse();
    if (add) for (const each of range) this.ids.add(each);
    else this.replace(range);
    this.anchor = anchor;
    return undefined;
  }

  clear() {
    this.replace([]);
  }

  /** Drop what has left the view: this page's images and, of all pages, those Python still knows. */
  stay(order, known) {
    const there = new Set(this.wide ? [...order, ...known] : order);
    for (const id of this.ids) if (!there.has(id)) this.ids.delete(id);
    if (!there.has(this.anchor)) this.anchor = null;
    if (this.ids.size === 0) this.wide = false;
  }
}
