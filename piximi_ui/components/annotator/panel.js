// Beside the picture: which image it is, what is drawn now, and the objects that are there.

import { Palette } from "../gallery/bars.js";
import { element, fill, number, paint } from "../shared/dom.js";
import { patternOf } from "../viewer/outlining/raster.js";
import { Beside } from "./notes/beside.js";
import { Counts } from "./seeing/counts.js";
import { OVERLAPS } from "./tools.js";

const ROWS = 100; // of the list; more are counted

export class Panel {
  /** @param {object} annotator see annotator.js: `turn`, `chooseKind`, `label`, `find`, `select` */
  constructor(annotator) {
    this.annotator = annotator;
    this.beside = new Beside(annotator);
    const icon = (text, by) =>
      element("button", { type: "button", class: "icon", text, onclick: () => annotator.turn(by) });
    this.previous = icon("‹", -1);
    this.next = icon("›", 1);
    this.place = element("span", { class: "place" });
    this.name = element("div", { class: "image-name" });
    this.kind = element("select", { onchange: () => annotator.chooseKind(this.kind.value) });
    this.kindName = element("span", {});
    this.overlap = element("select", { onchange: () => annotator.set("overlap", this.overlap.value) });
    this.overlapName = element("span", {});
    this.newKind = element("input", { type: "text", maxlength: 300, onkeydown: (event) => this.#named(event) });
    this.ask = element("label", { class: "ask", hidden: true }, [element("span", {}), this.newKind]);
    this.counts = new Counts();
    const [label, find] = [(category) => annotator.label(category), () => annotator.find()];
    this.palette = new Palette(label, find, (category) => this.#selectAll(category));
    this.palette.node.classList.add("open");
    this.count = element("div", { class: "count", role: "status" });
    this.counted = element("div", { class: "row counted" }, [this.count, this.beside.table.toggleButton]);
    this.rows = new WeakMap(); // of objects, as they were drawn last
    this.list = element("div", { class: "objects", role: "listbox", tabindex: "0", "aria-multiselectable": "true" });
    this.node = element("div", { class: "panel" }, [
      element("div", { class: "row walk" }, [this.previous, this.place, this.next]),
      element("div", { class: "row head" }, [this.name, this.beside.done]),
      element("label", { class: "kind" }, [this.kindName, this.kind]),
      this.ask,
      this.palette.node,
      annotator.looks.node,
      element("label", { class: "overlap" }, [this.overlapName, this.overlap]),
      this.counted,
      this.beside.quality.node,
      this.beside.marks.node,
      this.list,
      this.beside.regions.node,
    ]);
  }

  /** Ask for the name of a kind; what is drawn meanwhile waits for it. */
  askForKind() {
    this.ask.hidden = false;
    this.ask.firstElementChild.textContent = this.annotator.texts.new_kind;
    this.newKind.placeholder = this.annotator.texts.new_kind_example;
    this.newKind.focus();
  }

  #named(event) {
    if (event.key === "Escape") this.annotator.nameKind("");
    else if (event.key === "Enter" && this.newKind.value.trim()) this.annotator.nameKind(this.newKind.value.trim());
    else return;
    event.preventDefault();
    this.newKind.value = "";
    this.ask.hidden = true;
  }

  draw() {
    const { annotator } = this;
    const { texts, image, kinds, categories, kind, kindToMake, outlines } = annotator;
    if (!image) return;
    this.place.textContent = fill(texts.place, { n: number(image.place + 1), total: number(image.total) });
    this.previous.disabled = image.place === 0;
    this.next.disabled = image.place === image.total - 1;
    for (const [button, name] of [[this.previous, "previous"], [this.next, "next"]]) {
      button.title = texts[name];
      button.setAttribute("aria-label", texts[name]);
    }
    this.name.textContent = image.name;
    this.name.title = image.name;
    this.kindName.textContent = texts.kind;
    const options = kinds.map(({ id, name }) => element("option", { value: id, text: name }));
    if (kindToMake) options.push(element("option", { value: "made", text: kindToMake }));
    // A choice that stands there already cannot be chosen.
    if (!options.length) options.push(element("option", { value: "", text: texts.no_kind }));
    this.kind.replaceChildren(...options, element("option", { value: "new", text: texts.another_kind }));
    this.kind.value = kindToMake ? "made" : (kind?.id ?? "");
    if (kind) {
      const chosen = annotator.category;
      const words = { ...texts, only_tip: texts.select_category };
      this.palette.update({ categories, counts: this.counts.of(annotator), narrowed: [], texts: words }, true);
      this.palette.row.querySelectorAll("[data-category]").forEach((button, i) => {
        button.classList.toggle("chosen", categories[i]?.id === chosen?.id);
        button.dataset.pattern = outlines.patterns ? patternOf(i) : "";
      });
    }
    this.palette.node.hidden = !kind;
    this.overlapName.textContent = texts.overlap;
    if (this.overlap.options.length === 0) {
      const rules = OVERLAPS.map((value) => element("option", { value, text: texts[`overlap_${value}`] }));
      this.overlap.replaceChildren(...rules);
    }
    this.overlap.value = annotator.strokes.settings.overlap;
    annotator.looks.words();
    annotator.proposals.draw();
    this.#objects(outlines);
    this.beside.draw();
  }

  /** Select what of the plane has a category. */
  #selectAll({ id }) {
    const { annotator } = this;
    const { kind, outlines, pending } = annotator;
    const has = (shape) => shape.kind === kind?.id && (pending.get(shape.id) ?? shape.category) === id;
    annotator.select([...outlines.here()].filter(has), false);
    annotator.refocus();
  }

  #objects(outlines) {
    const { texts } = this.annotator;
    const { count, marked } = outlines;
    const elsewhere = outlines.total - count;
    const words = [fill(count === 1 ? texts.one_object : texts.objects, { n: number(count) })];
    if (marked.length) words.push(fill(texts.selected, { n: number(marked.length) }));
    if (elsewhere) words.push(fill(texts.other_planes, { n: number(elsewhere) }));
    this.count.textContent = words.join(" · ");
    this.list.setAttribute("aria-label", texts.list);
    // The table, where it is open, says all that the list does.
    this.list.hidden = this.beside.table.open || count === 0;
    if (this.list.hidden) return;
    const chosen = new Set(marked);
    // To lay out rows takes longer than all else: only where they say something else.
    const { heard, pending } = this.annotator;
    const selected = marked.slice(0, ROWS).map(({ id }) => id);
    const state = [outlines.version, selected, [...pending], heard, texts.language, this.beside.state];
    if (String(state) === this.listed) return;
    this.listed = String(state);
    // Those that are selected come first, so that they are among the rows that are drawn.
    const rows = marked.slice(0, ROWS);
    for (const shape of outlines.here()) {
      if (rows.length >= ROWS) break;
      if (!chosen.has(shape)) rows.push(shape);
    }
    this.#lay(rows.map((shape) => this.#row(shape, chosen.has(shape))));
  }

