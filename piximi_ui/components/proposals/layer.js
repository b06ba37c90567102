// Proposals over the picture: dashed until they are answered, and which of them a brush touches.

import { cleared, seen, sizeOf } from "../shared/canvas.js";
import { loops, trace } from "../shared/loops.js";
import { Outlines } from "../viewer/outlining/outlines.js";

const UNDER = "rgb(0 0 0 / 75%)";
const LOOKS = {
  waiting: { color: "#ffd24a", dash: [5, 4], wide: 1.8 },
  accepted: { color: "#3ddc97", dash: [], wide: 2.4 },
  rejected: { color: "#ff6b6b", dash: [2, 3], wide: 2.4 },
  box: { color: "#ffffff", dash: [6, 4], wide: 1.8 },
};
const CROWDED = 800; // so many are drawn without a dark line below them, which takes as long again
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
    this.marks = document.createElement("canvas"); // over it: those that are answered
    this.kind = ""; // those of others are not drawn
    /** @type {Map<string, "accepted" | "rejected">} */
    this.answers = new Map(); // what is on its way to the project, or under the brush
    this.loops = new WeakMap(); // of each shape
    /** @type {number[]} */
    this.sight = [0, 0, 0]; // where the picture lies, and screen pixels for one of it
    this.drawn = ""; // what the first canvas shows
    this.hidden = false;
    /** @type {number[] | null} */
    this.box = null; // that is being dragged
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
    return [...this.masks.here()].filter((shape) => shape.kind === this.kind);
  }

  /** Those of the kind in all planes. */
  get all() {
    return [...this.masks.all.values()].filter((shape) => shape.kind === this.kind);
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

  /** Draw what changed: all of them, or only those that are answered. */
  draw() {
    if (!this.sight[2]) return;
    const { version, plane } = this.masks;
    const { width, height } = sizeOf(this.canvas);
    const state = String([version, plane, this.kind, this.hidden, this.sight, width, height]);
    if (state !== this.drawn) this.#drawAll();
    this.drawn = state;
    this.#drawAnswers();
  }

  #drawAll() {
    const size = sizeOf(this.canvas);
    const there = !this.hidden && this.masks.total > 0;
    seen(this.canvas, there);
    const on = there && cleared(this.canvas, this.sight);
    if (!on) return;
    const [left, top, scale] = this.sight;
    const [right, bottom] = [(size.width - left) / scale, (size.height - top) / scale];
    const inSight = this.here.filter(
      ({ x1, y1, x2, y2 }) => x1 < right && y1 < bottom && x2 > -left / scale && y2 > -top / scale,
    );
    stroke(on, this.#path(inSight), LOOKS.waiting, inSight.length <= CROWDED);
  }

  #drawAnswers() {
    const there = !this.hidden && (this.answers.size > 0 || this.box !== null);
    seen(this.marks, there);
    const on = there && cleared(this.marks, this.sight);
    if (!on) return;
    const answered = this.answers.size ? this.here.filter(({ id }) => this.answers.has(id)) : [];
    for (const answer of ["accepted", "rejected"]) {
      const shapes = answered.filter(({ id }) => this.answers.get(id) === answer);
      stroke(on, this.#path(shapes), LOOKS[answer], true);
    }
    if (!this.box) return;
    const [x1, y1, x2, y2] = this.box;
    const frame = new Path2D();
    frame.rect(x1, y1, x2 - x1, y2 - y1);
    stroke(on, frame, LOOKS.box, true);
  }

  #path(shapes) {
    const path = new Path2D();
    const every = Math.max(1, Math.round(1.5 / this.sight[2]));
    for (const shape of shapes) {
      if (!this.loops.has(shape)) this.loops.set(shape, loops(shape.rows, shape.x1, shape.y1));
      trace(path, this.loops.get(shape), every);
    }
    return path;
  }
}

/** Stroke a path in a look; `under`: over a dark line, so that it is seen on anything. */
function stroke({ pen, unit }, path, { color, dash, wide }, under) {
  pen.lineJoin = "round";
  if (under) {
    pen.setLineDash([]);
    pen.strokeStyle = UNDER;
    pen.lineWidth = (wide + 1.6) * unit;
    pen.stroke(path);
  }
  pen.setLineDash(dash.map((each) => each * unit));
  pen.strokeStyle = color;
  pen.lineWidth = wide * unit;
  pen.stroke(path);
  pen.setLineDash([]);
}
