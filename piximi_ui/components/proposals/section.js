// The panel's section about proposals: one size, what is found with it, and the answers in bulk.

import { element, fill, number } from "../shared/dom.js";

const STEPS = 1000; // of the slider, whose sizes grow by shares
const LEAST = 3; // pixels
const BULK = ["accept_view", "reject_view", "accept_all", "reject_all"];

export class Section {
  /** @param {object} proposals see proposals.js: `set`, `toggled`, `begin`, `propose`, `proposeMany`, `bulk` */
  constructor(proposals) {
    this.proposals = proposals;
    const button = (name, act) => element("button", { type: "button", "data-propose": name, onclick: act });
    this.title = element("span", {});
    this.badge = element("span", { class: "badge", hidden: true });
    this.diameterName = element("span", {});
    this.slider = element("input", { type: "range", min: 0, max: STEPS, step: 1, class: "diameter" });
    this.slider.addEventListener("input", () => proposals.set("diameter", this.#diameter()));
    this.method = this.#select("method", ["outlines", "spots"]);
    this.tone = this.#select("tone", ["auto", "bright", "dark"]);
    this.found = element("div", { class: "found", role: "status" });
    this.do = button("do", () => (proposals.state.active ? proposals.propose() : proposals.look()));
    this.do.classList.add("main");
    this.many = button("many", () => this.#ask(true));
    this.sure = element("p", {});
    this.start = button("many_do", () => {
      proposals.proposeMany();
      this.#ask(false);
    });
    this.cancel = button("cancel", () => this.#ask(false));
    this.asking = element("div", { class: "sure", hidden: true }, [
      this.sure,
      element("div", { class: "buttons" }, [this.start, this.cancel]),
    ]);
    this.stored = element("div", { class: "stored", role: "status" });
    this.bulk = BULK.map((name) => button(name, () => proposals.bulk(name)));
    this.answers = element("div", { class: "answers", hidden: true }, [
      this.stored,
      element("div", { class: "buttons" }, this.bulk),
    ]);
    this.node = element("details", { class: "proposals", ontoggle: () => proposals.toggled() }, [
      element("summary", {}, [this.title, this.badge]),
      element("label", { class: "size" }, [this.diameterName, this.slider]),
      this.method.node,
      this.tone.node,
      this.found,
      element("div", { class: "buttons" }, [this.do, this.many]),
      this.asking,
      this.answers,
    ]);
  }

  #select(name, values) {
    const words = element("span", {});
    const select = element("select", {
      onchange: () => {
        this.proposals.set(name, select.value);
        this.proposals.annotator.refocus();
      },
    });
    return { name, values, words, select, node: element("label", { class: "how" }, [words, select]) };
  }

  #ask(asking) {
    this.asking.hidden = !asking;
    if (!asking) this.proposals.annotator.refocus();
  }

  get #most() {
    const { image } = this.proposals.annotator;
    return Math.max(2 * LEAST, Math.min(image.width, image.height) / 2);
  }

  #diameter() {
    const size = LEAST * (this.#most / LEAST) ** (Number(this.slider.value) / STEPS);
    return size < 20 ? Math.round(2 * size) / 2 : Math.round(size);
  }

  draw() {
    const { annotator, settings, layer, state } = this.proposals;
    const { texts, image } = annotator;
    this.title.textContent = texts.propose_title;
    this.title.parentElement.title = texts.propose_title_tip;
    const size = settings.diameter ?? state.diameter;
    const diameter = size ? fill(texts.propose_diameter, { n: number(Math.round(2 * size) / 2) }) : texts.propose_size;
    this.diameterName.textContent = diameter;
    if (size) this.slider.value = String(Math.round((STEPS * Math.log(size / LEAST)) / Math.log(this.#most / LEAST)));
    for (const { name, values, words, select } of [this.method, this.tone]) {
      words.textContent = texts[`propose_${name}`];
      if (!select.options.length) {
        select.replaceChildren(...values.map((value) => element("option", { value, text: texts[`propose_${value}`] })));
      }
      select.value = settings[name];
    }
    this.found.textContent = this.#found();
    this.do.disabled = state.active && !state.count;
    this.many.hidden = image.total < 2;
    const n = number(image.total);
    this.many.textContent = fill(texts.propose_many, { n });
    this.sure.textContent = fill(texts.propose_many_sure, { n });
    const does = state.active ? "do" : "begin";
    for (const [button, name] of [[this.do, does], [this.start, "many_do"], [this.cancel, "cancel"]]) {
      button.textContent = texts[`propose_${name}`];
    }
    this.do.title = texts[`propose_${does}_tip`];
    this.many.title = texts.propose_many_tip;
    this.#answers(layer.all.length);
  }

  #found() {
    const { texts } = this.proposals.annotator;
    const { active, looking, count, whole, said } = this.proposals.state;
    if (said) return said;
    if (!active) return "";
    if (looking || count === null) return texts.propose_looking;
    if (count === 0) return texts.propose_none;
    if (!whole) return fill(texts.propose_in_part, { n: number(count) });
    return count === 1 ? texts.propose_one : fill(texts.propose_found, { n: number(count) });
  }

  #answers(count) {
    const { texts } = this.proposals.annotator;
    this.badge.hidden = count === 0;
    this.badge.textContent = number(count);
    this.answers.hidden = count === 0 || this.proposals.state.active;
    this.stored.textContent = count === 1 ? texts.proposals_one : fill(texts.proposals, { n: number(count) });
    BULK.forEach((name, i) => {
      this.bulk[i].textContent = texts[name];
      this.bulk[i].title = texts[`${name}_tip`];
    });
  }
}
