// Proposals over the picture: dashed until they are answered, and which of them a brush touches.

import { cleared } from "../shared/canvas.js";
import { Outlines } from "../viewer/outlines.js";
import { loops } from "./loops.js";

const UNDER = "rgb(0 0 0 / 75%)";
const LOOKS = {
  waiting: { color: "#ffd24a", dash: [5, 4], wide: 1.8 },
  accepted: { color: "#3ddc97", dash: [], wide: 2.4 },
  rejected: { color: "#ff6b6b", dash: [2, 4], wide: 1.4 },
};
// Points of a brush that are tried, as shares of its radius.
const TRIED = [[0, 0]];
for (const reach of [0.5, 1]) {
  for (let i = 0; i < 8; i += 1) TRIED.push([reach * Math.cos((i * Math.PI) / 4), reach * Math.sin((i * Math.PI) / 4)]);
}

export class Layer {
  constructor() {
    this.masks = new Outlines({ colorOf: () => null });
    this.canvas = document.createElement("canvas");
    this.canvas.className = "proposed";
    this.kind = ""; // those of others are not drawn
    /** @type {Map<string, "accepted" | "rejected">} */
    this.answers = new Map(); // what is on its way to the project, or under the brush
    this.paths = new WeakMap(); // of each shape
    this.hidden = false;
  }

  take(proposals) {
    this.masks.take(proposals);
    this.draw();
  }

  patch(changes) {
    this.masks.patch(changes);
    this.draw();
  }

  /** Those of the kind in the plane that is shown. */
  get here() {
    const { shapes, plane } = this.masks;
    return shapes.filter((shape) => shape.plane === plane && shape.kind === this.kind);
  }

  /** Those of the kind in all planes. */
  get all() {
    return this.masks.shapes.filter((shape) => shape.kind === this.kind);
  }

  /** @param {number[]} box in pixels of the picture */
  inside(box) {
    const [left, top, right, bottom] = box;
    return this.here.filter(({ x1, y1, x2, y2 }) => {
      const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
      return x >= left && x < right && y >= top && y < bottom;
    });
  }

  /** The ids of those that a brush on a point touches. */
  under(x, y, radius) {
    const found = new Set();
    for (const [dx, dy] of TRIED) {
      for (const shape of this.masks.stack(x + dx * radius, y + dy * radius)) found.add(shape);
    }
    // Small ones lie between the points that are tried.
    for (const shape of this.inside([x - radius, y - radius, x + radius, y + radius])) {
      const [cx, cy] = [(shape.x1 + shape.x2) / 2, (shape.y1 + shape.y2) / 2];
      if (Math.hypot(cx - x, cy - y) <= radius) found.add(shape);
    }
    return [...found].filter(({ kind }) => kind === this.kind).map(({ id }) => id);
  }

  place(left, top, scale) {
    this.sight = [left, top, scale];
    this.draw();
  }

  draw() {
    const on = cleared(this.canvas, this.sight ?? [0, 0, 1]);
    if (!on || !this.sight || this.hidden) return;
    const { pen, unit } = on;
    const groups = { waiting: new Path2D(), accepted: new Path2D(), rejected: new Path2D() };
    for (const shape of this.here) groups[this.answers.get(shape.id) ?? "waiting"].addPath(this.#path(shape));
    pen.lineJoin = "round";
    for (const [name, path] of Object.entries(groups)) {
      const { color, dash, wide } = LOOKS[name];
      pen.setLineDash([]);
      pen.strokeStyle = UNDER;
      pen.lineWidth = (wide + 1.6) * unit;
      pen.stroke(path);
      pen.setLineDash(dash.map((each) => each * unit));
      pen.strokeStyle = color;
      pen.lineWidth = wide * unit;
      pen.stroke(path);
    }
    pen.setLineDash([]);
  }

  #path(shape) {
    if (!this.paths.has(shape)) this.paths.set(shape, loops(shape.rows, shape.x1, shape.y1));
    return this.paths.get(shape);
  }
}
