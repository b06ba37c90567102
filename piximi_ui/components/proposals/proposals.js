// Proposals in the annotator: asked for while a slider moves, stored on a press, accepted or rejected
// by painting over them. Answers go by the annotator's queue, looks by an address of their own.

import { NEW } from "../shared/queue.js";
import { Layer } from "./layer.js";
import { Section } from "./section.js";

const STILL = 220; // ms without another size before it is looked for
const AGAIN = 700; // ms after which a look that the server had no time for is repeated
const LONGEST = 60000; // ms
const WHOLE = 6500000; // pixels of a plane that is looked at whole, as annotating/proposing.py has it
const ANSWERS = { accept_proposals: "accepted", reject_proposals: "rejected" };
const BULK = {
  accept_view: ["accept_proposals", true],
  reject_view: ["reject_proposals", true],
  accept_all: ["accept_proposals", false],
  reject_all: ["reject_proposals", false],
};
const NOTHING = { active: false, looking: false, count: null, diameter: null, whole: true, said: "" };

export class Proposals {
  /** @param {object} annotator see annotator.js: `stage`, `panel`, `queue`, `strokes`, `hand` */
  constructor(annotator) {
    this.annotator = annotator;
    this.layer = new Layer(); // what the project has
    this.looked = new Layer(); // what would be proposed
    this.settings = { diameter: null, method: "outlines", tone: "auto" };
    this.proposedFor = ""; // the channels that the diameter was proposed for; empty if a person chose it
    this.state = { ...NOTHING }; // of what is looked for
    this.image = ""; // that the layers are of
    /** @type {number | undefined} */
    this.revision = undefined; // of the project, as the layer shows it
    this.newest = 0; // that was heard of
    this.waitsForKind = false;
    this.asked = ""; // what was looked for last
    this.wished = false; // whether a person asked for it
    this.line = Promise.resolve(); // one question at a time
    /** @type {any} */
    this.brush = null; // the draft that answers, and how far it was followed
    this.followed = 0;
    /** @type {Set<string>} */
    this.touched = new Set(); // by the brush
    this.section = new Section(this);
    annotator.panel.counted.before(this.section.node);
    annotator.stage.frame.append(this.layer.canvas, this.looked.canvas, this.layer.marks);
  }

  close() {
    clearTimeout(this.timer);
  }

  get open() {
    return this.section.node.open;
  }

  /* ---- what the project has ---- */

  /** An answer came: `changes` are the proposals that changed; null if all are to be fetched. */
  take(image, revision, changes) {
    this.newest = revision;
    if (image.id !== this.image) this.#turn(image.id);
    else if (changes && this.revision !== undefined) {
      this.layer.patch(changes);
      this.revision = revision;
      if (this.layer.all.length && !this.wished) this.#forget();
      return;
    }
    if (revision !== this.revision) this.#fetch();
  }

