// What the pointer does on the picture: draws with the tool that is chosen, or selects.

import { Draft, TOOLS } from "./tools.js";

const ERASER = 5; // the button of the other end of a pen
const FAR = 4; // screen pixels from which on a press is a box, not a click

export class Hand {
  /** @param {object} annotator see annotator.js: `stage`, `outlines`, `sketch`, `strokes`, `select` */
  constructor(annotator) {
    this.annotator = annotator;
    this.tool = TOOLS[0];
    /** @type {Draft | null} */
    this.draft = null;
    this.held = false; // Space or Alt: the picture is moved instead
    this.penSeen = false; // then fingers move the picture, and only the pen draws
    this.fingersToo = false; // unless a person wants them to
  }

  get unit() {
    return 1 / this.annotator.stage.scale;
  }

  letFingersDraw() {
    Object.assign(this, { penSeen: false, fingersToo: true });
    this.annotator.redraw();
  }

  choose(tool) {
    this.settle();
    this.tool = tool;
    this.annotator.sketch.brush = null;
    this.show();
  }

  /* ---- what the stage asks ---- */

  takes(event) {
    if (event.pointerType === "pen" && !this.fingersToo) this.penSeen = true;
    if (!(event.button === 0 || event.button === ERASER) || this.held || event.altKey) return false;
    if ((event.pointerType === "touch" && this.penSeen) || this.annotator.image === null) return false;
    // On the picture that was there before, an outline would go to an image that nobody saw.
    const { stage, texts } = this.annotator;
    if (!stage.current) this.annotator.say(stage.broken.hidden ? texts.not_yet : texts.broken);
    return stage.current;
  }

  down(point, event) {
    this.annotator.refocus();
    this.modifier = event.button === ERASER ? { ctrlKey: true, shiftKey: false } : event;
    if (this.draft?.hovers) return void this.confirm();
    if (!this.draft || this.tool.gesture !== "corners") this.draft = new Draft(this.tool);
    if (this.draft.down(point, this.unit)) this.confirm();
    else this.show();
    return undefined;
  }

  move(points, event) {
    this.draft?.move(points, this.unit);
    this.hover(points.at(-1), event);
  }

  up(point, event) {
    if (!this.draft) return;
    if (event.button !== ERASER) this.modifier = event;
    const [[x, y]] = this.draft.points;
    const far = ([a, b]) => Math.hypot(a - x, b - y) >= FAR * this.unit;
    // Clicked, not dragged around to where it began: the line follows the pointer from now on.
    this.draft.hovers = this.tool.name === "lasso" && !far(point) && !this.draft.points.some(far);
    if (!this.draft.hovers && this.draft.up()) this.confirm();
    else this.annotator.strokes.keep(this.draft);
  }

  hover(point, event) {
    const { sketch, strokes } = this.annotator;
    this.annotator.status.pointed(point);
    sketch.corner = point;
    if (this.draft?.hovers) {
      this.draft.move([point], this.unit);
      if (this.draft.closes(point, this.unit)) this.confirm();
    }
    // Where the hand is about to draw with the pen; a finger hides it anyway.
    const pen = this.tool.paints && event.pointerType !== "touch";
    sketch.brush = pen ? [...point, strokes.settings.radius] : null;
    this.show();
  }

  /** The hand turns to something else: an outline that could be closed is drawn, and not lost. */
  settle() {
    const { draft } = this;
    const outline = draft && (draft.hovers || draft.tool.gesture === "corners");
    if (outline && draft.points.length > 2 && draft.whole(this.unit)) this.confirm();
    else this.cancel();
  }

  /** What is drawn stays with its picture; answers whether one may go on to another. */
  leaves() {
    this.settle();
    const { strokes, panel } = this.annotator;
    if (strokes.waitsForKind.length) panel.askForKind();
    return strokes.waitsForKind.length === 0;
  }

  /** Drop what is being drawn; answers whether there was something. */
  cancel() {
    const there = this.draft !== null;
    this.draft = null;
    this.annotator.strokes.keep(this.draft);
    this.show();
    return there;
  }

  /* ---- what keys do ---- */

  /** Take the last corner back; answers whether something was being drawn. */
  undo() {
    if (!this.draft) return false;
    if (!this.draft.undo() || !this.draft.points.length) return this.cancel();
    this.annotator.strokes.keep(this.draft);
    this.show();
    return true;
  }

  /** Draw what the draft says; answers whether there was one. */
  confirm() {
    const { draft, annotator, modifier } = this;
    if (!draft) return false;
    this.draft = null;
    if (draft.tool.name === "select") this.#select(draft.points, modifier);
    else if (draft.whole(this.unit)) annotator.strokes.confirm(draft, modifier);
    annotator.strokes.keep(null);
    this.show();
    return true;
  }

  #select(points, { shiftKey }) {
    const { annotator } = this;
    const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
    const { outlines } = annotator;
    if (Math.hypot(x2 - x1, y2 - y1) < FAR * this.unit) {
      const there = outlines.stack(x1, y1);
      // Again at the same place: the one below.
      const next = there[(there.indexOf(outlines.chosen) + 1) % (there.length || 1)];
      annotator.select(next ? [next] : [], shiftKey);
      return;
    }
    const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
    const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)];
    const inside = outlines
      .near({ x1: left, y1: top, x2: right, y2: bottom })
      .filter(({ x1: a, y1: b, x2: c, y2: d }) => a >= left && b >= top && c <= right && d <= bottom);
    annotator.select(inside, shiftKey);
  }

  /** Draw the draft and what waits. */
  show() {
    const { annotator, draft } = this;
    const { sketch, strokes, guides } = annotator;
    if (!annotator.image) return;
    if (!draft) guides.ready(this.tool);
    guides.foresee(draft);
    sketch.under = [guides.patches, guides.preview];
    sketch.signs = strokes.signs();
    sketch.traces = strokes.waiting();
    for (const each of draft ? [...strokes.waitsForKind, draft] : strokes.waitsForKind) {
      const guided = guides.trace(each, each === draft ? sketch.corner : null);
      sketch.traces.push({ tool: each.tool, points: each.points, radius: strokes.settings.radius, ...guided });
    }
    sketch.draw();
    annotator.proposals.follow(draft, this.modifier);
  }
}
