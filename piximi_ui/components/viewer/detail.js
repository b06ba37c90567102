// What is in sight of an image that is too large to be sent whole: over its reduced picture lie tiles
// of the part that one looks at, in as much detail as the screen shows.

import { element } from "../shared/dom.js";

const REST = 40; // ms without a move after which tiles are asked for
const SIDE = 512; // of a tile, in its own pixels
const MOST = 160; // tiles that are kept
const COARSEST = 512; // pixels of the image for one of a tile, as the server gives it

export class Detail {
  /** @param {object} stage see stage.js: `size`, `scale`, `picture`, `frame`, `shown` */
  constructor(stage) {
    this.stage = stage;
    this.node = element("div", { class: "detail", hidden: true });
    this.of = ""; // the picture of which the tiles are parts, by its address
    /** @type {Map<string, HTMLImageElement>} */
    this.tiles = new Map(); // by step, column and row
    /** @type {number | undefined} */
    this.resting = undefined;
  }

  close() {
    clearTimeout(this.resting);
    this.#drop();
  }

  /** The picture lies there now. */
  place(left, top, scale) {
    const { shown, picture, size } = this.stage;
    if (this.of !== shown) this.#drop();
    this.of = shown ?? "";
    // Whether the whole picture has fewer pixels than the screen shows of it.
    const parts = this.stage.preparing.address !== ""; // of an object there are none
    const wanted = parts && picture.naturalWidth > 0 && picture.naturalWidth < size[0] && scale * size[0] > picture.naturalWidth;
    this.node.hidden = !wanted;
    this.node.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    this.node.classList.toggle("crisp", scale >= 2);
    clearTimeout(this.resting);
    if (wanted) this.resting = setTimeout(() => this.#ask(), REST);
  }

  #drop() {
    for (const tile of this.tiles.values()) tile.src = "";
    this.tiles.clear();
    this.node.replaceChildren();
  }

  /** How many pixels of the image are one of a tile: a power of two, never more than the screen shows. */
  #step(scale) {
    const shown = 1 / (scale * (window.devicePixelRatio || 1));
    return Math.min(COARSEST, 2 ** Math.max(0, Math.floor(Math.log2(shown) + 1e-9)));
  }

  /** Ask for the tiles that are in sight; those that came before stay as long as there is room. */
  #ask() {
    const { stage } = this;
    if (!stage.shown) return;
    const step = this.#step(stage.scale);
    const seen = this.#seen(SIDE * step);
    for (const [column, row] of seen) {
      const key = `${step} ${column} ${row}`;
      const known = this.tiles.get(key);
      this.tiles.delete(key);
      this.tiles.set(key, known ?? this.#tile(step, column, row));
    }
    this.#forget(step, new Set(seen.map(([column, row]) => `${step} ${column} ${row}`)));
  }

  /** Columns and rows of the tiles in sight, those in the middle first. */
  #seen(side) {
    const { frame, scale, size } = this.stage;
    const { left, top } = frame.getBoundingClientRect();
    const [x, y] = this.stage.point({ clientX: left, clientY: top });
    const span = (from, length, most) => {
      const first = Math.max(0, Math.floor(from / side));
      const last = Math.min(Math.ceil(most / side), Math.ceil((from + length / scale) / side));
      return Array.from({ length: Math.max(0, last - first) }, (_, n) => first + n);
    };
    const columns = span(x, frame.clientWidth, size[0]);
    const rows = span(y, frame.clientHeight, size[1]);
    const apart = ([column, row]) => Math.hypot(column - (columns[0] + columns.length - 1) / 2, row - (rows[0] + rows.length - 1) / 2);
    /** @type {[number, number][]} */
    const found = rows.flatMap((row) => columns.map((column) => /** @type {[number, number]} */ ([column, row])));
    return found.sort((a, b) => apart(a) - apart(b));
  }

  #tile(step, column, row) {
    const { shown, size } = this.stage;
    const key = `${step} ${column} ${row}`;
    const [left, top] = [column * SIDE * step, row * SIDE * step];
    const box = [left, top, Math.min(size[0], left + SIDE * step), Math.min(size[1], top + SIDE * step)];
    const tile = element("img", { alt: "", draggable: "false", hidden: true });
    Object.assign(tile.style, { left: `${left}px`, top: `${top}px` });
    tile.addEventListener("load", () => {
      // The last ones have fewer pixels, of which the very last may stand for less than a step.
      Object.assign(tile.style, { width: `${tile.naturalWidth * step}px`, height: `${tile.naturalHeight * step}px` });
      tile.hidden = false;
      this.#tidy(step);
    });
    // It is asked for again with the next move.
    tile.addEventListener("error", () => this.#remove(key, tile));
    tile.dataset.step = String(step);
    tile.src = `${shown}${shown.includes("?") ? "&" : "?"}box=${box}&step=${step}`;
    this.node.append(tile);
    return tile;
  }

  /** Once all of one step are there, those of others lie under them in vain. */
  #tidy(step) {
    const own = [...this.tiles].filter(([, tile]) => tile.dataset.step === String(step));
    if (step === this.#step(this.stage.scale) && own.every(([, tile]) => tile.complete)) {
      for (const [key, tile] of this.tiles) if (tile.dataset.step !== String(step)) this.#remove(key, tile);
    }
  }

  /** What is out of sight and still on its way is not waited for; of the rest the last are kept. */
  #forget(step, seen) {
    for (const [key, tile] of this.tiles) {
      if (!seen.has(key) && !tile.complete) this.#remove(key, tile);
    }
    for (const [key, tile] of [...this.tiles].slice(0, -MOST)) if (!seen.has(key)) this.#remove(key, tile);
    this.#tidy(step);
  }

  #remove(key, tile) {
    this.tiles.delete(key);
    tile.src = "";
    tile.remove();
  }
}
