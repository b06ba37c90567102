// The switch that lays the outlines of their objects over the images. The server draws them, one small
// picture for a tile; while the switch is off, nothing is asked for and no tile is touched.

import { element } from "../../shared/dom.js";

const STORE = "piximi-gallery-outlines";
const RESTS = 1000; // ms without a change of the project after which tiles that stayed follow

export class Outlined {
  /** @param {Map<string, import("../tile.js").Tile>} tiles by the images' ids */
  constructor(tiles) {
    this.tiles = tiles;
    this.on = kept();
    this.data = null; // what the gallery shows
    this.shown = new WeakMap(); // which revision's outlines a tile has
    this.number = 0; // of the revision that all tiles are to show
    /** @type {number | undefined} */
    this.resting = undefined;
    this.button = element("button", { type: "button", class: "text outlines-switch", onclick: () => this.toggle() });
  }

  close() {
    clearTimeout(this.resting);
  }

  toggle() {
    this.on = !this.on;
    keep(this.on);
    this.number = this.data.revision?.number ?? 0;
    this.shown = new WeakMap();
    this.draw(this.data);
  }

  draw(data) {
    this.data = data;
    const { texts, outlines, revision } = data;
    this.button.hidden = !outlines;
    this.button.textContent = texts.outlines;
    this.button.title = texts.outlines_tip;
    this.button.setAttribute("aria-pressed", String(this.on));
    const wanted = this.on && outlines;
    if (!wanted && !this.drawn) return;
    this.drawn = Boolean(wanted);
    const number = revision?.number ?? 0;
    for (const [id, tile] of this.tiles) {
      if (!this.shown.has(tile)) this.shown.set(tile, number);
      tile.outline(wanted ? `${outlines.replace("{id}", encodeURIComponent(id))}?revision=${this.shown.get(tile)}` : "");
    }
    if (wanted && number !== this.number) this.#rest(number);
  }

  /** The project changed, and so may the objects of any image: all tiles follow, but once. */
  #rest(number) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.number = number;
      for (const tile of this.tiles.values()) this.shown.set(tile, number);
      this.draw(this.data);
    }, RESTS);
  }
}

function kept() {
  try {
    return localStorage.getItem(STORE) === "yes";
  } catch {
    return false; // storage may be forbidden
  }
}

function keep(on) {
  try {
    localStorage.setItem(STORE, on ? "yes" : "no");
  } catch {
    // Not remembered; nothing else is lost.
  }
}
