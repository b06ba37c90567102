// The regions in which every object of the kind is drawn: framed on the picture, listed beside it.

import { element, fill, number } from "../../shared/dom.js";

export class Regions {
  /** @param {object} beside see beside.js */
  constructor(beside) {
    this.beside = beside;
    this.node = element("div", { class: "regions", hidden: true });
  }

  /** Those of the kind and the plane in sight, as the waiting actions will leave them. */
  get here() {
    const { annotator, known } = this.beside;
    const { kind, plane, image } = annotator;
    const waiting = annotator.queue?.waiting ?? [];
    const gone = new Set(waiting.flatMap(({ type, ids }) => (type === "incomplete" ? ids : [])));
    const drawn = waiting.filter((action) => action.type === "complete" && action.image === image?.id);
    return [...known.filter(({ id }) => !gone.has(id)), ...drawn].filter(
      (region) => region.kind === kind?.id && region.plane === plane,
    );
  }

  /** A box was drawn around a region. */
  drawn({ points }) {
    const { annotator } = this.beside;
    const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
    if (annotator.kind) this.beside.note("complete", { kind: annotator.kind.id, box: [x1, y1, x2, y2] });
    else annotator.say(annotator.texts.kind_first);
  }

  draw() {
    const { sketch, texts } = this.beside.annotator;
    const { here } = this;
    const state = JSON.stringify([here.map(({ id, box }) => [id ?? null, box]), texts.language]);
    if (state === this.told) return;
    this.told = state;
    sketch.frames = here.map(({ box }) => box);
    sketch.draw();
    const there = here.filter(({ id }) => id);
    this.node.hidden = !there.length;
    this.node.replaceChildren(...there.map((region) => this.#row(region)));
  }

  #row({ id, box: [x1, y1, x2, y2] }) {
    const { annotator } = this.beside;
    const { texts } = annotator;
    const words = fill(texts.complete_here, { width: number(x2 - x1), height: number(y2 - y1) });
    const remove = () => {
      this.beside.note("incomplete", { ids: [id] });
      annotator.refocus();
    };
    return element("div", { class: "region" }, [
      element("button", {
        type: "button",
        class: "region-name",
        text: words,
        onclick: () => annotator.stage.zoomToBox({ x1, y1, x2, y2 }),
      }),
      element("button", {
        type: "button", class: "remove", text: "×", title: texts.incomplete_tip, "aria-label": texts.incomplete_tip, onclick: remove,
      }),
    ]);
  }
}