  /** Only rows that are others than before are touched: to lay out all of them takes long. */
  #lay(nodes) {
    const { list } = this;
    nodes.forEach((node, i) => {
      if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
    });
    while (list.children.length > nodes.length) list.lastElementChild?.remove();
  }

  /** The row of an object, the one of before if it says the same. */
  #row(shape, chosen) {
    const label = this.annotator.labelOf(shape);
    const { texts } = this.annotator;
    const state = JSON.stringify([label, chosen, shape.area, this.beside.of(shape.id), texts.language]);
    const known = this.rows.get(shape);
    if (known?.state === state) return known.node;
    const node = this.#made(shape, chosen, label);
    this.rows.set(shape, { node, state });
    return node;
  }

  #made(shape, chosen, label) {
    const { annotator } = this;
    const dot = element("span", { class: "dot" });
    paint(dot, label?.color ?? "#9aa3a8");
    return element(
      "button",
      {
        type: "button",
        class: "object",
        role: "option",
        "aria-selected": String(chosen),
        onclick: (event) => annotator.select([shape], event.shiftKey || event.ctrlKey || event.metaKey),
        ondblclick: () => annotator.stage.zoomToBox(shape),
      },
      [
        dot,
        element("span", { class: "object-name", text: label?.name ?? annotator.texts.unlabelled }),
        ...this.beside.signs(shape),
        element("span", { class: "soft", text: `${number(shape.area)} px` }),
      ],
    );
  }
}
