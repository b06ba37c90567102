// Around the grid: the page buttons and the row of categories.

import { isNew } from "../keyboard/category_keys.js";
import { element, fill, number, paint } from "../shared/dom.js";
import { goesOn, setGoesOn } from "./switches/onward.js";

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

/** Whether the selection goes on to the next image after a label. */
export class OnwardSwitch {
  constructor() {
    this.input = element("input", { type: "checkbox", onchange: () => setGoesOn(this.input.checked) });
    this.words = element("span");
    this.node = element("label", { class: "onward" }, [this.input, this.words]);
  }

  update(texts, shown) {
    this.input.checked = goesOn();
    this.words.textContent = texts.go_on;
    this.node.title = texts.go_on_tip;
    this.node.hidden = !shown;
  }
}

/**
 * For each category a button with its key, which labels the selection, and how many it has: a press
 * on that shows them alone.
 */
export class Palette {
  constructor(choose, find, narrow) {
    this.choose = choose;
    this.narrow = narrow;
    this.shown = "";
    this.tallies = [];
    this.finder = element("button", { type: "button", class: "swatch find-open", onclick: find });
    this.row = element("div", { class: "palette-row" });
    this.more = element("button", { type: "button", class: "icon more", onclick: () => this.#unfold() });
    this.node = element("div", { class: "palette", role: "toolbar" }, [this.row, this.more]);
    // Not at every drawing: to ask for heights makes the browser lay out the page at once.
    new ResizeObserver(() => this.fit()).observe(this.row);
  }

  /** One line of categories leaves the room to the images; a button unfolds the others. */
  fit() {
    const open = this.node.classList.contains("open");
    this.more.hidden = !open && this.row.scrollHeight <= this.row.clientHeight + 2;
    this.more.textContent = open ? "▴" : "▾";
    this.more.setAttribute("aria-expanded", String(open));
  }

  #unfold() {
    this.node.classList.toggle("open");
    this.row.scrollTop = 0;
    this.fit();
  }

  update({ categories, counts, narrowed, texts }, active) {
    this.node.classList.toggle("idle", !active);
    this.node.setAttribute("aria-label", texts.label_as);
    const state = JSON.stringify([categories, texts.find, texts.find_key, counts === null]);
    if (state !== this.shown) {
      this.shown = state;
      this.told = null; // the tallies are new
      // Who has none yet looks for where to make one.
      const words = element("span", { text: categories.length > 1 ? texts.find_open : texts.make_open });
      this.finder.replaceChildren(words, element("kbd", { text: texts.find_key, "aria-hidden": "true" }));
      this.finder.title = texts.find_tip;
      this.tallies = counts ? categories.map((category) => this.#tally(category)) : [];
      const pairs = categories.map((category, index) =>
        element("span", { class: "pair" }, [
          this.#button(category, index, texts),
          ...(counts ? [this.tallies[index]] : []),
        ]),
      );
      this.row.replaceChildren(...pairs, this.finder);
      this.more.title = texts.all_categories;
      this.more.setAttribute("aria-label", texts.all_categories);
      this.fit();
    }
    for (const button of this.row.querySelectorAll(".swatch")) button.disabled = !active;
    // A row that can be scrolled is reached by the keyboard, if nothing in it is.
    this.row.tabIndex = active || counts ? -1 : 0;
    const told = JSON.stringify([counts, narrowed]);
    if (told === this.told) return;
    this.told = told;
    this.tallies.forEach((tally, index) => {
      const tip = narrowed[index] ? texts.not_only_tip : texts.only_tip;
      tally.textContent = number(counts[index] ?? 0);
      tally.title = fill(tip, { name: categories[index].name });
      tally.setAttribute("aria-label", `${tally.title}, ${tally.textContent}`);
      tally.setAttribute("aria-pressed", String(narrowed[index] ?? false));
    });
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
        title: fill(texts.label_tip, { name: category.name, index: category.key }),
        onclick: () => this.choose(category),
      },
      [
        dot,
        element("span", { class: "swatch-name", dir: "auto", text: category.name }),
        element("kbd", { text: category.key, "aria-hidden": "true" }),
      ],
    );
  }

  #tally(category) {
    const act = () => !isNew(category) && this.narrow(category);
    return element("button", { type: "button", class: "tally", onclick: act });
  }
}
