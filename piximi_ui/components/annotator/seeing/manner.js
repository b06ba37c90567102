// In which manner objects are seen, beside their colours: switches that this browser remembers.

import { element } from "../../shared/dom.js";

const STORE = "piximi-annotate-manner";
const SWITCHES = ["neighbours", "patterns"]; // as outlines.js knows them, all off at first

export class Manner {
  /** @param {object} annotator see ../annotator.js: `outlines`, `image`, `redraw`, `refocus` */
  constructor(annotator) {
    this.annotator = annotator;
    this.buttons = SWITCHES.map((name) => element("button", { type: "button", "data-manner": name, onclick: () => this.toggle(name) }));
    this.node = element("div", { class: "row" }, this.buttons);
    Object.assign(annotator.outlines, remembered());
  }

  toggle(name) {
    const { annotator } = this;
    const { outlines } = annotator;
    outlines[name] = !outlines[name];
    outlines.renew();
    try {
      localStorage.setItem(STORE, JSON.stringify(Object.fromEntries(SWITCHES.map((each) => [each, outlines[each]]))));
    } catch {
      // Storage may be full or forbidden: it is not remembered, and nothing else is lost.
    }
    annotator.refocus();
    annotator.redraw();
    return true;
  }

  words() {
    const { texts, outlines, image } = this.annotator;
    SWITCHES.forEach((name, i) => {
      const button = this.buttons[i];
      button.textContent = texts[name];
      button.title = texts[`${name}_tip`];
      button.setAttribute("aria-pressed", String(outlines[name]));
    });
    // An image of one plane has no others.
    this.buttons[0].hidden = (image?.planes ?? 1) < 2;
  }
}

function remembered() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(STORE) ?? "null");
  } catch {
    // As at first.
  }
  return Object.fromEntries(SWITCHES.map((name) => [name, kept?.[name] === true]));
}
