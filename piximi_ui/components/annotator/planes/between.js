// An object between two planes: asked for, shown as a ghost in each plane between, drawn on a press.
// Nothing is in the project before that.

import { fill, number } from "../../shared/dom.js";
import { Layer } from "../../proposals/layer.js";

export class Between {
  /** @param {object} annotator see ../annotator.js: `image`, `plane`, `outlines`, `strokes`, `panel` */
  constructor(annotator) {
    this.annotator = annotator;
    this.layer = new Layer();
    /** @type {any} */
    this.start = null; // {image, plane, id}: the object in the first plane
    this.image = ""; // of the ghosts
    this.back = 0; // the plane that they were asked for in
    /** @type {string[]} */
    this.ids = []; // of the two objects, from when they are asked about until it is answered
    this.accepted = false; // whether that is on its way
    annotator.stage.frame.append(this.layer.canvas, this.layer.marks);
  }

  /** How many planes have a ghost that waits for an answer. */
  get count() {
    return this.accepted ? 0 : this.layer.masks.total;
  }

  /** What to do now, in place of what the tool does; empty for nothing. */
  get words() {
    const { texts } = this.annotator;
    if (!this.count) return "";
    return fill(this.count === 1 ? texts.between_one : texts.between_some, { n: number(this.count) });
  }

  /** The verb: from this object, then to that one, then yes; answers whether it did something. */
  press() {
    const { annotator, start } = this;
    const { image, plane, outlines, texts } = annotator;
    if (this.count) return this.accept();
    const { chosen } = outlines;
    if (!chosen) annotator.say(texts.select_first);
    else if (start?.image === image.id && start.plane !== plane) this.#ask([start.id, chosen.id]);
    else {
      this.start = { image: image.id, plane, id: chosen.id };
      annotator.say(texts.between);
    }
    return true;
  }

  async #ask(ids) {
    const { annotator } = this;
    const { image, plane, texts } = annotator;
    Object.assign(this, { ids, image: image.id, back: plane });
    const answer = await annotator.panel.beside.asker.ask({ ask: "between", ids });
    if (ids !== this.ids || annotator.image.id !== this.image) return;
    if (answer?.said || !answer?.objects?.length) {
      annotator.say(answer?.said || texts.between_failed);
      if (answer) this.start = null;
      return;
    }
    this.start = null;
    annotator.say(""); // what was to be done next is done
    this.layer.take(answer.objects);
    this.layer.kind = answer.objects[0][2];
    // Where there is something to be seen, unless the person has gone on to something else.
    if (annotator.plane !== plane || annotator.hand.draft) return void annotator.redraw();
    const planes = [...this.layer.masks.all.values()].map((shape) => shape.plane);
    annotator.toPlane(planes.reduce((near, each) => (Math.abs(each - plane) < Math.abs(near - plane) ? each : near)));
    annotator.redraw();
  }

  accept() {
    this.accepted = true;
    this.layer.answers = new Map([...this.layer.masks.all.keys()].map((id) => [id, "accepted"]));
    this.annotator.strokes.between(this.ids);
    return true;
  }

  /** Give it up, and go back to where it was asked for. */
  drop() {
    this.#forget();
    this.annotator.toPlane(this.back);
    this.annotator.redraw();
    return true;
  }

  #forget() {
    Object.assign(this, { ids: [], accepted: false });
    this.layer.answers = new Map();
    this.layer.take([]);
  }

  /** A key was pressed; answers whether it was an answer. */
  answer(key) {
    if (!this.count || this.annotator.hand.draft) return false;
    return (key === "Enter" && this.accept()) || (key === "Escape" && this.drop());
  }

  place(...sight) {
    this.layer.place(...sight);
  }

  draw() {
    const { image, plane, outlines, queue } = this.annotator;
    if (!image) return;
    const waits = (queue?.waiting ?? []).some(({ edit }) => edit === "interpolate");
    if (image.id !== this.image || (this.accepted && !waits)) {
      if (this.layer.masks.total) this.#forget();
    }
    this.layer.masks.toPlane(plane);
    this.layer.hidden = !outlines.shown;
    this.layer.draw();
  }
}
