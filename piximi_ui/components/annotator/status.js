// Around the picture: what lies under the pointer, whether all is saved, how to use the tool, and what
// there is to say.

import { element, fill, number } from "../shared/dom.js";

const SAID = 6000; // ms that a message stays
const STILL = 120; // ms that the pointer rests before the file is asked what lies under it
const BAR = 110; // screen pixels that the scale bar may be long

export class Status {
  /** @param {object} annotator see annotator.js: `stage`, `queue`, `follower`, `hand`, `texts` */
  constructor(annotator) {
    this.annotator = annotator;
    this.percent = element("span", { class: "percent" });
    this.where = element("span", { class: "where" });
    this.way = element("span", { class: "way", role: "status" }); // that a smart tool was answered
    this.state = element("span", { class: "state", role: "status" });
    this.said = element("p", { class: "said", role: "status", "aria-live": "polite" });
    this.hint = element("p", { class: "hint" });
    this.bar = element("div", { class: "scale-bar", hidden: true });
    this.fit = element("button", { type: "button", onclick: () => annotator.stage.zoomTo(null) });
    this.filled = element("input", { type: "range", min: 0, max: 60, step: 5, value: 0 });
    this.filled.addEventListener("input", () => this.#dress({ filled: Number(this.filled.value) / 100 }));
    this.fillName = element("span", {});
    this.cover = element("label", { class: "setting" }, [this.fillName, this.filled]);
    this.several = element("button", { type: "button", onclick: () => this.#dress({ several: !annotator.outlines.several }) });
    this.fingers = element("button", { type: "button", hidden: true, onclick: () => annotator.hand.letFingersDraw() });
    this.row = element("div", { class: "row status" }, [
      this.where, this.way, element("span", { class: "space" }),
      this.state, this.fingers, this.cover, this.several, this.percent, this.fit,
    ]);
    this.under = ""; // the pixel that the pointer is on
    /** @type {number | undefined} */
    this.asking = undefined;
  }

  /** Draw the objects in another manner. */
  #dress(manner) {
    const { annotator } = this;
    Object.assign(annotator.outlines, manner);
    annotator.outlines.recolour();
    annotator.refocus();
    this.draw();
  }

  close() {
    clearTimeout(this.saying);
    clearTimeout(this.asking);
  }

  draw() {
    const { texts, queue, follower, hand, outlines, strokes, between, image } = this.annotator;
    const unsaved = queue?.unsaved ?? 0;
    const waits = strokes.thinks ? texts.thinking : texts.saving;
    this.state.textContent = follower?.lost ? texts.offline : unsaved ? waits : texts.saved;
    this.state.classList.toggle("waits", Boolean(follower?.lost || unsaved));
    this.fillName.textContent = texts.filled;
    this.cover.title = texts.filled_tip;
    this.several.textContent = texts.several;
    this.several.title = texts.several_tip;
    this.several.setAttribute("aria-pressed", String(outlines.several));
    this.fingers.textContent = texts.fingers;
    this.fingers.title = texts.fingers_tip;
    this.fingers.hidden = !hand.penSeen;
    this.fit.textContent = texts.fit;
    this.fit.title = texts.fit_tip;
    const bare = hand.tool.name === "select" && image && outlines.total === 0;
    this.hint.textContent = between.words || (bare ? texts.nothing_drawn : texts[`${hand.tool.name}_tip`]);
  }

  /** The picture is shown so many times as large as it is. */
  zoomed(scale) {
    this.percent.textContent = `${number(Math.round(100 * scale))} %`;
    const size = this.annotator.image?.pixel;
    this.bar.hidden = !size;
    if (!size) return;
    const length = roundBelow((BAR / scale) * size.x);
    this.bar.style.width = `${(length / size.x) * scale}px`;
    this.bar.textContent = `${number(length)} ${size.unit}`;
  }

  /** The pointer is there, in pixels of the picture. */
  pointed([x, y]) {
    const { image, texts } = this.annotator;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const inside = column >= 0 && row >= 0 && column < image.width && row < image.height;
    const under = inside ? `${column} ${row}` : "";
    if (under === this.under) return;
    this.under = under;
    clearTimeout(this.asking);
    this.where.textContent = inside ? fill(texts.pixel, { x: number(column), y: number(row) }) : "";
    if (inside) this.asking = setTimeout(() => this.#values(column, row), STILL);
  }

  /** Tell what the file has there. */
  async #values(column, row) {
    const { image, plane, texts } = this.annotator;
    const { under } = this;
    try {
      const answer = await fetch(`${image.values.replace("{plane}", plane)}?x=${column}&y=${row}`);
      if (!answer.ok) return;
      const { values } = await answer.json();
      if (under !== this.under || image !== this.annotator.image) return;
      const told = values.map((value) => (value === null ? "–" : number(value))).join(" · ");
      this.where.textContent = `${fill(texts.pixel, { x: number(column), y: number(row) })}: ${told}`;
    } catch {
      // The connection is gone; what is told is where the pointer is.
    }
  }

  say(text) {
    this.said.textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => (this.said.textContent = ""), SAID);
  }
}

/** The largest of 1, 2, 5, 10, 20 … and 0.5, 0.2 … that is not above a length. */
function roundBelow(length) {
  const power = 10 ** Math.floor(Math.log10(length));
  return power * (length >= 5 * power ? 5 : length >= 2 * power ? 2 : 1);
}
