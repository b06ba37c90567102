// Superpixels over the picture: their borders, and those that the hand has passed.

const BORDER = [255, 255, 255, 90];
const PICKED = [255, 255, 255, 130];

export class Patches {
  constructor() {
    /** @type {import("./maps.js").PixelMap | null} */
    this.map = null;
    /** @type {OffscreenCanvas | null} */
    this.canvas = null;
    this.picked = new Set();
  }

  /**
   * Show a map, and as picked what lies under some points of the image.
   *
   * @param {import("./maps.js").PixelMap | null} map
   * @param {[number, number][]} points
   */
  show(map, points) {
    const fresh = map !== this.map;
    this.map = map;
    if (!map) {
      this.canvas = null;
      return;
    }
    const picked = new Set(points.flatMap((point) => this.#under(map, point) ?? []));
    if (!fresh && picked.size === this.picked.size && [...picked].every((each) => this.picked.has(each))) return;
    this.picked = picked;
    this.canvas = this.#drawn(map, picked);
  }

  #under({ box, step, width, height, values }, [x, y]) {
    const [column, row] = [Math.floor((x - box[0]) / step), Math.floor((y - box[1]) / step)];
    return column < 0 || row < 0 || column >= width || row >= height ? null : values[row * width + column];
  }

  #drawn({ width, height, values }, picked) {
    const image = new ImageData(width, height);
    for (let y = 0, at = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1, at += 1) {
        const here = values[at];
        const edge = (x + 1 < width && values[at + 1] !== here) || (y + 1 < height && values[at + width] !== here);
        const color = edge ? BORDER : picked.has(here) ? PICKED : null;
        if (color) image.data.set(color, 4 * at);
      }
    }
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d")?.putImageData(image, 0, 0);
    return canvas;
  }

  /** @param {CanvasRenderingContext2D} pen in pixels of the image */
  draw(pen) {
    if (!this.map || !this.canvas) return;
    const { box, step, width, height } = this.map;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.canvas, box[0], box[1], width * step, height * step);
  }
}