  #turn(id) {
    this.image = id;
    this.revision = undefined;
    this.layer.take([]);
    this.looked.take([]);
    this.state = { ...NOTHING };
    this.asked = "";
    this.section.asking.hidden = true;
  }

  #fetch() {
    this.line = this.line.then(async () => {
      const { image } = this;
      if (this.revision === this.newest) return;
      const answer = await this.#post({ ask: "stored", image });
      if (image !== this.image) return;
      if (answer?.proposals && answer.revision >= this.newest) {
        this.revision = answer.revision;
        this.layer.take(answer.proposals);
        // What is there to be answered comes before what a person has not asked for.
        if (this.layer.all.length && !this.wished) this.#forget();
        if (this.open && !this.layer.all.length) this.begin();
        this.annotator.redraw();
      } else if (answer?.proposals) this.#fetch();
    });
  }

  /* ---- what would be proposed ---- */

  /** The section was opened or closed. */
  toggled() {
    if (this.open && !this.layer.all.length) this.begin();
    if (!this.open) this.cancel();
    this.annotator.redraw();
  }

  /** Look for objects, and show them in place of the proposals. */
  begin() {
    this.wished = false;
    this.state.active = true;
    this.#look();
    this.draw();
  }

  /** A person wants to look for objects, whatever is there. */
  look() {
    this.begin();
    this.wished = true;
  }

  set(name, value) {
    this.settings[name] = value;
    if (name === "diameter") this.proposedFor = "";
    this.begin();
    this.wished = true;
  }

  /** Show what the project has; answers whether something else was shown. */
  cancel() {
    const { active } = this.state;
    this.#forget();
    this.draw();
    return active;
  }

  #forget() {
    this.state = { ...NOTHING, diameter: this.state.diameter };
    this.asked = "";
  }

  #sought() {
    const { annotator, settings } = this;
    const { image, plane, kind, kindToMake, looks, strokes } = annotator;
    // Other channels show other things: what they are like is found out anew.
    if (this.proposedFor && this.proposedFor !== `of ${looks.seen()}`) settings.diameter = null;
    return {
      image: image.id,
      plane,
      kind: kindToMake ? "" : (kind?.id ?? ""),
      new_kind: kindToMake,
      ...settings,
      channels: looks.seen(),
      // All of a plane that is looked at whole: then moving it asks for nothing.
      view: image.width * image.height <= WHOLE ? [0, 0, image.width, image.height] : strokes.view(),
    };
  }

  /** Look for objects once the hand is still, if what is asked is not known yet. */
  #look() {
    const sought = this.#sought();
    const asked = JSON.stringify(sought);
    if (!this.state.active || asked === this.asked) return;
    this.asked = asked;
    this.state = { ...this.state, looking: true, said: "" };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#send(asked, sought), STILL);
  }

  #send(asked, sought) {
    this.line = this.line.then(async () => {
      if (asked !== this.asked) return;
      const answer = await this.#post({ ask: "look", ...sought });
      if (asked !== this.asked) return;
      const { texts } = this.annotator;
      const { count = null, diameter = null, whole = true, proposals = [] } = answer ?? {};
      const said = answer?.said || (answer ? "" : texts.propose_failed);
      this.state = { active: true, looking: false, count, diameter, whole, said };
      // The number on the slider stays as it was proposed, whatever is found next.
      if (this.settings.diameter === null) this.proposedFor = `of ${sought.channels}`;
      this.settings.diameter ??= diameter;
      this.asked = JSON.stringify(this.#sought());
      this.looked.take(proposals);
      this.draw();
    });
  }

  async #post(question) {
    const address = window.location.origin + this.annotator.component.data.looks;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        const answer = await fetch(address, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ client: "look", actions: [], ...question }),
          signal: AbortSignal.timeout(LONGEST),
        });
        if (answer.ok) return await answer.json();
      } catch {
        // The connection is gone; the next answer of the queue asks again.
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
    return null;
  }

  /* ---- what a person does ---- */

  /** Store what is looked at as proposals. */
  propose() {
    const { annotator, state } = this;
    if (!state.count) return false;
    if (!annotator.kind && !annotator.kindToMake) {
      this.waitsForKind = true;
      annotator.panel.askForKind();
      return true;
    }
    this.waitsForKind = false;
    this.#push("propose", [], this.#sought());
    annotator.refocus();
    return true;
  }

  proposeMany() {
    const { annotator } = this;
    if (!annotator.kind && !annotator.kindToMake) return annotator.panel.askForKind();
    this.#push("propose_many", [], this.#sought());
    // The job stands at the side, which Streamlit draws.
    setTimeout(() => annotator.component.setTriggerValue("changed", { revision: Date.now(), image: annotator.image.id }), AGAIN);
    return annotator.refocus();
  }

  bulk(name) {
    const [type, inView] = BULK[name];
    if (this.layer.hidden) return true; // nobody answers what is not seen
    this.#answer(type, (inView ? this.layer.inside(this.annotator.strokes.view()) : this.layer.all).map(({ id }) => id));
    this.annotator.refocus();
    return true;
  }

  /** A brush went over the picture; `held` are the keys that are down. */
  review(draft, held) {
    const ids = [...this.#under(draft, held)];
    this.touched.clear();
    const { annotator } = this;
    if (!this.layer.all.length) return void annotator.say(annotator.texts.propose_first);
    return void this.#answer(held?.ctrlKey || held?.metaKey ? "reject_proposals" : "accept_proposals", ids);
  }

  /** The brush moves; null once it is lifted. */
  follow(draft, held) {
    const known = this.touched.size;
    const reviews = draft?.tool.name === "review";
    if (reviews) this.#under(draft, held);
    else this.touched.clear();
    const boxed = reviews && held?.shiftKey ? around(draft.points) : null;
    // Drawn anew only where it says something else.
    if (known === this.touched.size && !boxed && !this.layer.box) return;
    this.layer.box = boxed;
    this.brushed = held?.ctrlKey || held?.metaKey ? "rejected" : "accepted";
    this.#mark();
    this.layer.draw();
  }

  /** Those under a draft: along its path, or in the box from its first point to the last. */
  #under(draft, held) {
    const { points } = draft;
    if (draft !== this.brush) Object.assign(this, { brush: draft, followed: 0, touched: new Set() });
    const { radius } = this.annotator.strokes.settings;
    if (this.layer.hidden) return this.touched;
    if (held?.shiftKey) {
      this.touched = new Set(this.layer.inside(around(points)).map(({ id }) => id));
      return this.touched;
    }
    // Only the way that it has come since.
    points.slice(Math.max(0, this.followed - 1)).forEach(([x, y], i, way) => {
      const [fromX, fromY] = i ? way[i - 1] : [x, y];
      const parts = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / Math.max(1, radius / 2)));
      for (let part = 1; part <= parts; part += 1) {
        const share = part / parts;
        const ids = this.layer.under(fromX + (x - fromX) * share, fromY + (y - fromY) * share, radius);
        for (const id of ids) this.touched.add(id);
      }
    });
    this.followed = points.length;
    return this.touched;
  }

  #answer(type, ids) {
    const waiting = this.#waiting();
    const fresh = ids.filter((id) => !waiting.has(id));
    if (fresh.length) this.#push(type, fresh, { image: this.image, plane: this.annotator.plane });
    else this.draw();
  }

  #push(type, ids, more) {
    const { category } = this.annotator;
    const known = type === "accept_proposals" && category && !category.id.startsWith(NEW);
    this.annotator.strokes.act(type, ids, { ...more, category: known ? category.id : null });
  }

  /** A key was pressed, given by its action's name if it has one; answers whether it meant something here. */
  press(key) {
    const does = {
      propose: () => this.#toggle(),
      accept_view: () => this.bulk("accept_view"),
      reject_view: () => this.bulk("reject_view"),
      Enter: () => this.state.active && !this.annotator.hand.draft && this.propose(),
      Escape: () => this.state.active && !this.annotator.hand.draft && this.cancel(),
    }[key];
    return does ? does() : false;
  }

  #toggle() {
    this.section.node.open = !this.open;
    return true;
  }

  /* ---- what is drawn ---- */

  place(...sight) {
    this.layer.place(...sight);
    this.looked.place(...sight);
    this.#look();
  }

  /** The answers that are on their way, by the ids of proposals. */
  #waiting() {
    const answers = new Map();
    for (const { type, ids } of this.annotator.queue?.waiting ?? []) {
      if (type in ANSWERS) for (const id of ids) answers.set(id, ANSWERS[type]);
    }
    return answers;
  }

  /** What is on its way is drawn as if it had arrived. */
  #mark() {
    const answers = this.#waiting();
    for (const id of this.touched) answers.set(id, this.brushed);
    this.layer.answers = answers;
  }

  draw() {
    const { annotator, layer, looked } = this;
    if (!annotator.image) return;
    const stores = annotator.queue?.has("propose") ?? false;
    // What was looked at is stored: from now on the project's are shown.
    if (this.stores && !stores) this.#forget();
    this.stores = stores;
    layer.kind = annotator.kind?.id ?? "";
    looked.kind = annotator.kindToMake ? "" : layer.kind;
    for (const one of [layer, looked]) one.masks.toPlane(annotator.plane);
    const { shown } = annotator.outlines;
    layer.hidden = this.state.active || !shown;
    looked.hidden = !this.state.active || !shown;
    if (this.waitsForKind && (annotator.kind || annotator.kindToMake)) this.propose();
    this.#mark();
    this.#look();
    layer.draw();
    looked.draw();
    this.section.draw();
  }
}

/** The box from the first point to the last. */
function around(points) {
  const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}
