// What can be drawn with: the gesture of each tool, its keys, and what it can be set to.

/**
 * @typedef {object} Tool
 * @property {string} name as the server knows it, or "select", "split", "move"
 * @property {string} gesture "click", "box", "path" (while the button is held) or "corners" (clicks)
 * @property {string[]} keys as at first, see bindings.js
 * @property {string} sign beside its name
 * @property {string} [edit] what it does to the objects that are selected, in place of drawing
 * @property {boolean} [counts] whether each click is an object of its own, whatever is selected
 * @property {boolean} [notes] whether it notes something of a region, in place of drawing
 * @property {string[]} [settings]
 * @property {string} [guide] the map that it draws with, see guiding/maps.js
 * @property {boolean} [previews] whether what it would fill is seen before
 * @property {boolean} [paints] whether it has a brush, of the radius that is set
 */

/** @type {Tool[]} */
export const TOOLS = [
  { name: "select", gesture: "box", keys: ["v"], sign: "⬚" },
  { name: "smart_box", gesture: "box", keys: ["b", "Shift+B"], sign: "▣", settings: ["choice"] },
  { name: "smart_click", gesture: "click", keys: ["s", "Shift+S"], sign: "✦", settings: ["choice"] },
  { name: "pen", gesture: "path", keys: ["d", "Shift+D"], sign: "✎", settings: ["radius"], paints: true },
  { name: "lasso", gesture: "path", keys: ["l", "Shift+L"], sign: "∿" },
  { name: "polygon", gesture: "corners", keys: ["p", "Shift+P"], sign: "⬠" },
  { name: "magnetic", gesture: "corners", keys: ["Shift+M"], sign: "⌇", guide: "costs" },
  { name: "quick", gesture: "path", keys: ["Shift+Q"], sign: "▦", settings: ["size"], guide: "patches" },
  { name: "rectangle", gesture: "box", keys: ["r", "Shift+R"], sign: "▭" },
  { name: "ellipse", gesture: "box", keys: ["e", "Shift+E"], sign: "◯" },
  { name: "color", gesture: "pull", keys: ["c", "Shift+C"], sign: "◍", settings: ["tolerance"], previews: true },
  { name: "threshold", gesture: "box", keys: ["t", "Shift+T"], sign: "◐", settings: ["level"], previews: true },
  { name: "point", gesture: "click", keys: [","], sign: "•", counts: true },
  { name: "review", gesture: "path", keys: ["a"], sign: "✓", settings: ["radius"], paints: true },
  { name: "split", gesture: "path", keys: ["x"], sign: "✂", edit: "split" },
  { name: "move", gesture: "path", keys: ["m"], sign: "✥", edit: "move" },
  { name: "complete", gesture: "box", keys: ["g"], sign: "⊡", notes: true },
];

export const MODES = ["new", "add", "subtract", "intersect", "invert", "select"];
export const OVERLAPS = ["allow", "protect", "take"];

/** What is done to the selected objects at once, with its keys. */
export const EDITS = [
  { name: "fill", keys: ["Shift+F"] },
  { name: "largest", keys: ["Shift+K"] },
  { name: "smooth", keys: ["Shift+O"] },
  { name: "grow", keys: [">"] },
  { name: "shrink", keys: ["<"] },
  { name: "merge", keys: ["j"] },
  { name: "interpolate", keys: ["i"] },
  { name: "copy_back", keys: ["Shift+PageUp"] },
  { name: "copy_on", keys: ["Shift+PageDown"] },
];

/** The key of an event as it stands in the lists above; letters by what they write. */
export function keyOf(event, letter) {
  const named = letter.length === 1 && /\p{L}/u.test(letter) ? letter : event.key;
  const shifted = event.shiftKey && (named.length > 1 || /\p{L}/u.test(named));
  return shifted ? `Shift+${named.length === 1 ? named.toUpperCase() : named}` : named;
}

const CLOSE = 8; // screen pixels from the first corner that close an outline
const TWICE = 3; // screen pixels within which a corner is the same
const APART = 1.5; // screen pixels between the points of a path

/** What is being drawn and not yet confirmed. */
export class Draft {
  /** @param {Tool} tool */
  constructor(tool, points = []) {
    this.tool = tool;
    /** @type {[number, number][]} */
    this.points = points;
    /** @type {{image: string, plane: number} | undefined} */
    this.on = undefined; // where it was drawn, once it waits for a name
    this.hovers = false; // whether it goes on without the button held
  }

  /** The button went down; answers whether that confirms it. `unit` is a screen pixel. */
  down(point, unit) {
    const [first] = this.points;
    if (this.tool.gesture !== "corners") {
      this.points = [point];
      return false;
    }
    const last = this.points.at(-1);
    const within = (corner, most) => corner && Math.hypot(point[0] - corner[0], point[1] - corner[1]) < most * unit;
    // The last corner once more, as by a double click, ends the outline as the first one does.
    if (within(last, TWICE)) return this.points.length > 2;
    if (within(first, CLOSE) && this.points.length > 2) return true;
    this.points.push(point);
    return false;
  }

  /** A line that is drawn without the button held is closed where it began. */
  closes([x, y], unit) {
    const [[x1, y1]] = this.points;
    const far = this.points.some(([a, b]) => Math.hypot(a - x1, b - y1) > 3 * CLOSE * unit);
    return far && Math.hypot(x - x1, y - y1) < CLOSE * unit;
  }

  move(points, unit) {
    const { gesture } = this.tool;
    if (gesture === "box" || gesture === "pull") this.points = [this.points[0], points.at(-1)];
    if (gesture !== "path") return;
    for (const point of points) {
      const last = this.points.at(-1);
      if (!last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= APART * unit) this.points.push(point);
    }
  }

  /** The button was let go; answers whether that confirms it. */
  up() {
    return this.tool.gesture !== "corners";
  }

  /** Take the last corner back; answers whether there was one. */
  undo() {
    return this.points.pop() !== undefined;
  }

  /** Whether there is enough of it to be confirmed; `unit` is a screen pixel. */
  whole(unit) {
    const [first] = this.points;
    if (!first) return false;
    const { gesture, paints } = this.tool;
    if (gesture === "click" || gesture === "pull" || paints || this.tool.name === "quick") return true;
    const far = this.points.some(([x, y]) => Math.hypot(x - first[0], y - first[1]) >= 2 * unit);
    return far && (gesture !== "corners" || this.points.length > 2);
  }
}
