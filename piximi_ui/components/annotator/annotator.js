// The annotator component: objects drawn on an image. What the hand does shows at once; a confirmed
// stroke waits in the queue until the project has acknowledged it, and comes back as an outline.

import { Finder } from "../gallery/find.js";
import { withCreated } from "../keyboard/category_keys.js";
import { TypedDigits } from "../keyboard/digits.js";
import { TypedPanel } from "../keyboard/typed.js";
import { leadHere, leadTo } from "../shared/address.js";
import { element, fill, speak } from "../shared/dom.js";
import { Follower } from "../shared/follow.js";
import { perPlace } from "../shared/mount.js";
import { Proposals } from "../proposals/proposals.js";
import { ActionQueue, NEW } from "../shared/queue.js";
import { Outlines } from "../viewer/outlining/outlines.js";
import { Stage } from "../viewer/stage.js";
import { dressed } from "./bindings.js";
import { Crowd } from "./crowd.js";
import { Guides } from "./guiding/guides.js";
import { Hand } from "./hand.js";
import { Keys } from "./keys.js";
import { Looks } from "./looks.js";
import { Panel } from "./panel.js";
import { Between } from "./planes/between.js";
import { PlaneSlider } from "./planes/slider.js";
import { Sketch } from "./sketch.js";
import { Status } from "./status.js";
import { Strokes } from "./strokes.js";
import { Toolbar } from "./toolbar.js";

const TELL = 1500; // ms without a stroke after which the page around us follows

export const mount = perPlace((host, style) => new Annotator(host, style));

class Annotator {
  constructor(host, style) {
    this.host = host;
    /** @type {any} */
    this.image = null;
    /** @type {any} */
    this.queue = null;
    /** @type {any} */
    this.follower = null;
    this.kinds = [];
    this.heard = 0; // how often the kinds were told
    this.labels = new Map(); // categories by their ids, those of all kinds but Unknown
    this.pending = new Map(); // labels that wait
    this.kind = null; // of what is drawn now
    this.category = null;
    this.kindToMake = ""; // the name of one that comes with the first object of it
    this.plane = 0;
    this.by = 0; // images further on that the person wants to be
    this.sent = 0; // as many of these as the question under way took along
    this.strokes = new Strokes(this);
    this.texts = {};
    /** @type {{zoom: number | null, x: number, y: number}} */
    this.sight = { zoom: null, x: 0.5, y: 0.5 };
    this.stage = new Stage(this.sight, () => this.stage.place());
    this.outlines = new Outlines({
      colorOf: (shape) => this.labelOf(shape)?.color ?? null,
      patternOf: (shape) => this.labelOf(shape)?.pattern ?? 0,
    });
    this.sketch = new Sketch();
    this.crowd = new Crowd(this);
    this.hand = new Hand(this);
    this.guides = new Guides(this);
    this.looks = new Looks(this);
    this.status = new Status(this);
    this.stage.tool = this.hand;
    this.stage.overlay = {
      place: (...sight) => {
        this.outlines.place(...sight);
        this.proposals.place(...sight);
        this.between.place(...sight);
        this.sketch.place(...sight);
        this.status.zoomed(this.stage.scale);
      },
    };
    this.toolbar = new Toolbar(this);
    this.planes = new PlaneSlider(this);
    this.panel = new Panel(this);
    this.proposals = new Proposals(this);
    this.between = new Between(this);
    this.typed = new TypedPanel();
    this.finder = new Finder({
      choose: (category) => this.label(category),
      labelling: { create: (name) => this.strokes.create(name) },
      refocus: () => this.refocus(),
    });
    this.digits = new TypedDigits({
      subject: () => this.image?.id,
      show: (typed, list) => this.typed.show(typed, list, this.texts),
      take: (category, typed) => (category ? this.label(category) : this.say(fill(this.texts.no_category, { index: typed }))),
    });
    this.#build();
    this.ready = this.#dress(style);
    this.keys = new Keys(this);
  }

