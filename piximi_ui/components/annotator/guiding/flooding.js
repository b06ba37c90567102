// What a flood would fill, while the hand is still pulling its tolerance: pixels join in the order of
// the tolerance at which the flood reaches them, so that another tolerance only goes on or back.

/** How much each byte of a map's pixel counts: how many channels it stands for. */
export const weightsOf = (channels) => [0, 1, 2].map((group) => Math.max(0, Math.floor((channels + 2 - group) / 3)));

export class Flood {
  /**
   * @param {import("./maps.js").PixelMap} map three tones a pixel, 0 to 255
   * @param {number[]} weights of the three, see `weightsOf`
   * @param {[number, number]} seed a pixel of the map
   * @param {number[]} clip x1, y1, x2, y2 in pixels of the map, the end exclusive: no pixel beyond is reached
   */
  constructor(map, weights, [x, y], clip) {
    this.map = map;
    this.weights = weights;
    this.clip = clip;
    const { width, height, values } = map;
    this.from = values[y * width + x];
    this.order = new Uint32Array((clip[2] - clip[0]) * (clip[3] - clip[1])); // pixels as they joined
    this.count = 0; // how many did
    this.level = 0; // up to below which all have
    this.ends = [0]; // how many had joined before each level
    this.met = new Uint8Array(width * height);
    this.next = new Int32Array(width * height); // the pixel that waits behind, one list a level
    /** @type {number} */
    this.most = 255 * weights.reduce((sum, each) => sum + each, 0);
    this.first = new Int32Array(this.most + 1).fill(-1);
    this.#meet(y * width + x);
  }

  #meet(at) {
    const { from, weights, level, first, next, met } = this;
    const value = this.map.values[at];
    const away =
      weights[0] * Math.abs((value & 255) - (from & 255)) +
      weights[1] * Math.abs(((value >> 8) & 255) - ((from >> 8) & 255)) +
      weights[2] * Math.abs(((value >> 16) & 255) - ((from >> 16) & 255));
    const joins = away > level ? away : level;
    met[at] = 1;
    next[at] = first[joins];
    first[joins] = at;
  }

  /**
   * Go on up to a tolerance, by so many pixels at most; answers whether that is all.
   *
   * @param {number} level the sum over the channels of how far they may lie from the seed's
   * @param {number} most
   */
  grow(level, most) {
    const { map: { width }, clip: [x1, y1, x2, y2], first, next, met, order } = this;
    const last = Math.min(Math.floor(level), this.most);
    for (let left = most; this.level <= last; ) {
      const at = first[this.level];
      if (at < 0) {
        this.level += 1;
        this.ends[this.level] = this.count;
        continue;
      }
      if (left === 0) return false;
      left -= 1;
      first[this.level] = next[at];
      order[this.count] = at;
      this.count += 1;
      const x = at % width;
      const y = (at - x) / width;
      if (x > x1 && !met[at - 1]) this.#meet(at - 1);
      if (x + 1 < x2 && !met[at + 1]) this.#meet(at + 1);
      if (y > y1 && !met[at - width]) this.#meet(at - width);
      if (y + 1 < y2 && !met[at + width]) this.#meet(at + width);
    }
    return true;
  }

  /** How many of `order`, the first, lie within a tolerance; as far as it has gone. */
  within(level) {
    return this.ends[Math.min(Math.floor(level), this.most) + 1] ?? this.count;
  }
}
