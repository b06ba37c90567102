// The objects of a picture: their outlines on a canvas over it, and which one lies under a point.
// They come as the run lengths that the project keeps; nothing is traced on the server.

import { cleared } from "../shared/canvas.js";

const CELL = 64; // pixels of the picture: an object is looked for among those near a point only
const UNLABELLED = "#e5e7eb";

/** One object: its mask by rows of boundaries, sorted, where inside and outside meet. */
class Shape {
  constructor([id, name, kind, category, prediction, plane, x1, y1, x2, y2, mask]) {
    this.id = id;
    this.name = name;
    this.kind = kind;
    this.category = category;
    this.prediction = prediction;
    this.plane = plane;
    this.x1 = x1;
    this.y1 = y1;
    this.x2 = x2;
    this.y2 = y2;
    this.rows = rowsOf(mask, x2 - x1, y2 - y1);
    /** @type {Path2D | null} */
    this.drawn = null;
    /** @type {string | null} */
    this.color = null; // as it is drawn; null where it is not
    this.area = this.rows.reduce((sum, row) => sum + row.reduce((all, x, i) => all + (i % 2 ? x : -x), 0), 0);
  }

  contains(x, y) {
    const row = this.rows[Math.floor(y) - this.y1];
    if (!row) return false;
    const within = Math.floor(x) - this.x1;
    let inside = false;
    for (const edge of row) {
      if (edge > within) break;
      inside = !inside;
    }
    return inside;
  }

  /** The outline along the edges of pixels. */
  get path() {
    this.drawn ??= outline(this.rows, this.x1, this.y1);
    return this.drawn;
  }
}

/** Boundaries within each row of runs that go on from row to row. */
export function rowsOf(mask, width, height) {
  /** @type {number[][]} */
  const rows = Array.from({ length: height }, () => []);
  let at = 0;
  mask.split(" ").forEach((length, i) => {
    const end = Math.min(at + Number(length), width * height);
    for (let from = at; i % 2 === 1 && from < end; ) {
      const row = Math.floor(from / width);
      const to = Math.min(end, (row + 1) * width);
      rows[row].push(from - row * width, to - row * width);
      from = to;
    }
    at = end;
  });
  return rows;
}

/** The cells that a shape's box touches. */
function places({ x1, y1, x2, y2 }) {
  const found = [];
  for (let cx = Math.floor(x1 / CELL); cx <= Math.floor((x2 - 1) / CELL); cx += 1) {
    for (let cy = Math.floor(y1 / CELL); cy <= Math.floor((y2 - 1) / CELL); cy += 1) found.push(`${cx} ${cy}`);
  }
  return found;
}

function outline(rows, left, top) {
  const path = new Path2D();
  const open = new Map(); // where a vertical edge began, by its place
  let before = [];
  for (let y = 0; y <= rows.length; y += 1) {
    const row = rows[y] ?? [];
    // What differs between two rows are the horizontal edges between them.
    const edges = [...row.filter((x) => !before.includes(x)), ...before.filter((x) => !row.includes(x))];
    edges.sort((a, b) => a - b);
    for (let i = 0; i + 1 < edges.length; i += 2) {
      path.moveTo(left + edges[i], top + y);
      path.lineTo(left + edges[i + 1], top + y);
    }
    for (const x of before) {
      if (row.includes(x)) continue;
      path.moveTo(left + x, top + open.get(x));
      path.lineTo(left + x, top + y);
      open.delete(x);
    }
    for (const x of row) if (!open.has(x)) open.set(x, y);
    before = row;
  }
  return path;
}

export class Outlines {
  /** @param {object} asks `colorOf(shape)`, null where it has no label */
  constructor(asks) {
    this.asks = asks;
    this.shapes = [];
    this.plane = 0;
    /** @type {Shape[]} */
    this.marked = []; // selected, the first first
    this.shown = true;
    this.cells = new Map(); // the shapes that are near, by place
    this.groups = new Map(); // the outlines of one colour, which are drawn at once
    this.stale = new Set(); // colours whose outlines are to be gathered anew
    this.version = 0; // another one with each change of what is drawn
    this.canvas = document.createElement("canvas");
    this.canvas.className = "outlines";
  }

  /**
   * The object that is selected, the first of several; null for none.
   *
   * @returns {Shape | null}
   */
  get chosen() {
    return this.marked[0] ?? null;
  }

  set chosen(shape) {
    this.marked = shape ? [shape] : [];
  }

  /** Take the objects as the server tells them; none: a picture without. */
  take(objects) {
    this.#forget(this.shapes);
    this.shapes = objects.map((each) => new Shape(each));
    for (const shape of this.shapes) this.#place(shape);
    this.#keepMarked();
    this.recolour();
  }