  #build() {
    const { status } = this;
    this.stage.frame.append(this.outlines.canvas, this.sketch.canvas, status.bar, status.said);
    const { row, verbs, column } = this.toolbar;
    this.root = element("div", { class: "annotator", tabindex: "-1" }, [
      column,
      element("div", { class: "middle" }, [
        row,
        this.stage.node,
        this.panel.beside.strip.node,
        this.planes.node,
        status.row,
        verbs,
        status.hint,
      ]),
      this.panel.node,
      this.typed.node,
      this.finder.node,
    ]);
  }

  #dress(style) {
    return new Promise((resolve) => {
      const link = element("link", { rel: "stylesheet", href: style, onload: resolve, onerror: resolve });
      this.host.append(link, this.root);
    });
  }

  close() {
    this.keys.close();
    this.panel.beside.close();
    this.guides.ahead.close();
    this.proposals.close();
    this.queue?.close();
    this.follower?.close();
    this.stage.close();
    clearTimeout(this.telling);
    this.status.close();
    this.strokes.close();
    this.root.remove();
  }

  update(component) {
    const { data } = component;
    this.component = component;
    this.texts = dressed(data.texts);
    this.path = window.location.pathname;
    speak(data.texts.language);
    this.store = data.store;
    this.follow = data.follow;
    this.panel.beside.update(data);
    this.queue ??= new ActionQueue(data.store, this);
    this.follower ??= new Follower(this);
    if (this.image === null) this.answered(data);
    // Other images are walked through: which place this one has among them is asked anew.
    else if (data.image && data.image.total !== this.image.total) this.crowd.forget();
    // Something was done beside the picture, such as an undo.
    else if (data.revision !== this.crowd.revision) this.queue.look();
    this.queue.open(data.actions);
    this.redraw();
    leadHere("image", () => this.listens() && this.image.id);
  }

  listens() {
    return this.image !== null && this.root.isConnected && this.path === window.location.pathname;
  }

  /* ---- what the queue and the follower ask ---- */

  along() {
    this.sent = this.by;
    return { image: this.image?.id ?? "", shown: this.crowd.revision, by: this.by, ...this.panel.beside.along() };
  }

  /** The project answered: what the image shows now. */
  answered({ image = this.image, kinds, revision, objects, proposals, said, way, ...more }) {
    if (kinds) this.#know(kinds);
    if (way !== undefined) this.status.way.textContent = way;
    if (said) this.strokes.refused();
    if (said) this.say(said);
    if (!image) return;
    const others = image.id !== this.image?.id;
    // A turn that was asked for since the question was sent is still to come.
    this.by -= this.sent;
    this.sent = 0;
    if (others && this.image) this.hand.settle(); // what was drawn while it was on its way
    this.image = image;
    if (others) this.#show();
    this.crowd.take(image, revision, objects, others);
    this.proposals.take(image, revision, proposals);
    this.panel.beside.answered({ revision, ...more });
    this.follower.shown({ address: this.follow, number: revision });
    this.#tell(revision);
  }

  /** Let Streamlit draw what stands around us, undo among it: once, after a while without a stroke. */
  #tell(revision) {
    if (this.told === revision) return;
    const known = this.told !== undefined;
    this.told = revision;
    clearTimeout(this.telling);
    const told = () => {
      // Under an open dialog nothing is drawn anew: what is being done there would be lost.
      if (document.querySelector('[role="dialog"]')) this.telling = setTimeout(told, TELL);
      else this.component?.setTriggerValue("changed", { revision, kind: this.strokes.drew, image: this.image.id });
    };
    if (known) this.telling = setTimeout(told, TELL);
  }

  /** The connection is lost or back, or the number of waiting actions changed. */
  redraw() {
    this.#pend();
    this.hand.show();
    this.root.classList.toggle("turning", this.by !== 0);
    this.between.draw();
    this.status.draw();
    this.toolbar.draw();
    this.panel.draw();
  }

  /** Labels that wait, or no longer do, are seen at once. */
  #pend() {
    const before = this.pending;
    this.pending = this.queue?.labels() ?? new Map();
    const asked = new Set([...before.keys(), ...this.pending.keys()]);
    const others = [...asked].filter((id) => before.get(id) !== this.pending.get(id));
    if (others.length) this.outlines.recolour(others);
  }

  missed() {
    this.stage.shown = null; // the picture is asked for again
    this.draw();
  }

  #know(kinds) {
    this.kinds = kinds;
    this.heard += 1;
    const numbered = kinds.flatMap(({ categories }) => categories.map((each, pattern) => ({ ...each, pattern })).slice(1));
    this.labels = new Map(numbered.map((each) => [each.id, each]));
    const made = kinds.find(({ name }) => name === this.kindToMake);
    if (made) this.kindToMake = "";
    const before = made ?? kinds.find(({ id }) => id === this.kind?.id);
    this.kind = before ?? (this.kindToMake ? null : (kinds[0] ?? null));
    const chosen = this.category?.id;
    // One that was created has another id now.
    this.category = this.categories.find(({ id, name }) => id === chosen || chosen === NEW + name) ?? null;
    this.outlines.recolour();
  }

  get categories() {
    return this.kind ? withCreated(this.kind.categories, this.queue?.created(this.kind.id) ?? []) : [];
  }

  /** Another image: its picture at once, its objects as they come. */
  #show() {
    const { image } = this;
    this.plane = Math.min(this.plane, image.planes - 1);
    this.sight.zoom = null;
    Object.assign(this.sight, { x: 0.5, y: 0.5 });
    this.looks.show(image);
    const kept = this.strokes.kept(image.id);
    if (kept) {
      this.hand.tool = kept.draft.tool;
      this.plane = Math.min(kept.plane, image.planes - 1);
    }
    this.hand.draft = kept?.draft ?? null;
    this.stage.preparing.text = this.texts.preparing;
    this.stage.image = image;
    this.stage.broken.textContent = this.texts.broken;
    this.draw();
    this.looks.load(image.ahead);
    leadTo("image", image.id);
  }

  /** `going` while a slider is being moved: a smaller picture will do. */
  draw(going = false) {
    const { image } = this;
    const picture = image.plane.replace("{plane}", this.plane);
    this.stage.show(picture + this.looks.query(going), picture);
    this.planes.draw();
    this.outlines.toPlane(this.plane);
    this.stage.place();
  }

  nameKind(name) {
    const drafts = this.strokes.waitsForKind;
    this.strokes.waitsForKind = [];
    if (name) {
      const known = this.kinds.find((kind) => kind.name === name);
      if (known) this.kind = known;
      else Object.assign(this, { kindToMake: name, kind: null, category: null });
      for (const draft of drafts) this.strokes.confirm(draft);
    }
    this.refocus();
    this.redraw();
  }

  chooseKind(id) {
    if (id === "new") return this.panel.askForKind();
    this.kind = this.kinds.find((kind) => kind.id === id) ?? this.kind;
    this.kindToMake = id === "made" ? this.kindToMake : "";
    this.category = null;
    this.refocus();
    return this.redraw();
  }

  /* ---- what buttons and keys do; each answers whether it did something ---- */
  choose(tool) {
    this.hand.choose(tool);
    this.redraw();
    return true;
  }

  set(name, value) {
    this.strokes.set(name, value);
    this.redraw();
    return true;
  }

  nextChoice() {
    this.strokes.nextChoice();
    this.redraw();
    return true;
  }

  nextMode() {
    this.strokes.nextMode();
    this.redraw();
    return true;
  }

  /** Label what is selected; what is drawn next gets the same label. */
  label(category) {
    this.category = category.id === this.categories[0]?.id ? null : category;
    // In the middle of an outline it is that one which is meant, not the one that was drawn before.
    if (this.hand.draft || !this.strokes.label(category)) this.redraw();
    return true;
  }

  find() {
    if (!this.kind) return this.panel.askForKind() ?? true;
    this.digits.cancel();
    this.finder.open(this.categories, this.texts, true);
    return true;
  }

  /** Select objects, or add them to those that are; the panel is about their kind from now on. */
  select(shapes, more) {
    const { outlines } = this;
    this.crowd.fresh = ""; // what is on its way is no longer what is meant
    const kept = more ? outlines.marked : [];
    const again = more && shapes.length === 1 && kept.includes(shapes[0]);
    outlines.marked = again ? kept.filter((shape) => shape !== shapes[0]) : [...new Set([...kept, ...shapes])];
    const kind = this.kinds.find(({ id }) => id === outlines.chosen?.kind);
    if (kind && kind !== this.kind) Object.assign(this, { kind, kindToMake: "", category: null });
    this.redraw();
    return shapes.length > 0 || kept.length > 0;
  }

  selectAll() {
    return this.select([...this.outlines.here()], false) || true;
  }

  turn(by) {
    const { place, total } = this.image;
    const to = place + this.by + by;
    if (to < 0 || to >= total || !this.hand.leaves()) return true;
    this.by += by;
    this.queue.look();
    this.redraw();
    return true;
  }

  toPlane(plane) {
    const to = Math.max(0, Math.min(this.image.planes - 1, plane));
    if (to === this.plane || !this.hand.leaves()) return true;
    this.plane = to;
    this.draw();
    this.redraw();
    return true;
  }

  toggle() {
    this.outlines.shown = !this.outlines.shown;
    this.outlines.draw();
  }

  /** The label of an object as the waiting actions will leave it; null for none. */
  labelOf({ id, category }) {
    const asked = this.pending.get(id) ?? category;
    if (asked.startsWith(NEW)) return { name: asked.slice(NEW.length), color: "#808080" };
    return this.labels.get(asked) ?? null;
  }

  refocus() {
    this.root.focus({ preventScroll: true });
  }

  say(text) {
    this.status.say(text);
  }
}
