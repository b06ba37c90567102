// Many objects as pixels of the screen: each pixel has the number of the object that is drawn there,
// and a table has the colours, so that one object that changes costs its own pixels, and other
// colours cost one pass, however many objects there are.

/** @typedef {[number, number, number, number]} Box x1, y1, x2, y2 in pixels of the screen, the end exclusive */

const SHORT = 24; // pixels that a loop fills sooner than the browser's own function

/** @typedef {number[]} Sight where the picture begins, and pixels of the screen for one of it */

/** Lines that are told apart by more than their colour: pixels of the screen drawn, and left out. */
const PATTERNS = { solid: null, dashed: [8, 6], dotted: [2, 5] };
const NAMES = Object.keys(PATTERNS);

/** The pattern of the category at a place, from 0. */
export const patternOf = (place) => NAMES[place % NAMES.length];

/** What a pixel holds: the object's number, and whether it lies on the outline or inside. */
export const lineOf = (number) => 2 * number;
export const insideOf = (number) => 2 * number + 1;

export class Raster {
  constructor() {
    this.width = 0;
    this.height = 0;
    this.held = new Uint32Array(0); // of each pixel, 0 where nothing is drawn
    /** @type {ImageData | null} */
    this.image = null;
  }

  /** Be as large as a canvas; answers whether all is to be drawn anew. */
  resize({ width, height }) {
    if (width === this.width && height === this.height) return false;
    Object.assign(this, { width, height, held: new Uint32Array(width * height) });
    this.image = width && height ? new ImageData(width, height) : null;
    return true;
  }

  /** @returns {Box} */
  get whole() {
    return [0, 0, this.width, this.height];
  }

  /**
   * What of a part of the picture is on the screen, with room for the lines around it.
   *
   * @param {{x1: number, y1: number, x2: number, y2: number}} part
   * @param {Sight} sight
   * @param {number} wide
   * @returns {Box | null}
   */
  place({ x1, y1, x2, y2 }, [left, top, scale], wide) {
    const box = [left + x1 * scale - wide, top + y1 * scale - wide, left + x2 * scale + wide, top + y2 * scale + wide];
    const [a, b] = [Math.max(0, Math.floor(box[0])), Math.max(0, Math.floor(box[1]))];
    const [c, d] = [Math.min(this.width, Math.ceil(box[2])), Math.min(this.height, Math.ceil(box[3]))];
    return a < c && b < d ? [a, b, c, d] : null;
  }

  clear(box) {
    this.#fill(box[0], box[1], box[2], box[3], 0, this.whole);
  }

  /** Draw what lies inside of an object. */
  inside(shape, sight, clip) {
    const [left, top, scale] = sight;
    const held = insideOf(shape.number);
    const first = Math.max(0, Math.floor((clip[1] - top) / scale) - shape.y1 - 1);
    const last = Math.min(shape.rows.length, Math.ceil((clip[3] - top) / scale) - shape.y1 + 1);
    for (let y = first; y < last; y += 1) {
      const [from, to] = [Math.round(top + (shape.y1 + y) * scale), Math.round(top + (shape.y1 + y + 1) * scale)];
      if (from === to) continue;
      const row = shape.rows[y];
      for (let i = 0; i < row.length; i += 2) {
        const start = Math.round(left + (shape.x1 + row[i]) * scale);
        this.#fill(start, from, Math.round(left + (shape.x1 + row[i + 1]) * scale), to, held, clip);
      }
    }
  }

  /** Draw the outline of an object, lines so many pixels wide. */
  line(shape, sight, clip, wide, held = lineOf(shape.number)) {
    const [left, top, scale] = sight;
    const { edges } = shape;
    const half = wide >> 1;
    for (let i = 0; i < edges.length; i += 4) {
      const x1 = Math.round(left + edges[i] * scale) - half;
      const y1 = Math.round(top + edges[i + 1] * scale) - half;
      const x2 = Math.round(left + edges[i + 2] * scale) - half + wide;
      this.#fill(x1, y1, x2, Math.round(top + edges[i + 3] * scale) - half + wide, held, clip);
    }
  }

  /** Draw the outline of an object in a pattern. Its pieces are longer than drawn by their width. */
  dashes(shape, sight, clip, wide, pattern, held = lineOf(shape.number)) {
    const lengths = PATTERNS[pattern];
    if (!lengths) {
      this.line(shape, sight, clip, wide, held);
      return;
    }
    const [left, top, scale] = sight;
    const [on, period] = [lengths[0], lengths[0] + lengths[1] + wide];
    const half = wide >> 1;
    for (const points of shape.loops) {
      let gone = 0; // along the loop, in pixels of the screen
      for (let i = 0; i < points.length; i += 2) {
        const next = (i + 2) % points.length;
        const [x1, y1] = [left + scale * points[i], top + scale * points[i + 1]];
        const [x2, y2] = [left + scale * points[next], top + scale * points[next + 1]];
        const length = Math.abs(x2 - x1) + Math.abs(y2 - y1);
        const at = (way) => [x1 + ((x2 - x1) * way) / length, y1 + ((y2 - y1) * way) / length];
        for (let start = -(gone % period); start < length; start += period) {
          if (start + on <= 0) continue;
          const [ax, ay] = at(Math.max(0, start));
          const [bx, by] = at(Math.min(length, start + on));
          const [x, y] = [Math.round(Math.min(ax, bx)) - half, Math.round(Math.min(ay, by)) - half];
          this.#fill(x, y, Math.round(Math.max(ax, bx)) - half + wide, Math.round(Math.max(ay, by)) - half + wide, held, clip);
        }
        gone += length;
      }
    }
  }

  /** Draw a disc where a point is, so many pixels from its middle to its edge. */
  spot({ middle, number }, [left, top, scale], clip, radius, held = lineOf(number)) {
    const [x, y] = [left + scale * middle[0], top + scale * middle[1]];
    const last = Math.round(y + radius);
    for (let row = Math.round(y - radius); row < last; row += 1) {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (row + 0.5 - y) ** 2));
      this.#fill(Math.round(x - half), row, Math.round(x + half), row + 1, held, clip);
    }
  }

  /** Look the colours up; `table` holds them by what pixels hold, as four bytes. */
  colour(table, [x1, y1, x2, y2]) {
    if (!this.image) return;
    const { held, width } = this;
    const colours = new Uint32Array(this.image.data.buffer);
    for (let y = y1; y < y2; y += 1) {
      const end = y * width + x2;
      for (let at = y * width + x1; at < end; at += 1) colours[at] = table[held[at]];
    }
  }

  #fill(left, top, right, bottom, value, clip) {
    const { held, width } = this;
    const [x1, x2] = [left > clip[0] ? left : clip[0], right < clip[2] ? right : clip[2]];
    const [y1, y2] = [top > clip[1] ? top : clip[1], bottom < clip[3] ? bottom : clip[3]];
    const short = x2 - x1 < SHORT;
    for (let y = y1; y < y2; y += 1) {
      if (short) for (let at = y * width + x1, end = y * width + x2; at < end; at += 1) held[at] = value;
      else if (x2 > x1) held.fill(value, y * width + x1, y * width + x2);
    }
  }
}

/** A colour as four bytes in the order of the machine's; `opacity` from 0 to 1. */
export function bytesOf(color, opacity = 1) {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color) ?? ["", "80", "80", "80"];
  const [red, green, blue] = found.slice(1).map((each) => Number.parseInt(each, 16));
  return new Uint32Array(new Uint8Array([red, green, blue, Math.round(255 * opacity)]).buffer)[0];
}
