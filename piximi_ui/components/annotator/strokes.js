// What is drawn and done to objects, as actions on their way to the project; and what is being drawn,
// kept so that a reload loses nothing of it.

import { NEW } from "../shared/queue.js";
import { chosenBy } from "./choosing.js";
import { Draft, MODES, TOOLS } from "./tools.js";

// Tools whose last object follows when a setting is changed.
const TUNED = new Set(["smart_box", "smart_click", "color", "threshold"]);
const TUNE = 150; // ms that a slider rests before it does
const PULLED = 4; // screen pixels from which on a press pulls the tolerance

export class Strokes {
  /** @param {object} annotator see annotator.js */
  constructor(annotator) {
    this.annotator = annotator;
    this.settings = { mode: "new", overlap: "allow", radius: 6, size: 16, tolerance: 8, level: 0, choice: 1 };
    /** @type {any} */
    this.smart = null; // the last smart stroke that made an object, to be told more
    /** @type {any} */
    this.told = null; // what it was before it was told more
    this.acted = false; // whether something was drawn or labelled in this window
    this.chose = false; // whether another proposal was chosen for it
    /** @type {any} */
    this.tuning = undefined; // the timer of a setting that was just changed
    /** @type {Draft[]} */
    this.waitsForKind = []; // drafts that are confirmed once their kind has a name
  }

  close() {
    clearTimeout(this.tuning);
  }

  /** The kind that the person draws, for the pages around; empty while only looking on. */
  get drew() {
    return this.acted ? (this.annotator.kind?.id ?? "") : "";
  }

  /** What is selected; what was drawn last is it already while it is on its way. */
  get ids() {
    const { crowd, queue, image, plane } = this.annotator;
    const here = (action) => action.image === image?.id && action.plane === plane;
    const comes = (action) => action.type === "draw" && action.object === crowd.fresh && here(action);
    if (crowd.fresh && queue.waiting.some(comes)) return [crowd.fresh];
    return this.annotator.outlines.marked.map(({ id }) => id);
  }

  /** A draft was confirmed: it is an action from now on; `held` are the keys that are down. */
  confirm(draft, held = {}) {
    const { annotator, ids } = this;
    if (draft.tool.name === "review") return void annotator.proposals.review(draft, held);
    if (draft.tool.notes) return void annotator.panel.beside.regions.drawn(draft);
    if (this.#refine(draft, held) || this.#counted(draft)) return undefined;
    const mode = this.#mode(draft.tool, held);
    if (mode === "select") {
      annotator.select(chosenBy(annotator.outlines, draft.tool, draft.points), held.shiftKey ?? false);
      return undefined;
    }
    if (mode !== "new" && !ids.length) return void annotator.say(annotator.texts.nothing_selected);
    if (mode === "new" && !annotator.kind && !annotator.kindToMake) {
      draft.on ??= { image: annotator.image.id, plane: annotator.plane };
      this.waitsForKind.push(draft);
      return void annotator.panel.askForKind();
    }
    const points = draft.points.map(([x, y]) => [Math.round(100 * x) / 100, Math.round(100 * y) / 100]);
    if (mode === "edit") return void this.#push({ type: "edit", edit: draft.tool.edit, ids, points });
    const drawn = { type: "draw", tool: draft.tool.name, mode, points, ...this.#values(draft), ...draft.on };
    if (mode !== "new") return void this.#push({ ...drawn, ids });
    this.#make(draft.tool, drawn);
    return undefined;
  }

  /** What was drawn is a new object. */
  #make(tool, drawn) {
    const { annotator } = this;
    const object = crypto.randomUUID();
    annotator.crowd.fresh = object;
    // Another of the proposals was for the object before; this one begins with the best.
    if (this.chose) Object.assign(this, { chose: false, settings: { ...this.settings, choice: 1 } });
    this.told = null;
    this.smart = TUNED.has(tool.name) ? { ...drawn, mode: "replace", ids: [object], outside: [] } : null;
    this.#push({ ...drawn, object, ...this.#naming() });
  }

  /** The last smart stroke, while its object is the one that is selected. */
  get refined() {
    const { smart, ids } = this;
    return smart && ids.length === 1 && ids[0] === smart.ids[0] ? smart : null;
  }

  /** A click more, with Shift or Ctrl, says what belongs to the object that a click found, or does not. */
  #refine({ tool, points: [point] }, { shiftKey = false, ctrlKey = false, metaKey = false }) {
    const { refined } = this;
    const erases = ctrlKey || metaKey;
    if (tool.name !== "smart_click" || refined?.tool !== tool.name || !(shiftKey || erases)) return false;
    this.told = refined;
    this.smart = {
      ...refined,
      points: erases ? refined.points : [...refined.points, point],
      outside: erases ? [...refined.outside, point] : refined.outside,
    };
    return this.#push(this.smart);
  }

