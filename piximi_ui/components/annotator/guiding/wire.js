// A magnetic line: the cheapest way over a map of costs, from each corner to the next and to where the
// pointer is. Mortensen and Barrett, "Intelligent scissors for image composition" (SIGGRAPH 1995).

const REACH = 220; // pixels of the map around a corner that the way may lead through
const RING = 512; // above what a step costs at most
const DIAGONAL = Math.SQRT2;
const STEPS = [
  [-1, 0, 1], [1, 0, 1], [0, -1, 1], [0, 1, 1],
  [-1, -1, DIAGONAL], [1, -1, DIAGONAL], [-1, 1, DIAGONAL], [1, 1, DIAGONAL],
];

/** The cheapest ways from one pixel of a map to all others near it. */
export class Ways {
  /**
   * @param {import("./maps.js").PixelMap} map costs from 0 to 255
   * @param {[number, number]} from a pixel of the map
   */
  constructor(map, [x, y]) {
    this.left = Math.max(0, x - REACH);
    this.top = Math.max(0, y - REACH);
    this.width = Math.min(map.width, x + REACH + 1) - this.left;
    this.height = Math.min(map.height, y + REACH + 1) - this.top;
    this.before = new Int32Array(this.width * this.height).fill(-1);
    this.#spread(map, (y - this.top) * this.width + x - this.left);
  }

  /** Dijkstra's algorithm with a ring of buckets for a queue: each step costs little. */
  #spread(map, start) {
    const { width, height, before, left, top } = this;
    const prices = new Float64Array(width * height).fill(Infinity);
    /** @type {number[][]} */
    const buckets = Array.from({ length: RING }, () => []);
    buckets[0].push(start);
    prices[start] = 0;
    for (let price = 0, waiting = 1; waiting > 0; price += 1) {
      const bucket = buckets[price % RING];
      waiting -= bucket.length;
      for (const at of bucket) {
        if (Math.floor(prices[at]) < price) continue; // a cheaper way was found meanwhile
        const [x, y] = [at % width, Math.floor(at / width)];
        const here = map.values[(top + y) * map.width + left + x];
        for (const [dx, dy, far] of STEPS) {
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          const there = map.values[(top + ny) * map.width + left + nx];
          const next = ny * width + nx;
          const asked = prices[at] + 0.5 * far * (here + there + 2);
          if (asked >= prices[next]) continue;
          prices[next] = asked;
          before[next] = at;
          buckets[Math.floor(asked) % RING].push(next);
          waiting += 1;
        }
      }
      bucket.length = 0;
    }
  }

  /**
   * The way to a pixel, the first first; straight there where none leads.
   *
   * @returns {[number, number][]}
   */
  to([x, y]) {
    const { width, before, left, top } = this;
    const inside = x >= left && y >= top && x < left + width && y < top + this.height;
    if (!inside) return [[x, y]];
    /** @type {[number, number][]} */
    const way = [];
    for (let at = (y - top) * width + x - left; at >= 0; at = before[at]) way.push([left + (at % width), top + Math.floor(at / width)]);
    return way.reverse();
  }
}

export class Wire {
  constructor() {
    /** @type {Map<string, Ways>} */
    this.ways = new Map(); // from corners that were reckoned, by where they are
    /** @type {import("./maps.js").PixelMap | null} */
    this.map = null;
  }

  /**
   * The line through corners, in pixels of the image; the corners themselves without a map.
   *
   * @param {import("./maps.js").PixelMap | null} map
   * @param {[number, number][]} points
   * @returns {[number, number][]}
   */
  line(map, points) {
    if (!map || points.length < 2) return points;
    if (map !== this.map) this.ways.clear();
    this.map = map;
    const { box, step, width, height } = map;
    const within = (share, most) => Math.max(0, Math.min(most - 1, Math.floor(share)));
    /** @returns {[number, number]} */
    const pixel = ([x, y]) => [within((x - box[0]) / step, width), within((y - box[1]) / step, height)];
    const found = points.slice(0, -1).flatMap((point, i) => this.#from(map, pixel(point)).to(pixel(points[i + 1])));
    return found.map(([x, y]) => [box[0] + (x + 0.5) * step, box[1] + (y + 0.5) * step]);
  }

  #from(map, at) {
    const key = String(at);
    const known = this.ways.get(key);
    if (known) return known;
    const made = new Ways(map, at);
    this.ways.set(key, made);
    return made;
  }
}
