// One row for each channel: on or off, colour, and its range over a histogram.

import { element, fill } from "../shared/dom.js";

const SVG = "http://www.w3.org/2000/svg";
const PALETTE = "viewer-palette";
// Piximi's seven colours.
const COLORS = ["#ff0000", "#00ff00", "#0000ff", "#ffff00", "#00ffff", "#ff00ff", "#ffffff"];

export class Channels {
  /** @param {Function} changed called with whether the change goes on (a slider is being moved) */
  constructor(changed) {
    this.changed = changed;
    this.rows = [];
    this.node = element("div", { class: "channels" });
  }

  /** Draw rows for these levels (one for each picture) and this look, which rows then change. */
  draw(levels, look, texts) {
    this.look = look;
    const palette = element("datalist", { id: PALETTE });
    palette.append(...COLORS.map((value) => element("option", { value })));
    this.rows = look.map((_, i) => new Row(i, levels, this, texts));
    this.node.replaceChildren(palette, ...this.rows.map((row) => row.node));
    this.refresh();
  }

  /** Show what the look is now. */
  refresh() {
    for (const row of this.rows) row.refresh();
  }
}

class Row {
  constructor(index, levels, channels, texts) {
    this.channels = channels;
    this.index = index;
    const name = fill(texts.channel, { n: index + 1 });
    const mine = levels.map((each) => each.channels[index]);
    const whole = levels.every((each) => each.whole);
    this.from = Math.min(this.channel.low, ...mine.map((level) => level.first));
    this.to = Math.max(this.channel.high, ...mine.map((level) => level.last));
    const input = (type, properties) => element("input", { type, ...properties });
    this.seen = input("checkbox", { onchange: () => this.set({ visible: this.seen.checked }) });
    this.color = input("color", { list: PALETTE, "aria-label": `${name}: ${texts.color}` });
    this.color.addEventListener("input", () => this.set({ color: this.color.value }, true));
    this.color.addEventListener("change", () => this.set({ color: this.color.value }));
    const step = whole ? 1 : (this.to - this.from) / 1000;
    const limits = { min: this.from, max: this.to, step };
    const words = { low: texts.low, high: texts.high };
    this.sliders = {};
    this.numbers = {};
    for (const side of ["low", "high"]) {
      const label = { "aria-label": `${name}: ${words[side]}` };
      const slider = input("range", { class: side, ...limits, ...label });
      slider.addEventListener("input", () => this.move(side, slider.value, true));
      slider.addEventListener("change", () => this.move(side, slider.value));
      const number = input("number", { step: whole ? 1 : "any", ...label });
      number.addEventListener("change", () => this.move(side, number.value));
      this.sliders[side] = slider;
      this.numbers[side] = number;
    }
    this.veils = [element("div", { class: "veil" }), element("div", { class: "veil right" })];
    this.node = element("fieldset", { class: "channel" }, [
      element("div", { class: "channel-head" }, [
        element("label", {}, [this.seen, element("span", { text: name })]),
        this.color,
      ]),
      element("div", { class: "levels" }, [
        this.#histogram(mine), ...this.veils, this.sliders.low, this.sliders.high,
      ]),
      element("div", { class: "numbers" }, [this.numbers.low, this.numbers.high]),
    ]);
  }

  get channel() {
    return this.channels.look[this.index];
  }

  set(change, going = false) {
    Object.assign(this.channel, change);
    this.channels.changed(going);
  }

  move(side, text, going = false) {
    const value = Number(text);
    if (text === "" || !Number.isFinite(value)) return this.refresh();
    const { low, high } = this.channel;
    this.set({ [side]: side === "low" ? Math.min(value, high) : Math.max(value, low) }, going);
  }

  refresh() {
    const { color, visible, low, high } = this.channel;
    this.seen.checked = visible;
    this.color.value = color;
    this.node.classList.toggle("hidden-channel", !visible);
    for (const [side, value] of Object.entries({ low, high })) {
      this.sliders[side].value = value;
      this.numbers[side].value = Number(value.toPrecision(10));
    }
    const share = (value) => (100 * (value - this.from)) / (this.to - this.from || 1);
    const clamp = (value) => Math.min(100, Math.max(0, value));
    this.veils[0].style.width = `${clamp(share(low))}%`;
    this.veils[1].style.width = `${clamp(100 - share(high))}%`;
    // With both handles at the right end, the lower one must stay within reach.
    this.sliders.low.style.zIndex = share(low) > 50 ? 3 : 2;
  }

  /** The counts of each picture as an area; the logarithm shows the few bright values too. */
  #histogram(levels) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 100 100");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const top = Math.log1p(Math.max(1, ...levels.flatMap((level) => level.counts)));
    const across = 100 / (this.to - this.from || 1);
    for (const { first, last, counts } of levels) {
      const width = ((last - first) * across) / counts.length;
      const left = (first - this.from) * across;
      const steps = counts.map((count, i) => {
        const y = 100 - (95 * Math.log1p(count)) / top;
        return `L${left + i * width} ${y}H${left + (i + 1) * width}`;
      });
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", `M${left} 100${steps.join("")}V100Z`);
      svg.append(path);
    }
    return svg;
  }
}
