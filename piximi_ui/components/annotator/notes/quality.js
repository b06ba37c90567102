// One line of what stands out among the objects of the plane; a click selects those.

import { element } from "../../shared/dom.js";

export class Quality {
  /** @param {object} beside see beside.js */
  constructor(beside) {
    this.beside = beside;
    this.findings = [];
    this.node = element("div", { class: "quality", role: "group", hidden: true });
  }

  clear() {
    this.findings = [];
  }

  get #place() {
    const { image, plane } = this.beside.annotator;
    return { image: image.id, plane };
  }

  /** Ask what stands out now; what was said before stays until then. */
  async ask() {
    const { place } = this.beside;
    const answer = await this.beside.asker.ask({ ask: "quality", ...this.#place });
    if (!answer?.findings || place !== this.beside.place) return;
    this.findings = answer.findings;
    this.draw();
  }

  draw() {
    const { texts } = this.beside.annotator;
    const state = JSON.stringify([this.findings, texts.language]);
    if (state === this.told) return;
    this.told = state;
    this.node.setAttribute("aria-label", texts.quality);
    this.node.hidden = !this.findings.length;
    this.node.replaceChildren(
      ...this.findings.map(({ name, words }) =>
        element("button", {
          type: "button",
          "data-finding": name,
          text: words,
          title: texts.quality_tip,
          onclick: () => this.#select(name),
        }),
      ),
    );
  }

  async #select(finding) {
    const { annotator } = this.beside;
    const { place } = this.beside;
    annotator.refocus();
    const answer = await this.beside.asker.ask({ ask: "standing_out", ...this.#place, finding });
    if (!answer?.ids || place !== this.beside.place) return;
    const ids = new Set(answer.ids);
    annotator.select([...annotator.outlines.here()].filter(({ id }) => ids.has(id)), false);
  }
}
