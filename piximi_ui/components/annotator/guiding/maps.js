// Maps of what is in sight, made once by the server (server/pictures/maps.py) and used while the hand
// moves: where superpixels lie, what a line costs, and how bright it is.

const WIDEST = 4096; // pixels of the image, as the server has it
const KEPT = 6;
const AGAIN = 5000; // ms after which one that could not be made is asked for again

/**
 * @typedef {object} PixelMap
 * @property {string} [address] where it comes from: another one for each map
 * @property {number[]} box where it lies in the image
 * @property {number} step pixels of the image for one of the map
 * @property {number} width
 * @property {number} height
 * @property {Uint32Array} values
 */

export class Maps {
  /** @param {() => void} ready a map came that was asked for */
  constructor(ready) {
    this.ready = ready;
    /** @type {Map<string, PixelMap | null>} */
    this.kept = new Map(); // by their addresses; null while one is made, and where there is none
  }

  /**
   * The map of a part of the image, null while there is none yet; then it is asked for.
   *
   * @param {string} address
   * @param {number[]} box
   */
  get(address, box) {
    const known = this.kept.get(address);
    if (known !== undefined) return known;
    if (Math.max(box[2] - box[0], box[3] - box[1]) > WIDEST) return null;
    this.kept.set(address, null);
    for (const old of [...this.kept.keys()].slice(0, -KEPT)) this.kept.delete(old);
    this.#fetch(address, box);
    return null;
  }

  async #fetch(address, box) {
    const picture = new Image();
    picture.src = address;
    const there = await picture.decode().then(() => true, () => false);
    const { naturalWidth: width, naturalHeight: height } = picture;
    const step = Math.max(1, Math.round((box[2] - box[0]) / width));
    // In place of what cannot be read comes a picture that says so, of another size.
    const fits = Math.ceil((box[2] - box[0]) / step) === width && Math.ceil((box[3] - box[1]) / step) === height;
    if (!there || !fits) {
      setTimeout(() => this.kept.delete(address), AGAIN);
      return;
    }
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext("2d", { willReadFrequently: true, colorSpace: "srgb" });
    if (!pen) return;
    pen.drawImage(picture, 0, 0);
    const bytes = pen.getImageData(0, 0, width, height).data;
    const values = new Uint32Array(width * height);
    for (let i = 0; i < values.length; i += 1) values[i] = bytes[4 * i] | (bytes[4 * i + 1] << 8) | (bytes[4 * i + 2] << 16);
    this.kept.set(address, { address, box, step, width, height, values });
    this.ready();
  }
}
