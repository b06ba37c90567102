// What the hand draws, and what is on its way to the project, over the picture and its outlines.

import { cleared } from "../shared/canvas.js";

const LINES = [
  { wide: 4, color: "rgb(0 0 0 / 70%)", dash: [] },
  { wide: 1.8, color: "#ffffff", dash: [6, 4] },
];

const FRAME = [
  { color: "rgb(0 0 0 / 75%)", from: 0 },
  { color: "#7fe0e8", from: 3 },
];

export class Sketch {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "sketch";
    this.sight = [0, 0, 1]; // where the picture lies, and screen pixels for one of it
    this.traces = []; // {tool, points, radius}: the draft, and the strokes that wait
    this.brush = null; // where the pen would draw: [x, y, radius]
    /** @type {[number, number, number, number][]} */
    this.frames = []; // boxes of regions that are complete
    this.corner = null; // where the next corner would be
    this.under = []; // superpixels, what would be filled: see guiding/
    this.signs = []; // {point, inside}: what a smart click was told
  }

  place(left, top, scale) {
    this.sight = [left, top, scale];
    this.draw();
  }

  draw() {
    const on = cleared(this.canvas, this.sight);
    if (!on) return;
    const { pen, unit } = on;
    for (const each of this.under) each.draw(pen);
    for (const sign of this.signs) this.#sign(pen, sign, unit);
    for (const [x1, y1, x2, y2] of this.frames) frame(pen, [x1, y1, x2 - x1, y2 - y1], unit);
    for (const trace of this.traces) this.#trace(pen, trace, unit);
    if (!this.brush) return;
    const ring = new Path2D();
    const [x, y, radius] = this.brush;
    ring.arc(x, y, radius, 0, 2 * Math.PI);
    stroke(pen, ring, unit);
  }

  /** Draw a plus or a minus. */
  #sign(pen, { point: [x, y], inside }, unit) {
    const path = new Path2D();
    path.moveTo(x - 5 * unit, y);
    path.lineTo(x + 5 * unit, y);
    if (inside) path.moveTo(x, y - 5 * unit);
    if (inside) path.lineTo(x, y + 5 * unit);
    for (const { wide, color } of [{ wide: 5, color: "#000" }, { wide: 2.4, color: inside ? "#7dffb0" : "#ff9d9d" }]) {
      pen.lineWidth = wide * unit;
      pen.strokeStyle = color;
      pen.stroke(path);
    }
  }

  #trace(pen, { tool, points, radius, line: guided }, unit) {
    if (!points.length || tool.name === "quick") return;
    if (tool.paints) {
      pen.lineCap = pen.lineJoin = "round";
      pen.setLineDash([]);
      pen.strokeStyle = "rgb(255 255 255 / 45%)";
      pen.lineWidth = 2 * radius;
      pen.stroke(line(points));
      return;
    }
    stroke(pen, guided ? line(guided) : shape(tool, points, this.corner, unit), unit);
    if (tool.gesture !== "corners") return;
    pen.fillStyle = "#ffffff";
    for (const [x, y] of points) pen.fillRect(x - 3 * unit, y - 3 * unit, 6 * unit, 6 * unit);
  }
}

/** A thin dotted frame, seen on dark and on light. */
function frame(pen, box, unit) {
  for (const { color, from } of FRAME) {
    pen.lineWidth = 1.2 * unit;
    pen.strokeStyle = color;
    pen.lineDashOffset = from * unit;
    pen.setLineDash([3 * unit, 3 * unit]);
    pen.strokeRect(...box);
  }
  pen.setLineDash([]);
  pen.lineDashOffset = 0;
}

function stroke(pen, path, unit) {
  for (const { wide, color, dash } of LINES) {
    pen.lineWidth = wide * unit;
    pen.strokeStyle = color;
    pen.setLineDash(dash.map((each) => each * unit));
    pen.stroke(path);
  }
  pen.setLineDash([]);
}

/** @param {[number, number][]} points */
function line(points) {
  const path = new Path2D();
  const [first, ...others] = points;
  path.moveTo(...first);
  for (const point of others) path.lineTo(...point);
  if (!others.length) path.lineTo(...first);
  return path;
}

function shape({ name, gesture, edit }, points, corner, unit) {
  const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
  const path = new Path2D();
  if (gesture === "click") {
    for (const [x, y] of points) {
      path.moveTo(x + 5 * unit, y);
      path.arc(x, y, 5 * unit, 0, 2 * Math.PI);
    }
  } else if (gesture === "pull") {
    path.arc(x1, y1, Math.max(3 * unit, Math.hypot(x2 - x1, y2 - y1)), 0, 2 * Math.PI);
  } else if (name === "ellipse") {
    path.ellipse((x1 + x2) / 2, (y1 + y2) / 2, Math.abs(x2 - x1) / 2, Math.abs(y2 - y1) / 2, 0, 0, 2 * Math.PI);
  } else if (gesture === "box") {
    path.rect(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
  } else {
    path.addPath(line(gesture === "corners" && corner ? [...points, corner] : points));
    if (!edit && gesture === "path") path.closePath();
  }
  return path;
}
