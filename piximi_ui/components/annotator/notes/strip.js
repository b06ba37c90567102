// The strip of images under the picture: only the tiles in sight exist, and come in lots as they are
// asked for, so that ten thousand images cost no more than ten.

import { element, fill, number } from "../../shared/dom.js";

const WIDE = 70; // screen pixels of a tile with its gap
const LOT = 40; // tiles that are asked for at once
const MARGIN = 2; // tiles beyond what is in sight

/**
 * The places in sight, the end exclusive.
 *
 * @returns {[number, number]}
 */
export function inSight(left, width, total) {
  const first = Math.max(0, Math.floor(left / WIDE) - MARGIN);
  return [Math.min(first, total), Math.min(total, Math.ceil((left + width) / WIDE) + MARGIN)];
}

export class Strip {
  /** @param {object} beside see beside.js */
  constructor(beside) {
    this.beside = beside;
    this.total = 0;
    this.place = -1;
    this.lots = new Map(); // what is known of each lot: its tiles
    this.fresh = new Set(); // lots that are known or asked for since the last change
    this.nodes = new Map(); // the tiles in sight, by place
    this.finished = element("span", { class: "finished" });
    this.buttons = ["done", "objects"].map((lacking) => ({
      lacking,
      node: element("button", { type: "button", "data-lacking": lacking, onclick: () => beside.seek(lacking) }),
    }));
    this.rail = element("div", { class: "rail" });
    this.scroller = element("div", { class: "scroller" }, [this.rail]);
    this.node = element("div", { class: "strip", role: "group", hidden: true }, [
      element("div", { class: "strip-head" }, [this.finished, ...this.buttons.map(({ node }) => node)]),
      this.scroller,
    ]);
    this.scroller.addEventListener("scroll", () => this.#soon(), { passive: true });
    this.watch = new ResizeObserver(() => this.#soon());
    this.watch.observe(this.scroller);
  }

  close() {
    this.watch.disconnect();
  }

  /** The project changed: ask anew for what is in sight. */
  refresh() {
    this.fresh.clear();
    this.#lay();
  }

  draw() {
    const { annotator, finished, isDone } = this.beside;
    const { image, texts } = annotator;
    const state = `${image.id} ${image.place} ${image.total} ${finished} ${isDone} ${texts.language}`;
    if (state === this.told) return;
    this.told = state;
    this.node.hidden = image.total < 2;
    this.node.setAttribute("aria-label", texts.strip);
    this.finished.textContent = fill(texts.finished, { n: number(finished), total: number(image.total) });
    for (const { lacking, node } of this.buttons) {
      node.textContent = texts[`lacking_${lacking}`];
      node.title = texts[`lacking_${lacking}_tip`];
    }
    this.total = image.total;
    this.rail.style.width = `${this.total * WIDE}px`;
    if (image.place !== this.place) {
      this.place = image.place;
      this.scroller.scrollLeft = this.place * WIDE - this.scroller.clientWidth / 2 + WIDE / 2;
    }
    this.#lay();
  }

  #soon() {
    if (this.laying) return;
    this.laying = requestAnimationFrame(() => {
      this.laying = 0;
      this.#lay();
    });
  }

  #lay() {
    const { scrollLeft, clientWidth } = this.scroller;
    if (this.node.hidden || !clientWidth || !this.beside.annotator.image) return;
    const [first, end] = inSight(scrollLeft, clientWidth, this.total);
    for (const [place, node] of this.nodes) {
      if (place >= first && place < end) continue;
      node.remove();
      this.nodes.delete(place);
    }
    for (let place = first; place < end; place += 1) this.#show(place);
    for (let lot = Math.floor(first / LOT); lot * LOT < end; lot += 1) this.#ask(lot);
  }

  async #ask(lot) {
    if (this.fresh.has(lot)) return;
    this.fresh.add(lot);
    const answer = await this.beside.asker.ask({ ask: "strip", begin: lot * LOT, count: LOT });
    if (!answer?.tiles) {
      this.fresh.delete(lot); // the next look asks again
      return;
    }
    this.lots.set(lot, answer.tiles);
    for (const place of this.nodes.keys()) if (Math.floor(place / LOT) === lot) this.#show(place);
  }

  #show(place) {
    const { annotator, isDone } = this.beside;
    const tile = this.lots.get(Math.floor(place / LOT))?.[place % LOT] ?? null;
    const here = place === annotator.image.place;
    const done = here ? isDone : Boolean(tile?.done);
    const state = JSON.stringify([tile, here, done, annotator.texts.language]);
    let node = this.nodes.get(place);
    if (!node) {
      node = element("button", { type: "button", class: "strip-tile", onclick: () => this.#go(place) });
      node.style.left = `${place * WIDE}px`;
      this.nodes.set(place, node);
      this.rail.append(node);
    }
    if (node.dataset.state === state) return;
    node.dataset.state = state;
    node.tabIndex = here ? 0 : -1;
    node.setAttribute("aria-current", String(here));
    const said = [tile?.name ?? number(place + 1), tile?.words, done ? annotator.texts.done : ""];
    node.title = said.filter(Boolean).join(" · ");
    node.setAttribute("aria-label", node.title);
    if (!tile) return void node.replaceChildren();
    node.replaceChildren(
      element("img", { src: tile.thumb, alt: "", draggable: "false", decoding: "async" }),
      ...(tile.objects ? [element("span", { class: "objects-there", text: number(tile.objects) })] : []),
      ...(done ? [element("span", { class: "is-done", text: "✓" })] : []),
    );
  }

  #go(place) {
    const { annotator } = this.beside;
    annotator.refocus();
    const by = place - annotator.image.place - annotator.by;
    if (by) annotator.turn(by);
  }
}
