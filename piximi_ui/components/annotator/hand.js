// What the pointer does on the picture: draws with the tool that is chosen, or selects.

import { Draft, TOOLS } from "./tools.js";

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
  }

  get unit() {
    return 1 / this.annotator.stage.scale;
  }

  choose(tool) {
    this.cancel();
    this.tool = tool;
    this.annotator.sketch.brush = null;
    this.show();
  }

  /* ---- what the stage asks ---- */

  takes(event) {
    if (event.pointerType === "pen") this.penSeen = true;
    if (event.button !== 0 || this.held || event.altKey) return false;
    return !(event.pointerType === "touch" && this.penSeen) && this.annotator.image !== null;
  }

  down(point, event) {
    this.annotator.refocus();
    if (!this.draft || this.tool.gesture !== "corners") this.draft = new Draft(this.tool);
    this.modifier = event;
    if (this.draft.down(point, this.unit)) this.confirm();
    else this.show();
  }

  move(points, event) {
    this.draft?.move(points, this.unit);
    this.hover(points.at(-1), event);
  }

  up(_point, event) {
    if (!this.draft) return;
    this.modifier = event;
    if (this.draft.up()) this.confirm();
    else this.annotator.strokes.keep(this.draft);
  }

  hover(point, event) {
    const { sketch, strokes } = this.annotator;
    this.annotator.pointed(point);
    sketch.corner = point;
    // Where the hand is about to draw with the pen; a finger hides it anyway.
    const pen = this.tool.paints && event.pointerType !== "touch";
    sketch.brush = pen ? [...point, strokes.settings.radius] : null;
    this.show();
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
    const inside = outlines.shapes.filter(
      ({ plane, x1: a, y1: b, x2: c, y2: d }) =>
        plane === outlines.plane && a >= left && b >= top && c <= right && d <= bottom,
    );
    annotator.select(inside, shiftKey);
  }

  /** Draw the draft and what waits. */
  show() {
    const { annotator, draft } = this;
    const { radius } = annotator.strokes.settings;
    const waiting = annotator.strokes.waiting();
    annotator.sketch.traces = draft ? [...waiting, { tool: draft.tool, points: draft.points, radius }] : waiting;
    annotator.sketch.draw();
    annotator.proposals.follow(draft, this.modifier);
  }
}
