// The objects of a picture: their outlines on a canvas over it, and which one lies under a point.
// They come as the run lengths that the project keeps; nothing is traced on the server. The crowd is
// drawn as pixels (raster.js), what is selected as lines over them.

import { cleared } from "../../shared/canvas.js";
import { bytesOf, insideOf, lineOf, patternOf, Raster } from "./raster.js";
import { Shape } from "./shape.js";

const CELL = 64; // pixels of the picture: an object is looked for among those near a point only
const UNLABELLED = "#e5e7eb";
const WIDE = 1.6; // screen pixels of an outline
const RIM = 2; // that much wider, dark
const POINT = 5; // screen pixels from the middle of a point to its edge
const NEAR = 7; // and to where a click still means it
const HALO = 0.75; // screen pixels for one of the picture from which on outlines have a rim
const SHADE = 1; // what pixels of the rim hold; the numbers 0 and 1 are no object's
const BEFORE = 2; // and those of outlines in the plane before, and in the next
const AFTER = 3;
const MARKS = 200; // selected objects that are drawn as lines; more are drawn as the crowd is
// Told apart by those who see colours otherwise, too (Okabe and Ito 2008).
const SEVERAL = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#ffffff"];

/** The cells that a box touches. */
function* places({ plane, x1, y1, x2, y2 }) {
  for (let cx = Math.floor(x1 / CELL); cx <= Math.floor((x2 - 1) / CELL); cx += 1) {
    for (let cy = Math.floor(y1 / CELL); cy <= Math.floor((y2 - 1) / CELL); cy += 1) yield `${plane} ${cx} ${cy}`;
  }
}

const emptyTable = () =>
  Uint32Array.of(0, bytesOf("#000000", 0.6), bytesOf("#56b4e9", 0.7), bytesOf("#e69f00", 0.7));

/** A circle around where a point is. */
function around({ middle: [x, y] }, radius) {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  return path;
}

function fillRows(pen, { rows, x1, y1 }) {
  rows.forEach((row, y) => {
    for (let i = 0; i < row.length; i += 2) pen.fillRect(x1 + row[i], y1 + y, row[i + 1] - row[i], 1);
  });
}

export class Outlines {
  /** @param {object} asks `colorOf(shape)`, null where it has no label; `patternOf(shape)`, a number */
  constructor(asks) {
    this.asks = asks;
    /** @type {Map<string, Shape>} */
    this.all = new Map(); // by their ids, as they were added
    this.counts = new Map(); // how many there are, by plane
    this.plane = 0;
    this.marks = []; // selected, the first first
    this.shown = true;
    this.hidden = false; // for as long as a key is held
    this.filled = 0; // how much what lies inside is covered, from 0 to 1
    this.several = false; // whether each object has a colour of its own
    this.neighbours = false; // whether those of the planes before and after are seen
    this.patterns = false; // whether labels are told by patterns, too
    this.cells = new Map(); // the shapes that are near, by place
    this.free = []; // numbers that no shape has any more
    this.table = emptyTable(); // colours, by what pixels hold
    this.raster = new Raster();
    this.version = 0; // another one with each change of what is drawn
    this.canvas = document.createElement("canvas");
    this.canvas.className = "outlines";
    /** @type {Shape[]} */
    this.changed = []; // parts of the picture that are to be drawn anew
    this.stale = true; // all of it is
    this.faded = true; // all colours are to be looked up anew
    this.asked = 0; // the frame in which that happens
  }

  /**
   * The object that is selected, the first of several; null for none.
   *
   * @returns {Shape | null}
   */
  get chosen() {
    return this.marks[0] ?? null;
  }

  set chosen(shape) {
    this.marked = shape ? [shape] : [];
  }

  get marked() {
    return this.marks;
  }

  set marked(shapes) {
    const many = Math.max(shapes.length, this.marks.length) > MARKS;
    this.marks = shapes;
    if (many) this.recolour();
    this.draw();
  }

  get total() {
    return this.all.size;
  }

  /** How many there are in the plane that is shown. */
  get count() {
    return this.counts.get(this.plane) ?? 0;
  }

  /** Those of a plane one after the other, by default of the one that is shown. */
  *here(plane = this.plane) {
    for (const shape of this.all.values()) if (shape.plane === plane) yield shape;
  }

  /** Take the objects as the server tells them; none: a picture without. */
  take(objects) {
    this.all.clear();
    this.counts.clear();
    this.cells.clear();
    this.free = [];
    this.table = emptyTable();
    for (const each of objects) this.#add(new Shape(each));
    this.#keepMarked();
    this.#anew();
  }

