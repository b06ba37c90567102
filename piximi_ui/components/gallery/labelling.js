// Giving labels, and where the selection goes then: on to the next image of the view, which may lie
// on a page that is still to come. Until it is there, nothing is selected and keys label nothing.

import { isNew } from "../keyboard/category_keys.js";
import { TypedDigits } from "../keyboard/digits.js";
import { fill } from "../shared/dom.js";
import { goesOn } from "./switches/onward.js";
import { somethingWaits } from "../shared/presses.js";

export class Labelling {
  /** @param {object} gallery see gallery.js */
  constructor(gallery) {
    this.gallery = gallery;
    this.awaited = null; // {page, last} of a turned page, or {after, before} of a labelled image
    this.digits = new TypedDigits({
      subject: () => gallery.selection.list(),
      show: (typed, list) => gallery.view.typed.show(typed, list, gallery.data.texts),
      take: (category, typed, ids) => this.#typed(category, typed, ids),
    });
  }

  /** The person chose for themselves what comes next. */
  forget() {
    this.awaited = null;
  }

  say(name, values = {}) {
    const { view, data } = this.gallery;
    view.typed.say(fill(data.texts[name], values));
    return true;
  }

  /** Label with a category of the list that the person looked at. */
  choose(category, ids = this.gallery.selection.list()) {
    const { gallery } = this;
    if (isNew(category)) return this.#give(ids, (chosen) => gallery.create(chosen, category.name));
    return this.#give(ids, (chosen) => gallery.act("label", chosen, category.id));
  }

  /** Label with a category that Python is to create. */
  create(name) {
    return this.#give(this.gallery.selection.list(), (chosen) => this.gallery.create(chosen, name));
  }

  /** Accept or reject the predictions of what is selected. */
  answer(type) {
    const { gallery } = this;
    return gallery.may(type) && this.#give(gallery.selection.list(), (chosen) => gallery.act(type, chosen));
  }

  /** Take the label away. */
  remove() {
    return this.choose(this.gallery.data.categories[0]);
  }

  /** Select the image after the selected ones, or (-1) the one before; none: the focused one. */
  step(by) {
    const { gallery } = this;
    const { order } = gallery.view;
    this.digits.cancel();
    this.awaited = null;
    const places = order.flatMap((id, place) => (gallery.selection.has(id) ? [place] : []));
    if (!places.length) return gallery.focus === null ? false : gallery.goTo(gallery.focus);
    const place = by > 0 ? Math.max(...places) + 1 : Math.min(...places) - 1;
    if (order[place] !== undefined) return gallery.goTo(order[place]);
    const { page, pages } = gallery.data;
    if (page + by < 1 || page + by > pages) return this.say(by > 0 ? "last" : "first");
    return this.#turn(page + by, by < 0);
  }

  /** A drawing came: the awaited image may be on it. */
  shown() {
    const { awaited, gallery } = this;
    if (!awaited) return;
    const { page, pages } = gallery.data;
    const { order } = gallery.view;
    let next = null;
    if (awaited.page !== undefined) {
      if (gallery.queue.has("turn")) return;
      next = awaited.page === page ? order.at(awaited.last ? -1 : 0) : null;
    } else {
      if (gallery.queue.unsaved) return;
      const place = order.indexOf(awaited.after);
      next = place < 0 ? order.find((id) => !awaited.before?.has(id)) : order[place + 1];
      if (next === undefined && page < pages) return void this.#turn(page + 1, false);
      if (next === undefined) this.say("last");
    }
    this.awaited = null;
    if (next) gallery.goTo(next);
  }

  #typed(category, typed, ids) {
    const { gallery } = this;
    if (!category) return this.say("no_category", { index: typed });
    // What was taken out of the selection since the first digit is not meant any more.
    return this.choose(category, ids.filter((id) => gallery.selection.has(id)));
  }

  #give(ids, act) {
    const { gallery } = this;
    if (somethingWaits()) return this.say("at_work");
    if (this.awaited || gallery.queue.has("select_all")) return this.say("coming");
    if (!ids.length) return this.say("nothing_selected");
    if (!act(ids)) return false;
    if (goesOn()) this.#onward(ids);
    return true;
  }

  #onward(ids) {
    const { gallery } = this;
    const { order } = gallery.view;
    const last = Math.max(...ids.map((id) => order.indexOf(id)));
    const all = gallery.selection.wide;
    if (!all && last + 1 < order.length) return gallery.goTo(order[last + 1]);
    // The whole view was labelled, or the next image is on another page, or comes in by itself
    // when the labelled ones pass the filter no more.
    if (!all) this.awaited = { after: order[last], before: new Set(order) };
    gallery.selection.clear();
    return gallery.selected();
  }

  #turn(page, last) {
    this.gallery.turn(page);
    this.awaited = { page, last };
    return true;
  }
}
