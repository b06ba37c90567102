// The objects of the image that is shown, kept up with the project: fetched once, then only what
// changed comes along with the answers.

export class Crowd {
  /** @param {object} annotator see annotator.js: `outlines`, `redraw` */
  constructor(annotator) {
    this.annotator = annotator;
    /** @type {number | undefined} */
    this.revision = undefined; // of the project, as these objects show it
    this.source = ""; // where they come from
    this.fetching = false;
    this.again = false; // whether something changed while they were fetched
    this.fresh = ""; // the id of an object that is selected once it is there
  }

  /** An answer came: `objects` are those that changed, null if all are to be fetched. */
  take(image, revision, objects, others) {
    const { outlines } = this.annotator;
    this.source = image.outlines;
    if (others) {
      outlines.take([]);
      outlines.marked = [];
      this.revision = undefined;
    }
    if (objects && !others) {
      outlines.patch(objects);
      this.revision = revision;
      this.#mark();
      this.again = this.fetching;
      return;
    }
    if (revision === this.revision) return;
    this.wanted = revision;
    if (this.fetching) this.again = true;
    else this.#fetch();
  }

  /** Ask for all that the image shows, as if it had not been shown before. */
  forget() {
    this.revision = undefined;
    this.annotator.queue.look();
  }

  async #fetch() {
    const { source, wanted } = this;
    this.fetching = true;
    this.again = false;
    let found = null;
    try {
      const answer = await fetch(source, { cache: "no-store" });
      if (answer.ok) found = (await answer.json()).objects;
    } catch {
      // The connection is gone; the next answer asks again.
    }
    this.fetching = false;
    // Another image, or something newer, came meanwhile.
    if (source !== this.source || this.again) return void this.#fetch();
    if (found === null) return undefined;
    this.revision = wanted;
    this.annotator.outlines.take(found);
    this.#mark();
    return this.annotator.redraw();
  }

  #mark() {
    const { outlines } = this.annotator;
    const shape = outlines.all.get(this.fresh);
    if (!shape) return;
    this.fresh = "";
    if (shape.plane === outlines.plane) outlines.marked = [shape];
  }
}