  /** Take those that changed, and leave out those that are gone. */
  patch({ changed, gone }) {
    for (const id of gone) {
      this.#remove(this.all.get(id));
      this.all.delete(id);
    }
    for (const each of changed) {
      const shape = new Shape(each);
      this.#remove(this.all.get(shape.id));
      this.#add(shape); // in the place of the former one
      this.changed.push(shape);
    }
    this.#keepMarked();
    this.draw();
  }

  #add(shape) {
    this.all.set(shape.id, shape);
    this.counts.set(shape.plane, (this.counts.get(shape.plane) ?? 0) + 1);
    for (const key of places(shape)) {
      if (!this.cells.has(key)) this.cells.set(key, new Set());
      this.cells.get(key).add(shape);
    }
    shape.number = this.free.pop() ?? this.table.length / 2;
    if (insideOf(shape.number) >= this.table.length) {
      const longer = new Uint32Array(2 * Math.max(64, this.table.length));
      longer.set(this.table);
      for (let number = longer.length / 2 - 1; number > shape.number; number -= 1) this.free.push(number);
      this.table = longer;
    }
    this.#paint(shape);
  }

  #remove(shape) {
    if (!shape) return;
    this.counts.set(shape.plane, (this.counts.get(shape.plane) ?? 1) - 1);
    for (const key of places(shape)) this.cells.get(key)?.delete(shape);
    this.free.push(shape.number);
    this.changed.push(shape);
  }

  #keepMarked() {
    this.version += 1;
    if (this.marks.length) this.marked = this.marks.flatMap(({ id }) => this.all.get(id) ?? []);
  }

  /** New labels of the same objects; answers whether they are the same. */
  relabel(labels) {
    if (labels.length !== this.all.size || !labels.every(([id]) => this.all.has(id))) return false;
    for (const [id, category, prediction] of labels) Object.assign(this.all.get(id) ?? {}, { category, prediction });
    this.recolour();
    return true;
  }

  /**
   * Draw each in its colour.
   *
   * @param {Iterable<string> | null} ids of those that may have another one; null for all
   */
  recolour(ids = null) {
    const marked = new Set(this.marks.length > MARKS ? this.marks : []);
    for (const shape of ids ? [...ids].flatMap((id) => this.all.get(id) ?? []) : this.all.values()) {
      this.#paint(shape, marked.has(shape));
      if (ids && this.patterns) this.changed.push(shape);
    }
    if ((!ids && this.patterns) || this.changed.length > MARKS) this.stale = true; // all at once is sooner
    this.version += 1;
    this.faded = true;
    this.draw();
  }

  #paint(shape, marked = false) {
    const usual = this.several ? SEVERAL[shape.number % SEVERAL.length] : (this.asks.colorOf(shape) ?? UNLABELLED);
    this.table[lineOf(shape.number)] = bytesOf(marked ? "#ffffff" : usual);
    this.table[insideOf(shape.number)] = marked ? bytesOf("#ffffff", 0.35) : bytesOf(usual, this.filled);
  }

  toPlane(plane) {
    if (plane === this.plane) return;
    this.plane = plane;
    this.marked = this.marks.filter((shape) => shape.plane === plane);
    this.version += 1;
    this.#anew();
  }

  /** The smallest object at a point of the picture, or null. */
  at(x, y) {
    return this.stack(x, y)[0] ?? null;
  }

  /** All objects at a point, the smallest first; before them the points whose marks lie there. */
  stack(x, y) {
    const near = this.cells.get(`${this.plane} ${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`) ?? [];
    const found = [...near].filter((shape) => shape.contains(x, y)).sort((a, b) => a.area - b.area);
    return [...new Set([...this.#marksAt(x, y), ...found])];
  }

  /** The points whose marks lie at a point of the picture, the nearest first. */
  #marksAt(x, y) {
    if (!this.sight) return [];
    const reach = NEAR / this.sight[2];
    const there = (shape) => shape.isPoint && shape.from(x, y) <= reach;
    const near = this.near({ x1: x - reach, y1: y - reach, x2: x + reach, y2: y + reach });
    return near.filter(there).sort((a, b) => a.from(x, y) - b.from(x, y));
  }

  /**
   * Those of a plane whose boxes meet a box, as they were added; of the one that is shown by default.
   *
   * @returns {Shape[]}
   */
  near({ x1, y1, x2, y2 }, plane = this.plane) {
    if (!this.counts.get(plane)) return [];
    const meets = (shape) => shape.x1 < x2 && shape.x2 > x1 && shape.y1 < y2 && shape.y2 > y1;
    if (((x2 - x1) * (y2 - y1)) / CELL ** 2 > (this.counts.get(plane) ?? 0)) return [...this.here(plane)].filter(meets);
    /** @type {Set<Shape>} */
    const found = new Set();
    for (const key of places({ plane, x1, y1, x2, y2 })) {
      for (const shape of this.cells.get(key) ?? []) if (meets(shape)) found.add(shape);
    }
    return [...found].sort((a, b) => a.number - b.number);
  }

  /** Select the next object of the same kind in this plane; answers whether there is one. */
  next() {
    const { chosen } = this;
    let passed = false;
    for (const shape of this.here()) {
      if (passed && shape.kind === chosen?.kind) {
        this.chosen = shape;
        return true;
      }
      passed ||= shape === chosen;
    }
    return false;
  }

  /** The picture lies there now, `scale` pixels of the screen for one of it. */
  place(left, top, scale) {
    const sight = [left, top, scale];
    if (String(sight) === String(this.sight)) return;
    this.sight = sight;
    this.#anew();
  }

  /** Draw all of them anew, in another manner. */
  renew() {
    this.version += 1;
    this.#anew();
  }

  #anew() {
    this.stale = true;
    this.draw();
  }

  /** Draw what is to be drawn, once in the next frame. */
  draw() {
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.#draw();
    });
  }

  #draw() {
    const on = cleared(this.canvas, this.sight ?? [0, 0, 1]);
    if (!on || !this.sight) return;
    const { raster, table } = this;
    const dense = window.devicePixelRatio || 1;
    const sight = this.sight.map((each) => each * dense);
    const wide = Math.max(1, Math.round(WIDE * dense));
    const size = { wide, spot: POINT * dense };
    const reach = ({ isPoint }) => (isPoint ? size.spot : wide) + RIM;
    if (raster.resize(this.canvas) || this.stale) this.#redraw(sight, raster.whole, size);
    else for (const part of this.changed) if (this.#seen(part)) this.#redraw(sight, raster.place(part, sight, reach(part)), size);
    if (this.faded && !this.stale) raster.colour(table, raster.whole);
    Object.assign(this, { changed: [], stale: false, faded: false });
    this.canvas.dataset.objects = String(this.count);
    if (!this.shown || this.hidden || !raster.image) return;
    on.pen.putImageData(raster.image, 0, 0);
    if (this.marks.length <= MARKS) for (const shape of this.marks) this.#mark(on.pen, shape, on.unit);
  }

  #seen({ plane }) {
    return plane === this.plane || (this.neighbours && Math.abs(plane - this.plane) === 1);
  }

  /** Draw a part of the screen anew; none where it is out of sight. */
  #redraw(sight, clip, { wide, spot }) {
    if (!clip) return;
    const { raster, table } = this;
    const [left, top, scale] = sight;
    const reach = Math.max(wide, spot) + RIM;
    const [x1, x2] = [clip[0] - reach - left, clip[2] + reach - left].map((x) => x / scale);
    const [y1, y2] = [clip[1] - reach - top, clip[3] + reach - top].map((y) => y / scale);
    const there = this.near({ x1, y1, x2, y2 });
    const shapes = there.filter(({ isPoint }) => !isPoint);
    raster.clear(clip);
    if (this.neighbours) {
      const box = { x1, y1, x2, y2 };
      for (const shape of this.near(box, this.plane - 1)) raster.dashes(shape, sight, clip, wide, "dotted", BEFORE);
      for (const shape of this.near(box, this.plane + 1)) raster.dashes(shape, sight, clip, wide, "dotted", AFTER);
    }
    for (const shape of shapes) raster.inside(shape, sight, clip);
    // Around objects that are large enough, so that light outlines are seen on light ground.
    if (scale >= HALO) for (const shape of shapes) raster.line(shape, sight, clip, wide + RIM, SHADE);
    const { patternOf: pattern } = this.asks;
    for (const shape of shapes) {
      if (this.patterns && pattern) raster.dashes(shape, sight, clip, wide, patternOf(pattern(shape)));
      else raster.line(shape, sight, clip, wide);
    }
    for (const shape of there) {
      if (!shape.isPoint) continue;
      raster.spot(shape, sight, clip, spot + RIM, SHADE);
      raster.spot(shape, sight, clip, spot);
    }
    raster.colour(table, clip);
  }

  /** Draw that an object is selected; `unit` is a pixel of the screen. */
  #mark(pen, shape, unit) {
    pen.fillStyle = "rgb(255 255 255 / 22%)";
    const ring = shape.isPoint ? around(shape, (POINT + 2) * unit) : null;
    if (!ring) fillRows(pen, shape);
    const path = ring ?? shape.path;
    for (const { wide, color } of [{ wide: 5, color: "#000000" }, { wide: 2.4, color: "#ffffff" }]) {
      pen.lineWidth = wide * unit;
      pen.strokeStyle = color;
      pen.stroke(path);
    }
  }
}
