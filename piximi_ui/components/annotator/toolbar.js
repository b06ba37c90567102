// The tools down the side, and above the picture how what is drawn meets what is there.

import { element, fill, number } from "../shared/dom.js";
import { bindings, written } from "./bindings.js";
import { EDITS, MODES, TOOLS } from "./tools.js";

const RANGES = {
  radius: { min: 1, max: 200, step: 0.5 },
  size: { min: 4, max: 100, step: 1 },
  tolerance: { min: 0, max: 100, step: 0.5 },
  level: { min: 0, max: 100, step: 0.5 },
  choice: { min: 1, max: 3, step: 1 },
};

/** How many planes an image needs for an edit to make sense. */
const NEEDS = { copy_back: 2, copy_on: 2, interpolate: 3 };

export class Toolbar {
  /** @param {object} annotator see annotator.js: `choose`, `set`, `hand`, `strokes` */
  constructor(annotator) {
    this.annotator = annotator;
    const press = (act) => () => {
      act();
      annotator.refocus();
    };
    this.tools = TOOLS.map((tool) =>
      element("button", { type: "button", class: "tool", "data-tool": tool.name, onclick: press(() => annotator.choose(tool)) }),
    );
    this.column = element("div", { class: "tools", role: "toolbar", "aria-orientation": "vertical" }, this.tools);
    this.modes = MODES.map((mode) =>
      element("button", { type: "button", "data-mode": mode, onclick: press(() => annotator.set("mode", mode)) }),
    );
    this.fields = Object.entries(RANGES).map(([name, limits]) => this.#field(name, limits));
    this.edits = EDITS.map(({ name }) =>
      element("button", { type: "button", "data-edit": name, onclick: press(() => annotator.strokes.edit(name)) }),
    );
    this.deletion = element("button", { type: "button", "data-edit": "remove", onclick: press(() => annotator.strokes.remove()) });
    this.row = element("div", { class: "row" }, [
      element("div", { class: "segments", role: "group" }, this.modes),
      ...this.fields.map(({ node }) => node),
      annotator.guides.ahead.node,
    ]);
    this.verbs = element("div", { class: "row verbs" }, [...this.edits, this.deletion]);
  }

  #field(name, limits) {
    const slider = element("input", { type: "range", ...limits });
    const words = element("span", {});
    slider.addEventListener("input", () => this.annotator.set(name, Number(slider.value)));
    return { name, slider, words, node: element("label", { class: "setting" }, [words, slider]) };
  }

  draw() {
    const { annotator } = this;
    const { texts } = annotator;
    const { tool } = annotator.hand;
    this.column.setAttribute("aria-label", texts.tools);
    TOOLS.forEach(({ name, sign }, i) => {
      const button = this.tools[i];
      button.replaceChildren(
        element("span", { class: "sign", text: sign, "aria-hidden": "true" }),
        element("span", { class: "tool-name", text: texts[name] }),
        element("kbd", { text: sketched(`tool_${name}`), "aria-hidden": "true" }),
      );
      button.title = texts[`${name}_tip`];
      button.setAttribute("aria-pressed", String(name === tool.name));
    });
    const several = annotator.outlines.marked.length;
    MODES.forEach((mode, i) => {
      const button = this.modes[i];
      button.textContent = texts[`mode_${mode}`];
      button.title = texts[`mode_${mode}_tip`];
      button.setAttribute("aria-pressed", String(mode === annotator.strokes.settings.mode));
    });
    const draws = !tool.edit && !tool.notes && !tool.counts && !["select", "review"].includes(tool.name);
    this.row.firstElementChild.hidden = !draws;
    for (const { name, slider, words, node } of this.fields) {
      node.hidden = !(tool.settings ?? []).includes(name);
      const value = annotator.strokes.settings[name];
      slider.value = String(value);
      const asked = name === "level" && value === 0 ? texts.level_proposed : texts[`${name}_setting`];
      words.textContent = fill(asked, { n: number(Math.round(10 * value) / 10) });
    }
    annotator.guides.ahead.draw(tool);
    this.edits.forEach((button, i) => {
      const { name } = EDITS[i];
      const answers = name === "interpolate" && annotator.between.count > 0;
      button.textContent = answers ? texts.between_accept : texts[name];
      button.title = `${texts[`${name}_tip`]} (${sketched(`edit_${name}`)})`;
      button.disabled = several < (name === "merge" ? 2 : 1) && !answers;
      button.hidden = (annotator.image?.planes ?? 1) < (NEEDS[name] ?? 1);
    });
    this.deletion.textContent = texts.remove;
    this.deletion.title = texts.remove_tip;
    this.deletion.disabled = several === 0;
  }
}

/** The key of an action, as short as it can be written. */
const sketched = (name) => written(bindings.keyOf(name), "⇧").replace("⇧+", "⇧");
