// Networks that answer smart tools look at the picture for seconds before they can: they are told what
// is in sight as soon as such a tool is chosen, and again when something else is.

import { element, fill } from "../../shared/dom.js";
import { Asker } from "../notes/ask.js";

const STILL = 250; // ms that the picture rests before a network looks at it
const AGAIN = 600; // ms between questions how far it is
const CLASSICAL = "";
const MOST_REFUSED = 5;
const KEPT = "piximi-outlines-by"; // where the choice stays for the next time

export class Ahead {
  /** @param {object} annotator see ../annotator.js: `image`, `plane`, `looks`, `strokes`, `component` */
  constructor(annotator) {
    this.annotator = annotator;
    this.asker = new Asker();
    this.asked = ""; // what was told last
    /** @type {string | null} */
    this.chosen = remembered(); // by the person; null for the first network
    /** @type {any} */
    this.timer = undefined;
    this.words = element("span", { class: "soft", role: "status" });
    this.name = element("span", {});
    this.select = element("select", { onchange: () => this.#choose(this.select.value) });
    this.node = element("label", { class: "setting", hidden: true }, [this.name, this.select, this.words]);
  }

  close() {
    clearTimeout(this.timer);
    this.asker.close();
  }

  get #data() {
    return this.annotator.component?.data ?? {};
  }

  get names() {
    return this.#data.networks?.names ?? [];
  }

  /** The network that smart tools are answered by, by its name; empty for none. */
  get network() {
    const { names, chosen } = this;
    if (chosen === CLASSICAL || names.includes(chosen)) return chosen;
    return names[0] ?? CLASSICAL;
  }

  #choose(name) {
    this.chosen = name;
    this.asked = "";
    try {
      localStorage.setItem(KEPT, name);
    } catch {
      // Storage may be full or forbidden.
    }
    this.annotator.refocus();
    this.annotator.redraw();
  }

  /** A tool is in the hand, and the picture may have been moved under it. */
  ready(tool) {
    const { annotator, network } = this;
    const smart = tool.settings?.includes("choice");
    if (!smart || !network || !annotator.image) {
      clearTimeout(this.timer);
      this.asked = "";
      return;
    }
    const { image, plane, strokes, looks } = annotator;
    const chosen = looks.chosen !== null;
    const question = { network, image: image.id, plane, view: strokes.view(), channels: strokes.channels(), chosen };
    const text = JSON.stringify(question);
    if (text === this.asked) return;
    this.asked = text;
    this.words.textContent = "";
    this.#later(question, text, STILL);
  }

  #later(question, text, delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(question, text), delay);
  }

  async #ask(question, text) {
    this.asker.address = this.#data.ahead ?? null;
    const answer = await this.asker.ask({ ask: "look_ahead", ...question });
    if (text !== this.asked) return;
    if (!answer) {
      this.asked = ""; // the connection is lost; it is told again
      return;
    }
    this.words.textContent = answer.words ?? "";
    if (answer.state === "looking" && this.annotator.root.isConnected) this.#later(question, text, AGAIN);
  }

  /** The choice between networks and the classical way, where there is one. */
  draw(tool) {
    const { names } = this;
    const { texts } = this.annotator;
    const refused = this.#data.networks?.refused ?? [];
    this.node.hidden = !tool.settings?.includes("choice") || !(names.length || refused.length);
    if (this.node.hidden) return;
    this.name.textContent = texts.found_by;
    this.node.title = texts.found_by_tip;
    const options = names.map((name) => element("option", { value: name, text: fill(texts.by_network, { name }) }));
    options.push(element("option", { value: CLASSICAL, text: texts.classical }));
    options.push(...refused.slice(0, MOST_REFUSED).map((text) => element("option", { value: "refused", text, disabled: true })));
    this.select.replaceChildren(...options);
    this.select.value = this.network;
    this.words.hidden = this.network === CLASSICAL;
  }
}

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
