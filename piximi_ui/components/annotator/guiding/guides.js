// What guides the hand while it draws: the line that keeps to edges, superpixels to be picked, what would
// be filled, and networks that have looked at the picture before they are asked.

import { Ahead } from "./ahead.js";
import { Maps } from "./maps.js";
import { Patches } from "./patches.js";
import { Preview } from "./preview.js";
import { Wire } from "./wire.js";

const AROUND = 0.25; // of what is in sight, so that a map serves while the picture is moved a little
const ROUND = 64; // pixels of the image

export class Guides {
  /** @param {object} annotator see ../annotator.js: `image`, `plane`, `hand`, `strokes`, `looks`, `sketch` */
  constructor(annotator) {
    this.annotator = annotator;
    this.maps = new Maps(() => annotator.hand.show());
    this.wire = new Wire();
    this.patches = new Patches();
    this.ahead = new Ahead(annotator);
    this.preview = new Preview(() => annotator.sketch.draw());
    this.box = [0, 0, 0, 0]; // the part of the image that the maps show
    this.of = ""; // the image and plane
  }

  /** What a draft looks like with the guides of its tool: points, and a line in their place. */
  trace(draft, corner) {
    const { tool, points } = draft;
    this.#settle(points.length > 0);
    if (tool.name === "quick") this.patches.show(this.#map("patches"), points);
    if (tool.name !== "magnetic") return {};
    return { line: this.wire.line(this.#map("costs"), corner ? [...points, corner] : points) };
  }

  /** Show the superpixels before any is picked. */
  ready(tool) {
    this.ahead.ready(tool);
    if (tool.guide) this.#settle(false);
    if (tool.guide) this.#map(tool.guide);
    this.patches.show(tool.name === "quick" ? this.#map("patches") : null, []);
  }

  /** Show what a draft, or a stroke on its way, would fill. */
  foresee(draft) {
    const { hand, image, looks, stage, strokes } = this.annotator;
    if (!hand.tool.previews) return void this.preview.clear();
    // Before anything is drawn, so that the map is there by then.
    this.#settle(draft !== null);
    const range = looks.range();
    // As fine as the screen shows it, and no finer.
    const coarse = Math.max(1, Math.floor(1 / stage.scale));
    const map = range && this.#map("tones", `&range=${encodeURIComponent(String(range))}&coarse=${coarse}`);
    const wish = strokes.foreseen(draft);
    const channels = strokes.channels().length || image.channels;
    return void this.preview.show(map, wish && { ...wish, channels, range });
  }

  /** The part that the maps show stays as long as something is drawn on it. */
  #settle(drawing) {
    const { image, plane, strokes } = this.annotator;
    const of = `${image.id} ${plane}`;
    if (drawing && of === this.of) return;
    this.of = of;
    const [x1, y1, x2, y2] = strokes.view();
    const [dx, dy] = [AROUND * (x2 - x1), AROUND * (y2 - y1)];
    const down = (side) => Math.max(0, Math.floor(side / ROUND) * ROUND);
    const up = (side, most) => Math.min(most, Math.ceil(side / ROUND) * ROUND);
    this.box = [down(x1 - dx), down(y1 - dy), up(x2 + dx, image.width), up(y2 + dy, image.height)];
  }

  #map(sort, more = "") {
    const { image, plane, strokes } = this.annotator;
    const size = sort === "patches" ? `&size=${strokes.settings.size}` : more;
    const address = image.map.replace("{plane}", plane).replace("{sort}", sort);
    return this.maps.get(`${address}?box=${this.box}&channels=${strokes.channels()}${size}`, this.box);
  }
}
