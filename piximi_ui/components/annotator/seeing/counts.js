// How many objects of the plane have each category, for the numbers beside the categories.

export class Counts {
  constructor() {
    this.counted = ""; // what of the objects was
    /** @type {Map<string, number>} */
    this.found = new Map();
  }

  /**
   * The counts in the order of the categories, labels that wait among them. All objects are looked at
   * only where they are others than before.
   *
   * @param {object} annotator see annotator.js: `outlines`, `kind`, `categories`, `pending`
   * @returns {number[]}
   */
  of({ outlines, kind, categories, pending }) {
    const state = String([outlines.version, outlines.plane, kind?.id, [...pending]]);
    if (state !== this.counted) {
      this.counted = state;
      this.found = new Map();
      for (const { id, kind: its, category } of outlines.here()) {
        const label = pending.get(id) ?? category;
        if (its === kind?.id) this.found.set(label, (this.found.get(label) ?? 0) + 1);
      }
    }
    return categories.map(({ id }) => this.found.get(id) ?? 0);
  }
}
