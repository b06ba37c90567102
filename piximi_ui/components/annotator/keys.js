// The annotator's keys. They are heard before Streamlit hears them: on its pages R and C mean
// something else, wherever the focus is.

import { TEXT_FIELDS } from "../keyboard/keys.js";
import { composes, digitOf, letterOf } from "../keyboard/layouts.js";
import { editOfKey, keyOf, toolOfKey } from "./tools.js";

export class Keys {
  /** @param {object} annotator see annotator.js: the verbs used below */
  constructor(annotator) {
    this.annotator = annotator;
    this.listening = new AbortController();
    const heard = { capture: true, signal: this.listening.signal };
    window.addEventListener("keydown", (event) => this.#down(event), heard);
    window.addEventListener("keyup", (event) => this.#up(event), heard);
    window.addEventListener("blur", () => this.#letGo(), heard);
  }

  close() {
    this.listening.abort();
  }

  #hold(held) {
    this.annotator.hand.held = held;
    this.annotator.root.classList.toggle("moving", held);
  }

  /** The picture without its outlines, as long as the key is down. */
  #hide(hidden) {
    const { outlines } = this.annotator;
    if (outlines.hidden === hidden) return;
    outlines.hidden = hidden;
    outlines.draw();
  }

  /** The window is left, and will not hear of keys that are let go. */
  #letGo() {
    this.#hold(false);
    this.#hide(false);
    this.annotator.looks.hold(false);
  }

  #up(event) {
    if (event.key === " ") this.#hold(false);
    if (letterOf(event) === "h") this.#hide(false);
    if (event.key === ".") this.annotator.looks.hold(false);
  }

  #down(event) {
    const { annotator } = this;
    if (composes(event) || !annotator.listens() || elsewhere(event)) return;
    const chord = event.ctrlKey || event.metaKey;
    const { table } = annotator.panel.beside;
    if (event.altKey || table.keeps(event.composedPath()[0], event.key)) return;
    if (!(chord ? this.#chord(event) : this.#plain(event))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #chord(event) {
    const { annotator } = this;
    const key = letterOf(event);
    if (key === "z" && event.shiftKey) return annotator.strokes.act("redo");
    if (key === "z") return annotator.hand.undo() || annotator.strokes.act("undo");
    if (key === "y") return annotator.strokes.act("redo");
    return key === "a" && annotator.selectAll();
  }

  #plain(event) {
    const { annotator } = this;
    if (annotator.panel.beside.table.press(event)) return true;
    if (event.key === " ") {
      this.#hold(true);
      return true;
    }
    const digit = digitOf(event);
    if (digit !== null && !event.repeat) {
      annotator.digits.press(digit, false, annotator.categories);
      return true;
    }
    const letter = letterOf(event);
    const key = keyOf(event, letter);
    if (annotator.proposals.press(key)) return true;
    const tool = toolOfKey(key);
    const edit = editOfKey(key);
    if (tool) return annotator.choose(tool);
    if (edit) return annotator.strokes.edit(edit.name);
    const does = {
      Enter: () => annotator.hand.confirm(),
      Escape: () => annotator.hand.cancel() || annotator.select([], false),
      Backspace: () => annotator.hand.undo(),
      Delete: () => annotator.strokes.remove(),
      ArrowLeft: () => annotator.turn(-1),
      ArrowRight: () => annotator.turn(1),
      PageUp: () => annotator.toPlane(annotator.plane - 1),
      PageDown: () => annotator.toPlane(annotator.plane + 1),
      "+": () => annotator.zoom(1.25),
      "=": () => annotator.zoom(1.25),
      "-": () => annotator.zoom(0.8),
      "[": () => annotator.set("radius", annotator.strokes.settings.radius / 1.25),
      "]": () => annotator.set("radius", annotator.strokes.settings.radius * 1.25),
      "/": () => annotator.find(),
      f: () => annotator.zoomTo(null),
      z: () => annotator.zoomTo(1),
      o: () => annotator.toggle(),
      u: () => annotator.label(annotator.categories[0]),
      q: () => annotator.nextMode(),
      y: () => annotator.nextChoice(),
      h: () => this.#hide(true),
      ".": () => annotator.looks.hold(true),
    }[key] ?? annotator.panel.beside.keys[key];
    if (!does) return false;
    does();
    return true;
  }
}

/** Keys belong to a text field or an open dialog as long as there is one. */
function elsewhere(event) {
  const [target] = event.composedPath();
  if (!(target instanceof Element)) return false;
  if (target.closest(TEXT_FIELDS)) return true;
  if (target.matches("input[type=range]") && event.key.startsWith("Arrow")) return true;
  return document.querySelector('[role="dialog"]') !== null;
}
