// The objects of a picture: their outlines on a canvas over it, and which one lies under a point.
// They come as the run lengths that the project keeps; nothing is traced on the server.

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
    this.#know(objects.map((each) => new Shape(each)));
  }

  /** Take those that changed, and leave out those that are gone. */
  patch({ changed, gone }) {
    const others = new Map(changed.map((each) => [each[0], new Shape(each)]));
    const left = new Set(gone);
    const kept = this.shapes.filter(({ id }) => !left.has(id));
    const known = new Set(kept.map(({ id }) => id));
    const fresh = [...others.values()].filter(({ id }) => !known.has(id));
    this.#know([...kept.map((shape) => others.get(shape.id) ?? shape), ...fresh]);
  }

  #know(shapes) {
    this.shapes = shapes;
    this.cells = new Map();
    for (const shape of this.shapes) {
      for (let cx = Math.floor(shape.x1 / CELL); cx <= Math.floor((shape.x2 - 1) / CELL); cx += 1) {
        for (let cy = Math.floor(shape.y1 / CELL); cy <= Math.floor((shape.y2 - 1) / CELL); cy += 1) {
          const key = `${cx} ${cy}`;
          if (!this.cells.has(key)) this.cells.set(key, []);
          this.cells.get(key).push(shape);
        }
      }
    }
    const there = new Map(this.shapes.map((shape) => [shape.id, shape]));
    this.marked = this.marked.map(({ id }) => there.get(id)).filter((shape) => shape !== undefined);
    this.recolour();
  }

  /** New labels of the same objects; answers whether they are the same. */
  relabel(labels) {
    const known = new Map(labels.map(([id, category, prediction]) => [id, { category, prediction }]));
    if (known.size !== this.shapes.length || !this.shapes.every(({ id }) => known.has(id))) return false;
    for (const shape of this.shapes) Object.assign(shape, known.get(shape.id));
    this.recolour();
    return true;
  }

  /** Gather the outlines of one colour, which are drawn at once. */
  recolour() {
    this.groups = new Map();
    for (const shape of this.shapes) {
      if (shape.plane !== this.plane) continue;
      const color = this.asks.colorOf(shape) ?? UNLABELLED;
      if (!this.groups.has(color)) this.groups.set(color, new Path2D());
      this.groups.get(color).addPath(shape.path);
    }
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
    const near = this.cells?.get(`${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`) ?? [];
    const there = near.filter((shape) => shape.plane === this.plane && shape.contains(x, y));
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
    const { canvas } = this;
    const dense = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth * dense, canvas.clientHeight * dense].map(Math.round);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, width, height);
    if (!this.shown || !this.sight || !this.groups) return;
    const [left, top, scale] = this.sight.map((each) => each * dense);
    pen.setTransform(scale, 0, 0, scale, left, top);
    for (const [color, path] of this.groups) {
      pen.lineWidth = (1.6 * dense) / scale;
      pen.strokeStyle = color;
      pen.stroke(path);
    }
    for (const shape of this.marked) this.#mark(pen, shape, dense / scale);
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
