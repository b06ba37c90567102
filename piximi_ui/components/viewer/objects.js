// The objects of the picture that is shown: fetched, drawn over it, one of them selected.

import { element, fill } from "../shared/dom.js";
import { Outlines } from "./outlining/outlines.js";

export class Objects {
  /** @param {object} viewer see viewer.js: `labels`, `stages`, `plane`, `data` */
  constructor(viewer) {
    this.viewer = viewer;
    this.outlines = new Outlines({ colorOf: (shape) => this.#label(shape)?.color ?? null });
    this.source = null;
    this.button = element("button", { type: "button", onclick: () => this.toggle(), hidden: true });
    this.caption = element("div", { class: "caption object" });
  }

  /** What is selected, as something that can be labelled. */
  get chosen() {
    const { chosen } = this.outlines;
    return chosen && { id: chosen.id, kind: chosen.kind, prediction: chosen.prediction };
  }

  /** Show the objects of an image, whose address names the project's revision. */
  async show(image, stage) {
    const { outlines } = this;
    if (stage.overlay !== outlines) {
      stage.overlay = outlines;
      stage.clicked = (x, y) => this.choose(outlines.shown ? outlines.at(x, y) : null);
      stage.frame.append(outlines.canvas);
      stage.node.append(this.caption);
    }
    outlines.toPlane(this.viewer.plane);
    const others = this.id !== image.id;
    if (others) {
      this.id = image.id;
      outlines.chosen = null;
      outlines.take([]);
      this.#words();
    }
    if (!image.outlines || this.source === image.outlines) return;
    this.source = image.outlines;
    const labels = others ? null : await this.#ask(`${image.outlines}&labels=1`);
    if (this.source !== image.outlines || (labels && outlines.relabel(labels))) return this.#words();
    const objects = await this.#ask(image.outlines);
    // The person may have gone on meanwhile.
    if (this.source === image.outlines && objects) outlines.take(objects);
    return this.#words();
  }

  async #ask(address) {
    try {
      const answer = await fetch(address, { cache: "no-store" });
      return answer.ok ? (await answer.json()).objects : null;
    } catch {
      this.source = null; // the connection is gone: asked again with the next drawing
      return null;
    }
  }

  choose(shape) {
    this.outlines.chosen = shape;
    this.outlines.draw();
    this.#words();
    this.viewer.labels?.draw();
  }

  /** Answers whether something was selected. */
  deselect() {
    if (!this.outlines.chosen) return false;
    this.choose(null);
    return true;
  }

  next() {
    const there = this.outlines.next();
    this.#words();
    this.viewer.labels?.draw();
    return there;
  }

  toggle() {
    this.outlines.shown = !this.outlines.shown;
    if (!this.outlines.shown) this.deselect();
    this.outlines.draw();
    this.#words();
  }

  /** Labels are on their way, or came: colours and words follow. */
  recolour() {
    this.outlines.recolour();
    this.#words();
  }

  #label(shape) {
    const { labels } = this.viewer;
    const pending = labels?.pending(shape.id, shape.kind);
    return pending === undefined ? labels?.category(shape.kind, shape.category) : pending;
  }

  #words() {
    const { texts } = this.viewer.data;
    const { total, shown, chosen } = this.outlines;
    this.button.hidden = total === 0;
    this.button.textContent = fill(texts.objects, { n: total });
    this.button.title = texts.objects_tip;
    this.button.setAttribute("aria-pressed", String(shown));
    this.caption.hidden = !chosen;
    if (!chosen) return;
    const label = this.#label(chosen)?.name ?? texts.unlabelled;
    this.caption.textContent = `${chosen.name} · ${label}`;
  }
}
