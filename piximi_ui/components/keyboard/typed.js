// What is being typed: the number, whose it is, and all numbers to choose from. It also says why
// a key did nothing.

import { ofKey } from "./category_keys.js";
import { element, fill, paint } from "../shared/dom.js";

const MESSAGE = 1600; // ms

export class TypedPanel {
  constructor() {
    this.digits = element("span", { class: "typed-digits" });
    this.name = element("span", { class: "typed-name" });
    this.line = element("div", { class: "typed-line", role: "status", "aria-live": "polite" }, [
      this.digits,
      this.name,
    ]);
    this.list = element("div", { class: "typed-list", "aria-hidden": "true" });
    this.node = element("div", { class: "typed" }, [this.line, this.list]);
    this.node.hidden = true;
  }

  show(typed, categories, texts) {
    clearTimeout(this.timer);
    this.node.hidden = typed === null;
    if (typed === null) return;
    const category = typed === "" ? null : ofKey(categories, typed);
    this.digits.textContent = typed;
    this.digits.hidden = typed === "";
    if (typed === "") this.name.textContent = texts.choose_category;
    else this.name.textContent = category ? category.name : fill(texts.no_category, { index: typed });
    this.line.classList.toggle("unknown", typed !== "" && !category);
    paint(this.node, category ? category.color : "#808080");
    const open = categories.filter(({ key }) => key.startsWith(typed));
    this.list.replaceChildren(...open.map((each) => row(each, each === category)));
    this.list.hidden = open.length === 0;
  }

  say(message) {
    this.node.hidden = false;
    this.digits.hidden = true;
    this.list.hidden = true;
    this.digits.textContent = "";
    this.name.textContent = message;
    paint(this.node, "#808080");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.node.hidden = true), MESSAGE);
  }
}

function row(category, chosen) {
  const dot = element("span", { class: "dot" });
  paint(dot, category.color);
  return element("span", { class: chosen ? "typed-row chosen" : "typed-row" }, [
    element("kbd", { text: category.key }),
    dot,
    element("span", { class: "typed-row-name", text: category.name }),
  ]);
}
