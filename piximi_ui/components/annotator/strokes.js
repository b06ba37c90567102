// What is drawn and done to objects, as actions on their way to the project; and what is being drawn,
// kept so that a reload loses nothing of it.

import { NEW } from "../shared/queue.js";
import { Draft, MODES, TOOLS } from "./tools.js";

const PULLED = 4; // screen pixels from which on a press pulls the tolerance

export class Strokes {
  /** @param {object} annotator see annotator.js */
  constructor(annotator) {
    this.annotator = annotator;
    this.settings = { mode: "new", overlap: "allow", radius: 6, tolerance: 8, level: 0, choice: 1 };
    this.waitsForKind = null; // a draft that is confirmed once its kind has a name
  }

  get ids() {
    return this.annotator.outlines.marked.map(({ id }) => id);
  }

  /** A draft was confirmed: it is an action from now on; `held` are the keys that are down. */
  confirm(draft, held = {}) {
    const { annotator, ids } = this;
    if (draft.tool.name === "review") return void annotator.proposals.review(draft, held);
    const mode = this.#mode(draft.tool, held);
    if (mode !== "new" && !ids.length) return void annotator.say(annotator.texts.select_first);
    if (mode === "new" && !annotator.kind && !annotator.kindToMake) {
      this.waitsForKind = draft;
      return void annotator.panel.askForKind();
    }
    const points = draft.points.map(([x, y]) => [Math.round(100 * x) / 100, Math.round(100 * y) / 100]);
    if (mode === "edit") return void this.#push({ type: "edit", edit: draft.tool.edit, ids, points });
    const drawn = { type: "draw", tool: draft.tool.name, mode, points, ...this.#values(draft) };
    if (mode !== "new") return void this.#push({ ...drawn, ids });
    const object = crypto.randomUUID();
    annotator.crowd.fresh = object;
    return void this.#push({ ...drawn, object, ...this.#naming() });
  }

  /** How what is drawn meets what is there: held keys say so for once. */
  #mode({ edit }, { shiftKey = false, ctrlKey = false, metaKey = false }) {
    if (edit) return "edit";
    if (shiftKey) return "add";
    return ctrlKey || metaKey ? "subtract" : this.settings.mode;
  }

  /** What a new object is to be. */
  #naming() {
    const { kind, kindToMake, category } = this.annotator;
    const known = category && !category.id.startsWith(NEW);
    return { kind: kind?.id ?? "", new_kind: kindToMake, category: known ? category.id : null };
  }

  /** Settings in the values of the file. */
  #values({ points }) {
    const { settings, annotator } = this;
    const { deepest } = annotator.image;
    const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
    const pulled = Math.hypot(x2 - x1, y2 - y1) * annotator.stage.scale;
    return {
      // As far as it was pulled, as Piximi does; a click takes the slider's.
      tolerance: ((pulled >= PULLED ? pulled : settings.tolerance) * deepest) / 255,
      level: settings.level === 0 ? null : (settings.level / 100) * deepest,
    };
  }

  #push(action) {
    const { annotator, settings } = this;
    const { overlap, radius, choice } = settings;
    const { image, plane } = annotator;
    const sight = { view: this.#view(), channels: this.#channels(), seen: this.#seen() };
    const usual = { overlap, radius, choice: choice - 1, amount: 1, category: null };
    annotator.queue.push({ image: image.id, plane, ...usual, ...sight, ...action });
    return true;
  }

  #seen() {
    return String(this.annotator.crowd.revision ?? "");
  }

  /** What of the picture is in sight. */
  #view() {
    const { stage, image } = this.annotator;
    const box = stage.frame.getBoundingClientRect();
    const [x1, y1] = stage.point({ clientX: box.left, clientY: box.top });
    const [x2, y2] = stage.point({ clientX: box.right, clientY: box.bottom });
    return [Math.max(0, x1), Math.max(0, y1), Math.min(image.width, x2), Math.min(image.height, y2)];
  }

  #channels() {
    const look = this.annotator.look ?? [];
    const seen = look.flatMap(({ visible }, i) => (visible ? [i] : []));
    return seen.length === look.length ? [] : seen;
  }

  /** The strokes that wait, as they were drawn on what is shown. */
  waiting() {
    const { queue, image, plane } = this.annotator;
    const here = (queue?.waiting ?? []).filter(
      (action) => ["draw", "edit"].includes(action.type) && action.image === image?.id && action.plane === plane,
    );
    return here.map(({ type, tool, edit, points = [], radius }) => {
      const wanted = type === "edit" ? edit : tool;
      return { tool: TOOLS.find(({ name }) => name === wanted) ?? TOOLS[0], points, radius };
    });
  }

  /* ---- what is being drawn ---- */

  keep(draft) {
    const { image, plane } = this.annotator;
    try {
      if (!draft?.points.length) sessionStorage.removeItem(this.#slot);
      else {
        const kept = { image: image.id, plane, tool: draft.tool.name, points: draft.points };
        sessionStorage.setItem(this.#slot, JSON.stringify(kept));
      }
    } catch {
      // Storage may be full or forbidden.
    }
  }

  /** The draft that was kept of this image, or null; the plane it was drawn in beside it. */
  kept(imageId) {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#slot) ?? "null");
      const tool = TOOLS.find(({ name }) => name === kept?.tool);
      if (!tool || kept.image !== imageId) return null;
      return { draft: new Draft(tool, kept.points), plane: kept.plane };
    } catch {
      return null;
    }
  }

  get #slot() {
    return `piximi-draft:${this.annotator.store}`;
  }

  /* ---- what is done to the selected objects; each answers whether it did something ---- */

  set(name, value) {
    this.settings[name] = name === "radius" ? Math.min(500, Math.max(0.5, value)) : value;
    if (value === "invert") {
      this.settings.mode = "new";
      if (this.ids.length) this.#push({ type: "draw", mode: "invert", ids: this.ids });
      else this.annotator.say(this.annotator.texts.select_first);
    }
    return true;
  }

  nextMode() {
    const usual = MODES.filter((mode) => mode !== "invert");
    return this.set("mode", usual[(usual.indexOf(this.settings.mode) + 1) % usual.length]);
  }

  edit(name) {
    const { ids } = this;
    if (ids.length < (name === "merge" ? 2 : 1)) return this.#selectFirst();
    const copies = { copy_on: 1, copy_back: -1 };
    return this.#push({ type: "edit", edit: name in copies ? "copy" : name, ids, amount: copies[name] ?? 1 });
  }

  remove() {
    return this.ids.length > 0 && this.act("remove", this.ids);
  }

  act(type, ids = [], more = {}) {
    this.annotator.queue.push({ type, ids, category: null, ...more, seen: this.#seen() });
    return true;
  }

  /** Label those of the kind that are selected; answers whether there are any. */
  label(category) {
    const ids = this.#ofKind();
    if (!ids.length) return false;
    return category.id.startsWith(NEW) ? this.create(category.name) : this.act("label", ids, { category: category.id });
  }

  create(name) {
    const ids = this.#ofKind();
    return ids.length ? this.act("create", ids, { name, kind: this.annotator.kind.id }) : this.#selectFirst();
  }

  #ofKind() {
    const { outlines, kind } = this.annotator;
    return outlines.marked.filter((shape) => shape.kind === kind?.id).map(({ id }) => id);
  }

  #selectFirst() {
    this.annotator.say(this.annotator.texts.select_first);
    return true;
  }
}
