// One object of a picture: its mask as the project keeps it, and what follows from that.

import { loops } from "../../shared/loops.js";

/** An object: its mask by rows of boundaries, sorted, where inside and outside meet. */
export class Shape {
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
    this.number = 0; // among those that are drawn
    this.area = this.rows.reduce((sum, row) => sum + row.reduce((all, x, i) => all + (i % 2 ? x : -x), 0), 0);
    /** @type {Int32Array | null} */
    this.traced = null;
    /** @type {number[][] | null} */
    this.looped = null;
  }

  /** Whether it is a mark that counts rather than an outline: it is drawn in one size. */
  get isPoint() {
    return this.area === 1;
  }

  /** The middle of its first pixel: of a point, where it is. Its box may be wider. */
  get middle() {
    const y = Math.max(0, this.rows.findIndex((row) => row.length));
    return [this.x1 + (this.rows[y]?.[0] ?? 0) + 0.5, this.y1 + y + 0.5];
  }

  /** How far that lies from a point of the picture, in its pixels. */
  from(x, y) {
    return Math.hypot(this.middle[0] - x, this.middle[1] - y);
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

  /** The outline along the edges of pixels: x1, y1, x2, y2 of each of its level and upright lines. */
  get edges() {
    this.traced ??= Int32Array.from(edgesOf(this.rows, this.x1, this.y1));
    return this.traced;
  }

  /** The same as closed loops, each x, y, x, y …: along them a pattern runs. */
  get loops() {
    this.looped ??= loops(this.rows, this.x1, this.y1);
    return this.looped;
  }

  get path() {
    const path = new Path2D();
    const { edges } = this;
    for (let i = 0; i < edges.length; i += 4) {
      path.moveTo(edges[i], edges[i + 1]);
      path.lineTo(edges[i + 2], edges[i + 3]);
    }
    return path;
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

function edgesOf(rows, left, top) {
  const edges = [];
  const open = new Map(); // where an upright line began, by its place
  let before = [];
  for (let y = 0; y <= rows.length; y += 1) {
    const row = rows[y] ?? [];
    // What differs between two rows are the level lines between them.
    const differ = [...row.filter((x) => !before.includes(x)), ...before.filter((x) => !row.includes(x))];
    differ.sort((a, b) => a - b);
    for (let i = 0; i + 1 < differ.length; i += 2) edges.push(left + differ[i], top + y, left + differ[i + 1], top + y);
    for (const x of before) {
      if (row.includes(x)) continue;
      edges.push(left + x, top + open.get(x), left + x, top + y);
      open.delete(x);
    }
    for (const x of row) if (!open.has(x)) open.set(x, y);
    before = row;
  }
  return edges;
}
