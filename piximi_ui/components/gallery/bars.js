// Everything around the grid: counts, size, pages, the row of categories, the typed-number panel.

import { element, fill, number, paint } from "./dom.js";

const ARROWS = { first: "«", previous: "‹", next: "›", last: "»" };

/** The four page buttons and "Page 2 of 18". */
export class Pager {
  constructor(turn) {
    this.page = 1;
    this.pages = 1;
    const button = (name, target) =>
      element("button", {
        type: "button",
        class: "icon",
        "data-page": name,
        text: ARROWS[name],
        onclick: () => turn(target()),
      });
    this.buttons = {
      first: button("first", () => 1),
      previous: button("previous", () => this.page - 1),
      next: button("next", () => this.page + 1),
      last: button("last", () => this.pages),
    };
    this.text = element("span", { class: "page-text" });
    const { first, previous, next, last } = this.buttons;
    this.node = element("div", { class: "pager" }, [first, previous, this.text, next, last]);
  }

  update(page, pages, texts) {
    this.page = page;
    this.pages = pages;
    this.node.hidden = pages <= 1;
    this.text.textContent = fill(texts.page, { page: number(page), pages: number(pages) });
    for (const [name, node] of Object.entries(this.buttons)) {
      node.disabled = name === "first" || name === "previous" ? page <= 1 : page >= pages;
      node.setAttribute("aria-label", texts[`${name}_page`]);
      node.title = texts[`${name}_page`];
    }
  }
}

/** One button per category with its number; a click labels the selection. */
export class Palette {
  constructor(choose) {
    this.choose = choose;
    this.shown = "";
    this.title = element("span", { class: "palette-title" });
    this.row = element("div", { class: "palette-row" });
    this.node = element("div", { class: "palette", role: "toolbar" }, [this.title, this.row]);
  }

  update(categories, texts, active) {
    this.node.classList.toggle("idle", !active);
    this.title.textContent = active ? texts.label_as : texts.label_hint;
    this.node.setAttribute("aria-label", texts.label_as);
    const state = JSON.stringify(categories);
    if (state !== this.shown) {
      this.shown = state;
      this.row.replaceChildren(...categories.map((category, index) => this.#button(category, index, texts)));
    }
    for (const button of this.row.children) button.disabled = !active;
  }

  #button(category, index, texts) {
    const dot = element("span", { class: "dot" });
    paint(dot, category.color);
    return element(
      "button",
      {
        type: "button",
        class: "swatch",
        "data-category": String(index),
        title: fill(texts.label_tip, { name: category.name, index }),
        onclick: () => this.choose(index),
      },
      [
        dot,
        element("span", { class: "swatch-name", text: category.name }),
        element("kbd", { text: String(index), "aria-hidden": "true" }),
      ],
    );
  }
}

/** What is being typed while Shift is held: the number, and whose number it is. */
export class TypedPanel {
  constructor() {
    this.digits = element("span", { class: "typed-digits" });
    this.name = element("span", { class: "typed-name" });
    this.node = element("div", { class: "typed", role: "status", "aria-live": "polite" }, [
      this.digits,
      this.name,
    ]);
    this.node.hidden = true;
  }

  show(typed, categories, texts) {
    clearTimeout(this.timer);
    this.node.hidden = typed === null;
    if (typed === null) return;
    const category = typed === "" ? null : categories[Number(typed)];
    this.digits.textContent = typed;
    this.digits.hidden = typed === "";
    if (typed === "") this.name.textContent = texts.choose_category;
    else this.name.textContent = category ? category.name : fill(texts.no_category, { index: typed });
    this.node.classList.toggle("unknown", typed !== "" && !category);
    paint(this.node, category ? category.color : "#808080");
  }

  say(message) {
    this.node.hidden = false;
    this.digits.hidden = true;
    this.digits.textContent = "";
    this.name.textContent = message;
    paint(this.node, "#808080");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.node.hidden = true), 1600);
  }
}
