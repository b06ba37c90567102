// What is in sight of an image that is too large to be sent whole: over its reduced picture lies the
// part that one looks at, with every pixel.

import { element } from "../shared/dom.js";

const REST = 180; // ms without a move after which it is asked for
const ROUND = 256; // pixels of the image, so that a small move asks for nothing new
const WIDEST = 4096; // of the part, as the server gives it

export class Detail {
  /** @param {object} stage see stage.js: `size`, `scale`, `picture`, `frame`, `shown` */
  constructor(stage) {
    this.stage = stage;
    this.node = element("div", { class: "detail", hidden: true });
    /** @type {number[]} */
    this.box = []; // the part that is shown
    this.of = ""; // the picture of which it is a part, by its address
    this.shown = "";
    /** @type {number | undefined} */
    this.resting = undefined;
  }

  close() {
    clearTimeout(this.resting);
  }

  /** The picture lies there now. */
  place(left, top, scale) {
    const [x1, y1, x2, y2] = this.box;
    this.node.hidden = this.of === "" || this.of !== this.stage.shown;
    Object.assign(this.node.style, {
      left: `${left + x1 * scale}px`,
      top: `${top + y1 * scale}px`,
      width: `${(x2 - x1) * scale}px`,
      height: `${(y2 - y1) * scale}px`,
    });
    this.node.classList.toggle("crisp", scale >= 2);
    clearTimeout(this.resting);
    if (this.#wanted(scale)) this.resting = setTimeout(() => this.#ask(), REST);
  }

  /** Whether the whole picture has fewer pixels than the screen shows of it. */
  #wanted(scale) {
    const { picture, size } = this.stage;
    return picture.naturalWidth > 0 && picture.naturalWidth < size[0] && scale * size[0] > picture.naturalWidth;
  }

  async #ask() {
    const { stage } = this;
    const { frame, scale, size, shown } = stage;
    if (!shown) return;
    const [left, top] = stage.point({ clientX: frame.getBoundingClientRect().left, clientY: frame.getBoundingClientRect().top });
    const down = (side) => Math.max(0, Math.floor(side / ROUND) * ROUND);
    const up = (side, most) => Math.min(most, Math.ceil(side / ROUND) * ROUND);
    const box = [
      down(left), down(top), up(left + frame.clientWidth / scale, size[0]), up(top + frame.clientHeight / scale, size[1]),
    ];
    if (Math.max(box[2] - box[0], box[3] - box[1]) > WIDEST) return;
    const address = `${shown}${shown.includes("?") ? "&" : "?"}box=${box}`;
    if (address === this.shown) return;
    const next = new Image();
    next.src = address;
    const there = await next.decode().then(() => true, () => false);
    // Another picture may be shown by now.
    if (!there || stage.shown !== shown) return;
    Object.assign(this, { box, of: shown, shown: address });
    this.node.style.backgroundImage = `url("${address}")`;
    stage.place();
  }
}
