// One thumbnail: picture, check mark, partition letters, label and prediction, name.

import { element, fill, paint } from "./dom.js";

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
  constructor(id) {
    this.id = id;
    this.shown = "";
    this.image = element("img", { alt: "", loading: "lazy", decoding: "async", draggable: "false" });
    this.image.addEventListener("load", () => this.sharpen());
    this.image.addEventListener("error", () => this.node.classList.add("broken"));
    this.partition = element("span", { class: "partition" });
    this.chips = element("span", { class: "chips" });
    this.name = element("span", { class: "name" });
    this.frame = element("span", { class: "frame" }, [this.image, this.partition, this.chips]);
    this.node = element("div", { class: "tile", role: "option", "aria-selected": "false", tabindex: "-1" }, [
      this.frame,
      element("span", { class: "check" }, [svgCheck()]),
      this.name,
    ]);
    this.node.dataset.id = id;
  }

  /** Draw what has changed; `category` is the label to show, or null. */
  update(item, category, pending, texts) {
    const state = JSON.stringify([item, category, pending]);
    if (state === this.shown) return;
    this.shown = state;
    if (this.image.getAttribute("src") !== item.thumb) {
      this.node.classList.remove("broken");
      this.image.src = item.thumb;
    }
    this.name.textContent = item.name;
    this.partition.textContent = item.partition.slice(0, 2);
    this.partition.hidden = !item.partition || item.partition === "Unassigned";
    this.partition.title = item.partition;
    this.chips.replaceChildren(...this.#chips(item, category, pending, texts));
    const facts = this.#facts(item, category, texts);
    this.node.title = [item.name, ...facts.slice(1)].join("\n");
    this.node.setAttribute("aria-label", [item.name, ...facts].join(", "));
  }

  select(selected) {
    if ((this.node.getAttribute("aria-selected") === "true") === selected) return;
    this.node.setAttribute("aria-selected", String(selected));
  }

  /** Few pixels enlarged stay squares; everything else is smoothed. */
  sharpen() {
    const { naturalWidth, naturalHeight } = this.image;
    const longest = Math.max(naturalWidth, naturalHeight);
    this.image.classList.toggle("crisp", longest > 0 && longest * 2 <= this.frame.clientWidth);
  }

  #chips(item, category, pending, texts) {
    const chips = [];
    if (category) {
      const chip = element("span", { class: pending ? "chip label pending" : "chip label", text: category.name });
      paint(chip, category.color);
      chips.push(chip);
    }
    if (item.prediction) {
      const { name, color, confidence } = item.prediction;
      const percent = Math.round(confidence * 100);
      const chip = element("span", { class: "chip prediction" }, [
        element("span", { class: "chip-name", text: name }),
        element("span", { class: "chip-share", text: `${percent} %` }),
      ]);
      chip.title = fill(texts.prediction_tip, { name, confidence: percent });
      paint(chip, color);
      chips.push(chip);
    }
    return chips;
  }

  #facts(item, category, texts) {
    const facts = [category ? fill(texts.labelled, { name: category.name }) : texts.unlabelled];
    if (item.width && item.height) facts.push(`${item.width} × ${item.height}`);
    if (item.channels) {
      facts.push(item.channels === 1 ? texts.one_channel : fill(texts.channels, { n: item.channels }));
    }
    if (item.planes > 1) facts.push(fill(texts.planes, { n: item.planes }));
    if (item.bits) facts.push(fill(texts.bits, { n: item.bits }));
    if (item.partition) facts.push(item.partition);
    if (item.prediction) {
      const { name, confidence } = item.prediction;
      facts.push(fill(texts.predicted, { name, confidence: Math.round(confidence * 100) }));
    }
    return facts;
  }
}
