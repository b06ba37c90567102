// The annotator's keys. They are heard before Streamlit hears them: on its pages R and C mean
// something else, wherever the focus is.

import { TEXT_FIELDS } from "../keyboard/keys.js";
import { composes, digitOf, letterOf } from "../keyboard/layouts.js";
import { bindings, CHANGED, dressed } from "./bindings.js";
import { EDITS, keyOf, TOOLS } from "./tools.js";

// With these Streamlit runs the page again or asks to clear its cache, whatever they mean to us.
const RELOADS = new Set(["r", "Shift+R", "c", "Shift+C"]);

const PRESSED = "button, a, summary, select, [role=button], input";

export class Keys {
  /** @param {object} annotator see annotator.js: the verbs used below */
  constructor(annotator) {
    this.annotator = annotator;
    this.listening = new AbortController();
    const heard = { capture: true, signal: this.listening.signal };
    window.addEventListener("keydown", (event) => this.#down(event), heard);
    window.addEventListener("keyup", (event) => this.#up(event), heard);
    window.addEventListener("blur", () => this.#letGo(), heard);
    window.addEventListener(CHANGED, () => this.#changed(), heard);
    this.verbs = this.#verbsOf(annotator);
    this.down = { hide: "", channel: "" }; // the keys that are held, by their places
  }

  close() {
    this.listening.abort();
  }

  /** The person gave keys otherwise: what tells keys follows. */
  #changed() {
    const { annotator } = this;
    if (!annotator.component) return;
    annotator.texts = dressed(annotator.component.data.texts);
    annotator.redraw();
  }

  #hold(held) {
    this.annotator.hand.held = held;
    this.annotator.root.classList.toggle("moving", held);
  }

  /** The picture without its outlines, as long as the key is down. */
  #hide(hidden, code = "") {
    const { outlines } = this.annotator;
    this.down.hide = code;
    if (outlines.hidden === hidden) return;
    outlines.hidden = hidden;
    outlines.draw();
  }

  /** One channel alone, as long as the key is down. */
  #channel(alone, code = "") {
    this.down.channel = code;
    this.annotator.looks.hold(alone);
  }

  /** The window is left, and will not hear of keys that are let go. */
  #letGo() {
    this.#hold(false);
    this.#hide(false);
    this.#channel(false);
  }

  #up(event) {
    if (event.key === " ") this.#hold(false);
    if (event.code === this.down.hide) this.#hide(false);
    if (event.code === this.down.channel) this.#channel(false);
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
    const key = keyOf(event, letterOf(event));
    const action = bindings.actionOf(key);
    if (annotator.between.answer(key) || annotator.proposals.press(action ?? key)) return true;
    const does = this.verbs[action ?? key];
    if (does) does(event);
    // A key that is held down must not accept what it has only asked to see.
    else if (!(event.repeat && action === "edit_interpolate") && !this.#draws(action)) return RELOADS.has(key);
    return true;
  }

  /** Choose a tool or edit what is selected; answers whether the action is one of these. */
  #draws(action) {
    const tool = TOOLS.find(({ name }) => action === `tool_${name}`);
    const edit = EDITS.find(({ name }) => action === `edit_${name}`);
    if (tool) this.annotator.choose(tool);
    else if (edit) this.annotator.strokes.edit(edit.name);
    return Boolean(tool ?? edit);
  }

  #verbsOf(annotator) {
    const { strokes, panel } = annotator;
    return {
      Enter: () => annotator.hand.confirm(),
      Escape: () => annotator.hand.cancel() || annotator.select([], false),
      take_back: () => annotator.hand.undo(),
      // A key that rests on the table must not delete one object after the other.
      remove: ({ repeat }) => repeat || strokes.remove(),
      previous: () => annotator.turn(-1),
      next: () => annotator.turn(1),
      plane_before: () => annotator.toPlane(annotator.plane - 1),
      plane_after: () => annotator.toPlane(annotator.plane + 1),
      zoom_in: () => annotator.stage.zoomBy(1.25),
      zoom_out: () => annotator.stage.zoomBy(0.8),
      smaller: () => annotator.set("radius", strokes.settings.radius / 1.25),
      larger: () => annotator.set("radius", strokes.settings.radius * 1.25),
      find: () => annotator.find(),
      fit: () => annotator.stage.zoomTo(null),
      one_to_one: () => annotator.stage.zoomTo(1),
      outlines: () => annotator.toggle(),
      neighbours: () => annotator.looks.manner.toggle("neighbours"),
      unlabel: () => annotator.label(annotator.categories[0]),
      next_mode: () => annotator.nextMode(),
      next_choice: () => annotator.nextChoice(),
      hide: ({ code }) => this.#hide(true, code),
      one_channel: ({ code }) => this.#channel(true, code),
      ...panel.beside.keys,
    };
  }
}

/** Keys belong to a text field or an open dialog as long as there is one. */
function elsewhere(event) {
  const [target] = event.composedPath();
  if (!(target instanceof Element)) return false;
  if (target.closest(TEXT_FIELDS)) return true;
  if (target.matches("input[type=range]") && event.key.startsWith("Arrow")) return true;
  // Whoever has walked to a button by keyboard presses it.
  if ((event.key === "Enter" || event.key === " ") && target.closest(PRESSED)?.matches(":focus-visible")) return true;
  return document.querySelector('[role="dialog"]') !== null;
}