  /** Take those that changed, and leave out those that are gone. */
  patch({ changed, gone }) {
    const fresh = new Map(changed.map((each) => [each[0], new Shape(each)]));
    const left = new Set(gone);
    this.#forget(this.shapes.filter(({ id }) => fresh.has(id) || left.has(id)));
    for (const shape of fresh.values()) this.#place(shape);
    const there = new Set();
    this.shapes = this.shapes.flatMap((shape) => {
      there.add(shape.id);
      return left.has(shape.id) ? [] : [fresh.get(shape.id) ?? shape];
    });
    this.shapes.push(...[...fresh.values()].filter(({ id }) => !there.has(id)));
    this.#keepMarked();
    this.recolour();
  }

  /** Let those be found under a point. */
  #place(shape) {
    for (const key of places(shape)) {
      if (!this.cells.has(key)) this.cells.set(key, new Set());
      this.cells.get(key).add(shape);
    }
  }

  #forget(shapes) {
    for (const shape of shapes) {
      for (const key of places(shape)) this.cells.get(key)?.delete(shape);
      this.stale.add(shape.color);
    }
  }

  #keepMarked() {
    this.version += 1;
    if (!this.marked.length) return;
    const there = new Map(this.shapes.map((shape) => [shape.id, shape]));
    this.marked = this.marked.map(({ id }) => there.get(id)).filter((shape) => shape !== undefined);
  }

  /** New labels of the same objects; answers whether they are the same. */
  relabel(labels) {
    const known = new Map(labels.map(([id, category, prediction]) => [id, { category, prediction }]));
    if (known.size !== this.shapes.length || !this.shapes.every(({ id }) => known.has(id))) return false;
    for (const shape of this.shapes) Object.assign(shape, known.get(shape.id));
    this.recolour();
    return true;
  }

  /** Draw each in its colour; only the colours are gathered anew that another outline has now. */
  recolour() {
    const { stale, groups } = this;
    const fresh = [];
    for (const shape of this.shapes) {
      const color = shape.plane === this.plane ? (this.asks.colorOf(shape) ?? UNLABELLED) : null;
      if (color === shape.color) continue;
      if (shape.color === null) fresh.push(shape);
      else stale.add(shape.color).add(color);
      shape.color = color;
    }
    if (!stale.size && !fresh.length) return;
    this.version += 1;
    for (const color of stale) groups.delete(color);
    const anew = stale.size ? this.shapes.filter(({ color }) => stale.has(color)) : [];
    for (const shape of [...anew, ...fresh.filter(({ color }) => !stale.has(color))]) {
      if (shape.color === null) continue;
      if (!groups.has(shape.color)) groups.set(shape.color, new Path2D());
      groups.get(shape.color).addPath(shape.path);
    }
    stale.clear();
    this.draw();
  }

  toPlane(plane) {
    if (plane === this.plane) return;
    this.plane = plane;
    this.marked = this.marked.filter((shape) => shape.plane === plane);
    this.recolour();
  }

  /** The smallest object at a point of the picture, or null. */
  at(x, y) {
    return this.stack(x, y)[0] ?? null;
  }

  /** All objects at a point, the smallest first. */
  stack(x, y) {
    const near = this.cells.get(`${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`) ?? [];
    const there = [...near].filter((shape) => shape.plane === this.plane && shape.contains(x, y));
    return there.sort((a, b) => a.area - b.area);
  }

  /** Select the next object of the same kind in this plane; answers whether there is one. */
  next() {
    const { chosen } = this;
    if (!chosen) return false;
    const peers = this.shapes.filter(({ plane, kind }) => plane === this.plane && kind === chosen.kind);
    const next = peers[peers.indexOf(chosen) + 1];
    if (next) this.chosen = next;
    this.draw();
    return next !== undefined;
  }

  /** The picture lies there now, `scale` pixels of the screen for one of it. */
  place(left, top, scale) {
    this.sight = [left, top, scale];
    this.draw();
  }

  draw() {
    const on = cleared(this.canvas, this.sight ?? [0, 0, 1]);
    if (!on || !this.shown || !this.sight) return;
    const { pen, unit } = on;
    for (const [color, path] of this.groups) {
      pen.lineWidth = 1.6 * unit;
      pen.strokeStyle = color;
      pen.stroke(path);
    }
    for (const shape of this.marked) this.#mark(pen, shape, unit);
  }

  /** Draw that an object is selected; `unit` is a pixel of the screen. */
  #mark(pen, shape, unit) {
    pen.fillStyle = "rgb(255 255 255 / 22%)";
    shape.rows.forEach((row, y) => {
      for (let i = 0; i < row.length; i += 2) {
        pen.fillRect(shape.x1 + row[i], shape.y1 + y, row[i + 1] - row[i], 1);
      }
    });
    for (const { wide, color } of [{ wide: 5, color: "#000000" }, { wide: 2.4, color: "#ffffff" }]) {
      pen.lineWidth = wide * unit;
      pen.strokeStyle = color;
      pen.stroke(shape.path);
    }
  }
}