  /** What was asked for last was refused, and why is said: what it was told last counts no more. */
  refused() {
    this.smart = this.told ?? this.smart;
    this.told = null;
  }

  /** What the selected object's smart click was told. */
  signs() {
    const { refined } = this;
    if (refined?.tool !== "smart_click") return [];
    const { points, outside } = refined;
    return [...points.map((point) => ({ point, inside: true })), ...outside.map((point) => ({ point, inside: false }))];
  }

  /** Another of the proposals of a smart tool, also for the object that it just found. */
  nextChoice() {
    return this.set("choice", (this.settings.choice % 3) + 1);
  }

  /** A point that is there is not counted twice; answers whether it is. */
  #counted({ tool, points: [[x, y]] }) {
    if (!tool.counts) return false;
    const { annotator } = this;
    const same = ([a, b]) => Math.floor(a) === Math.floor(x) && Math.floor(b) === Math.floor(y);
    if (this.waiting().some((stroke) => stroke.tool === tool && same(stroke.points[0]))) return true;
    const there = annotator.outlines.stack(x, y).find(({ isPoint, kind, middle }) => isPoint && kind === annotator.kind?.id && same(middle));
    if (there) annotator.select([there], false);
    return there !== undefined;
  }

  /** How what is drawn meets what is there: held keys say so for once. */
  #mode({ edit, counts }, { shiftKey = false, ctrlKey = false, metaKey = false }) {
    if (edit || counts) return edit ? "edit" : "new";
    if (this.settings.mode === "select") return "select";
    if (shiftKey) return "add";
    return ctrlKey || metaKey ? "subtract" : this.settings.mode;
  }

  /** What a new object is to be. */
  #naming() {
    const { kind, kindToMake, category } = this.annotator;
    const fresh = category?.id.startsWith(NEW) ?? false;
    const label = { category: fresh ? null : (category?.id ?? null), new_category: fresh ? category.name : "" };
    return { kind: kind?.id ?? "", new_kind: kindToMake, ...label };
  }

  /** Settings in the values of the file. */
  #values({ points }) {
    const { settings, annotator } = this;
    const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
    const pulled = Math.hypot(x2 - x1, y2 - y1) * annotator.stage.scale;
    // As far as it was pulled, as Piximi does; a click takes the slider's.
    return this.#levels(pulled >= PULLED ? pulled : settings.tolerance);
  }

  /** A tolerance of 255 and a level of 100 are the largest value that the file can have. */
  #levels(tolerance) {
    const { level } = this.settings;
    const { deepest } = this.annotator.image;
    return { tolerance: (tolerance * deepest) / 255, level: level === 0 ? null : (level / 100) * deepest };
  }

  /** What a draft would fill, or the last stroke that waits or follows a slider; null for nothing. */
  foreseen(draft) {
    const { annotator, refined, settings } = this;
    const { queue, image, plane } = annotator;
    if (settings.mode === "select") return null;
    const here = (action) => action.type === "draw" && action.image === image.id && action.plane === plane;
    const last = (queue?.waiting ?? []).filter(here).at(-1);
    const tuned = this.tuning && refined ? { ...refined, ...this.#levels(settings.tolerance) } : null;
    const stroke = draft ? { tool: draft.tool.name, points: draft.points, ...this.#values(draft) } : (tuned ?? last);
    if (!stroke?.points?.length || !TOOLS.some(({ name, previews }) => previews && name === stroke.tool)) return null;
    const { tool, points, tolerance, level, view = this.view() } = stroke;
    return { tool, points, tolerance, level, view };
  }

  #push(action) {
    const { annotator, settings } = this;
    const { overlap, radius, size, choice } = settings;
    const { image, plane, guides } = annotator;
    const guided = TOOLS.find(({ name }) => name === action.tool)?.guide;
    const view = guided ? guides.box : this.view();
    const sight = { view, channels: this.channels(), seen: this.#seen() };
    const { network } = guides.ahead;
    const usual = { overlap, radius, size, choice: choice - 1, amount: 1, category: null, network };
    this.acted = true;
    annotator.queue.push({ image: image.id, plane, ...usual, ...sight, ...action });
    return true;
  }

  #seen() {
    return String(this.annotator.crowd.revision ?? "");
  }

  /** What of the picture is in sight. */
  view() {
    const { stage, image } = this.annotator;
    const box = stage.frame.getBoundingClientRect();
    const [x1, y1] = stage.point({ clientX: box.left, clientY: box.top });
    const [x2, y2] = stage.point({ clientX: box.right, clientY: box.bottom });
    return [Math.max(0, x1), Math.max(0, y1), Math.min(image.width, x2), Math.min(image.height, y2)];
  }

  channels() {
    return this.annotator.looks.seen();
  }

  /** Whether a network is being asked. */
  get thinks() {
    const { queue } = this.annotator;
    return (queue?.waiting ?? []).some(({ tool, network }) => network && tool?.startsWith("smart"));
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
    if (["choice", "tolerance", "level"].includes(name) && this.refined) {
      if (name === "choice") this.chose = true;
      clearTimeout(this.tuning);
      this.tuning = setTimeout(() => {
        this.tuning = null;
        this.#tune();
      }, TUNE);
    }
    return true;
  }

  /** Draw the last object anew, as the settings are now. */
  #tune() {
    const { refined } = this;
    if (!refined) return;
    this.told = refined;
    this.smart = { ...refined, ...this.#levels(this.settings.tolerance) };
    this.#push(this.smart);
  }

  nextMode() {
    const usual = MODES.filter((mode) => mode !== "invert");
    return this.set("mode", usual[(usual.indexOf(this.settings.mode) + 1) % usual.length]);
  }

  edit(name) {
    const { ids } = this;
    if (name === "interpolate") return this.annotator.between.press();
    if (ids.length < (name === "merge" ? 2 : 1)) return this.#selectFirst();
    const copies = { copy_on: 1, copy_back: -1 };
    return this.#push({ type: "edit", edit: name in copies ? "copy" : name, ids, amount: copies[name] ?? 1 });
  }

  /** Draw what an object is between two planes. */
  between(ids) {
    return this.#push({ type: "edit", edit: "interpolate", ids });
  }

  remove() {
    return this.ids.length > 0 && this.act("remove", this.ids);
  }

  act(type, ids = [], more = {}) {
    this.acted = true;
    if (ids.length) this.annotator.panel.beside.table.acts();
    this.annotator.queue.push({ type, ids, category: null, ...more, seen: this.#seen() });
    return true;
  }

  /** Label those of the kind that are selected; answers whether there are any. */
  label(category) {
    const ids = this.#ofKind();
    if (!ids.length) return false;
    return category.id.startsWith(NEW) ? this.create(category.name) : this.act("label", ids, { category: category.id });
  }

  /** Label with a category that is made for it; what is drawn next gets the same label. */
  create(name) {
    const { annotator } = this;
    const ids = this.#ofKind();
    // In the middle of an outline it is that one which is meant.
    if (!ids.length && !annotator.hand.draft) return this.#selectFirst();
    annotator.category = { id: NEW + name, name };
    if (annotator.hand.draft) return annotator.redraw();
    return this.act("create", ids, { name, kind: this.annotator.kind.id });
  }

  #ofKind() {
    const { outlines, kind } = this.annotator;
    return this.ids.filter((id) => (outlines.all.get(id) ?? { kind: kind?.id }).kind === kind?.id);
  }

  #selectFirst() {
    this.annotator.say(this.annotator.texts.select_first);
    return true;
  }
}
