// One thumbnail: picture, check mark, partition letters, label and prediction, name.

import { element, fill, number, paint } from "../shared/dom.js";

const AGAIN = 3000; // ms until a picture that did not come is asked for once more
const CHECK = "M4.5 8.5l2.3 2.3 4.7-5.3";

function svgCheck() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", CHECK);
  svg.append(path);
  return svg;
}

export class Tile {
  /** @param {string} id @param {{frame: number}} size how wide all tiles' pictures stand, as the view knows it */
  constructor(id, size) {
    this.id = id;
    this.size = size;
    this.item = null; // as Python sent it
    this.category = null; // the label shown
    this.pending = false; // whether that is still on its way
    this.shown = ""; // all that is drawn, as text
    this.position = this.total = 0;
    this.again = null; // the timer of a picture that did not come
    /** @type {HTMLImageElement | null} */
    this.outlines = null; // of its objects, while they are shown
    this.image = element("img", { alt: "", loading: "lazy", decoding: "async", draggable: "false" });
    this.image.addEventListener("load", () => this.sharpen());
    this.image.addEventListener("error", () => this.#missed());
    this.partition = element("span", { class: "partition" });
    this.chips = element("span", { class: "chips" });
    this.name = element("span", { class: "name" });
    this.missing = element("span", { class: "missing" }); // read where the picture would be
    this.frame = element("span", { class: "frame" }, [this.image, this.missing, this.partition, this.chips]);
    this.node = element("div", { class: "tile", role: "option", "aria-selected": "false", tabindex: "-1" }, [
      this.frame,
      element("span", { class: "check" }, [svgCheck()]),
      this.name,
    ]);
    this.node.dataset.id = id;
  }

  /** Draw what has changed; `category` is the label to show, or null. */
  update(item, category, pending, texts) {
    // Items and categories are those of one answer of Python, so looking at them is enough.
    if (item === this.item && category === this.category && pending === this.pending) return;
    Object.assign(this, { item, category, pending });
    const state = JSON.stringify([item, category, pending, texts.language]);
    if (state === this.shown) return;
    this.shown = state;
    if (this.image.getAttribute("src") !== item.thumb) {
      this.node.classList.remove("broken");
      this.again = null;
      this.image.src = item.thumb;
    }
    this.name.textContent = item.name;
    this.missing.textContent = texts.broken;
    this.partition.textContent = item.badge;
    this.partition.hidden = !item.badge;
    this.chips.replaceChildren(...this.#chips(item, category, pending));
    const [, ...facts] = this.facts(texts).map(([term, value]) => `${term}: ${value}`);
    this.node.setAttribute("aria-label", [item.name, ...facts].join(", "));
  }

  /** A connection may be away too short for anybody to notice; a broken file stays broken. */
  #missed() {
    this.node.classList.add("broken");
    this.again ??= setTimeout(() => this.fetchMissing(), AGAIN);
  }

  fetchMissing() {
    const { outlines } = this;
    if (outlines?.complete && !outlines.naturalWidth) outlines.setAttribute("src", outlines.getAttribute("src") ?? "");
    if (!this.node.classList.contains("broken")) return;
    this.node.classList.remove("broken");
    this.image.src = this.item.thumb;
  }

  /** Lay a picture of the outlines of its objects over it, or take that away. */
  outline(address) {
    if (address === (this.outlines?.getAttribute("src") ?? "")) return;
    if (!address) {
      this.outlines?.remove();
      this.outlines = null;
      return;
    }
    const still = { alt: "", loading: "lazy", decoding: "async", draggable: "false" };
    const image = this.outlines ?? element("img", { class: "outlines", ...still });
    if (!this.outlines) this.image.after(image);
    image.src = address;
    this.outlines = image;
  }

  select(selected) {
    if ((this.node.getAttribute("aria-selected") === "true") === selected) return;
    this.node.setAttribute("aria-selected", String(selected));
  }

  /** Which of all images it is, for those who hear the page. */
  place(position, total) {
    if (this.position === position && this.total === total) return;
    Object.assign(this, { position, total });
    this.node.setAttribute("aria-posinset", position);
    this.node.setAttribute("aria-setsize", total);
  }

  /** Few pixels enlarged stay squares; everything else is smoothed. Measures nothing: a picture that
   * has come would have the browser lay out the page each time. */
  sharpen() {
    const { naturalWidth, naturalHeight } = this.image;
    const longest = Math.max(naturalWidth, naturalHeight);
    this.image.classList.toggle("crisp", longest > 0 && longest * 2 <= this.size.frame);
  }

  /** What is known of the image: [what it is, its value] pairs, the name first. */
  facts(texts) {
    const { item, category, pending } = this;
    const facts = [[texts.name, item.name]];
    const add = (term, value) => value && facts.push([term, value]);
    let label = category?.name ?? texts.unlabelled;
    // Who gave it is known of the label that is stored, not of one that is still on its way.
    if (category && item.labelled_by && !pending) {
      label = fill(texts.label_by, { name: label, who: item.labelled_by });
    }
    add(texts.label, label);
    add(texts.prediction, item.prediction && [item.prediction.name, item.prediction.confidence].filter(Boolean).join(", "));
    add(texts.dimensions, item.width && `${number(item.width)} × ${number(item.height)}`);
    add(texts.channels, item.channels && number(item.channels));
    add(texts.planes, item.planes && number(item.planes));
    add(texts.depth, item.bits && fill(texts.bits, { n: item.bits }));
    add(texts.pixel_size, item.pixel_size);
    add(texts.partition, item.partition);
    return facts;
  }

  #chips(item, category, pending) {
    const chips = [];
    if (category) {
      const chip = element("span", { class: pending ? "chip label pending" : "chip label", text: category.name });
      paint(chip, category.color);
      chips.push(chip);
    }
    if (item.prediction) {
      const { name, color, confidence } = item.prediction;
      const chip = element("span", { class: "chip prediction" }, [
        element("span", { class: "chip-name", text: name }),
        element("span", { class: "chip-share", text: confidence }),
      ]);
      paint(chip, color);
      chips.push(chip);
    }
    return chips;
  }
}

/** The tile that an event happened on, or null. */
export function tileOf(event) {
  return event.target.closest?.(".tile") ?? null;
}

/** What a click means for the selection. */
export function wayOf(event) {
  const onCheck = event.target.closest?.(".check") != null;
  return { range: event.shiftKey, add: event.ctrlKey || event.metaKey || onCheck };
}
