// What fill and threshold would make of the place where the hand is, seen before the project has done
// it: reckoned from the tones of what is in sight, at most once a frame and for a few milliseconds.

import { bytesOf } from "../../viewer/outlining/raster.js";
import { otsu, tonesIn } from "./bright.js";
import { Flood, weightsOf } from "./flooding.js";

const STEP = 40000; // pixels that a flood goes on in a frame
const MOST = 120000; // pixels of a box that are looked at in a frame; of a larger one, every second …
const REACH = 2048; // pixels of the image that a tool looks at, as annotating/pixels.py has it
const COLOR = bytesOf("#ffc400", 0.5);

/**
 * @typedef {object} Wish
 * @property {string} tool "color" or "threshold"
 * @property {number[][]} points in pixels of the image
 * @property {number} tolerance in the values of the file, as the level
 * @property {number | null} level null for the one that divides the box best
 * @property {number[]} view what of the image is in sight
 * @property {number} channels that are shown
 * @property {[number, number]} range of values that the map shows as 0 to 255
 */

export class Preview {
  /** @param {() => void} ready there is something else to be drawn */
  constructor(ready) {
    this.ready = ready;
    /** @type {{map: import("./maps.js").PixelMap, wish: Wish} | null} */
    this.wished = null;
    this.frame = 0; // that is asked for
    /** @type {Flood | null} */
    this.flood = null;
    this.of = ""; // the place of the flood
    this.painted = 0; // how many of its pixels are
    /** @type {OffscreenCanvas | null} */
    this.canvas = null;
    /** @type {ImageData | null} */
    this.image = null;
    /** @type {number[]} */
    this.place = []; // where the canvas lies in the image: left, top, width, height
  }

  /**
   * Show what a wish would fill; nothing, where there is none or no map yet.
   *
   * @param {import("./maps.js").PixelMap | null} map
   * @param {Wish | null} wish
   */
  show(map, wish) {
    if (!map || !wish) {
      this.clear();
      return;
    }
    const { wished } = this;
    const same = wished && wished.map === map && JSON.stringify(wished.wish) === JSON.stringify(wish);
    if (!same) this.wished = { map, wish };
    if (!same) this.frame ||= requestAnimationFrame(() => this.#reckon());
  }

  clear() {
    cancelAnimationFrame(this.frame);
    Object.assign(this, { wished: null, frame: 0, flood: null, of: "", canvas: null, image: null });
  }

  #reckon() {
    this.frame = 0;
    if (!this.wished) return;
    const { map, wish } = this.wished;
    const whole = wish.tool === "color" ? this.#fill(map, wish) : this.#part(map, wish);
    if (!whole) this.frame = requestAnimationFrame(() => this.#reckon());
    this.ready();
  }

  /** Go on with a flood; answers whether it has come to its end. */
  #fill(map, wish) {
    const [[x, y]] = wish.points;
    const { view } = wish;
    const [left, top] = [Math.max(view[0], x - REACH / 2), Math.max(view[1], y - REACH / 2)];
    const clip = within(map, [left, top, Math.min(view[2], left + REACH), Math.min(view[3], top + REACH)]);
    const [column, row] = [x - map.box[0], y - map.box[1]].map((side) => Math.floor(side / map.step));
    if (column < clip[0] || row < clip[1] || column >= clip[2] || row >= clip[3]) {
      this.canvas = null;
      return true;
    }
    const of = String([map.address, column, row, clip]);
    if (of !== this.of || !this.flood || !this.canvas) this.#begin(of, map, new Flood(map, weightsOf(wish.channels), [column, row], clip));
    const flood = /** @type {Flood} */ (this.flood);
    const level = (wish.tolerance / (wish.range[1] - wish.range[0])) * 255 * wish.channels;
    const whole = flood.grow(level, STEP);
    this.#paint(flood, Math.min(flood.within(level), flood.count), map.width);
    return whole;
  }

  #begin(of, map, flood) {
    const { box, step } = map;
    const [x1, y1, x2, y2] = flood.clip;
    this.#blank(x2 - x1, y2 - y1);
    const place = [box[0] + x1 * step, box[1] + y1 * step, (x2 - x1) * step, (y2 - y1) * step];
    Object.assign(this, { of, flood, painted: 0, place });
  }

  #blank(width, height) {
    this.canvas = new OffscreenCanvas(width, height);
    this.image = new ImageData(width, height);
  }

  /** Paint as many of a flood's pixels as are within, and take back the others. */
  #paint({ order, clip }, count, width) {
    if (count === this.painted || !this.image) return;
    const bytes = new Uint32Array(this.image.data.buffer);
    let [x1, y1, x2, y2] = [Infinity, Infinity, 0, 0];
    const [from, to] = [Math.min(count, this.painted), Math.max(count, this.painted)];
    for (let i = from; i < to; i += 1) {
      const at = order[i];
      const column = at % width;
      const [x, y] = [column - clip[0], (at - column) / width - clip[1]];
      bytes[y * this.image.width + x] = i < count ? COLOR : 0;
      if (x < x1) x1 = x;
      if (x > x2) x2 = x;
      if (y < y1) y1 = y;
      if (y > y2) y2 = y;
    }
    this.painted = count;
    this.canvas?.getContext("2d")?.putImageData(this.image, 0, 0, x1, y1, x2 - x1 + 1, y2 - y1 + 1);
  }

  /** Show what is brighter than the level in a box; always whole. */
  #part(map, wish) {
    const [xs, ys] = [wish.points.map(([x]) => x), wish.points.map(([, y]) => y)];
    const wanted = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    const part = within(map, wanted);
    Object.assign(this, { flood: null, of: "", canvas: null });
    const [wide, high] = [part[2] - part[0], part[3] - part[1]];
    if (wide <= 0 || high <= 0) return true;
    const every = Math.ceil(Math.sqrt((wide * high) / MOST));
    const { tones, columns, rows } = tonesIn(map, weightsOf(wish.channels), part, every);
    const most = 255 * wish.channels;
    const asked = wish.level === null ? otsu(tones, most) : ((wish.level - wish.range[0]) / (wish.range[1] - wish.range[0])) * most;
    this.#blank(columns, rows);
    const bytes = new Uint32Array(/** @type {ImageData} */ (this.image).data.buffer);
    for (let i = 0; i < tones.length; i += 1) if (tones[i] > asked) bytes[i] = COLOR;
    this.canvas?.getContext("2d")?.putImageData(/** @type {ImageData} */ (this.image), 0, 0);
    const pixel = map.step * every;
    this.place = [map.box[0] + part[0] * map.step, map.box[1] + part[1] * map.step, columns * pixel, rows * pixel];
    return true;
  }

  /** @param {CanvasRenderingContext2D} pen in pixels of the image */
  draw(pen) {
    if (!this.canvas) return;
    const [left, top, width, height] = this.place;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.canvas, left, top, width, height);
  }
}

/**
 * The pixels of a map that a part of the image touches.
 *
 * @param {import("./maps.js").PixelMap} map
 * @param {number[]} part
 */
function within({ box, step, width, height }, part) {
  const [x1, y1, x2, y2] = part;
  return [
    Math.max(0, Math.floor((Math.floor(x1) - box[0]) / step)),
    Math.max(0, Math.floor((Math.floor(y1) - box[1]) / step)),
    Math.min(width, Math.ceil((Math.ceil(x2) - box[0]) / step)),
    Math.min(height, Math.ceil((Math.ceil(y2) - box[1]) / step)),
  ];
}
