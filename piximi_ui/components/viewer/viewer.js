// The viewer component: one picture, or two beside each other, in full size. Everything that only
// looks happens here; Python hears of labels, of the next picture and of looks that are to be kept.

import { element, fill, number, speak } from "../shared/dom.js";
import { perPlace } from "../shared/mount.js";
import { caption } from "./caption.js";
import { Channels } from "./channels.js";
import { controls } from "./controls.js";
import { Labels } from "./labels.js";
import { Objects } from "./objects.js";
import { automatic, common, first, parse, print } from "./look.js";
import { Stage } from "./stage.js";
import { Walk } from "./walk.js";

const PREVIEW = 1024; // the longest side that the server draws while a slider moves
const TYPING = "input:not([type=checkbox]), select, textarea, [contenteditable=true]";
const TELL = 80; // ms in which several steps become one
const MEANWHILE = 5000; // ms in which a viewer that was drawn anew goes on where it was
let left = null; // the last viewer that was taken away

export const mount = perPlace((host, style) => new Viewer(host, style));

class Viewer {
  constructor(host, style) {
    this.host = host;
    this.drawing = 0;
    this.plane = 0;
    this.walk = new Walk();
    this.labels = null; // of one picture alone
    this.objects = new Objects(this);
    this.sight = { zoom: null, x: 0.5, y: 0.5 };
    this.levels = new Map(); // by address
    this.found = []; // the levels of the images that are shown, once they have come
    this.stages = [];
    this.planeCount = 1;
    this.channels = new Channels((going) => this.#changed(going));
    const made = controls(this);
    /** @type {Record<string, HTMLButtonElement>} */
    this.buttons = made.buttons;
    this.place = made.place;
    this.percent = made.percent;
    this.slider = made.slider;
    this.planeName = made.planeName;
    this.planes = made.planes;
    this.pictures = made.pictures;
    this.note = made.note;
    this.said = made.said;
    this.panel = made.panel;
    this.labelling = made.labelling;
    this.root = made.root;
    this.ready = this.#dress(style);
    this.listening = new AbortController();
    window.addEventListener("keydown", (event) => this.#key(event), this.listening);
    // Before the dialog hears of it, which would close.
    const escape = (event) => {
      if (event.key !== "Escape" || !this.deselect()) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("keydown", escape, { signal: this.listening.signal, capture: true });
  }

  /** Wait for the stylesheet, so that nothing is seen undressed. */
  #dress(style) {
    return new Promise((resolve) => {
      const link = element("link", { rel: "stylesheet", href: style, onload: resolve, onerror: resolve });
      this.host.append(link, this.root);
    });
  }

  close() {
    this.listening.abort();
    clearTimeout(this.telling);
    this.labels?.close();
    left = { ids: this.ids, sight: this.sight, plane: this.plane, look: this.look, at: performance.now() };
    for (const stage of this.stages) stage.close();
    this.root.remove();
  }

  update(component) {
    this.drawing += 1;
    this.component = component;
    const { data } = component;
    this.data = data;
    this.walk.update(data);
    speak(data.texts.language);
    if (data.labels) {
      this.labels ??= this.#makeLabels(data.labels.store);
      this.labels.update(data.labels, data.texts);
      this.labels.tag(this.walk.list);
    }
    this.#show();
    if (this.labels) {
      this.labels.draw();
      this.captions();
      this.objects.show(this.images[0], this.stages[0]);
    }
    if (this.untold) this.#tell();
  }

  #makeLabels(store) {
    const labels = new Labels(this, store);
    this.labelling.replaceWith(labels.node);
    this.root.classList.add("labelled");
    return labels;
  }

  /** What is shown: the two that are compared, or the one that the person has come to. */
  get images() {
    return this.data.images.length > 1 ? this.data.images : [this.walk.image];
  }

  /** Show what is to be shown now; what stays is only brought up to date. */
  #show() {
    const ids = this.images.map((image) => image.id).join();
    const others = ids !== this.ids;
    if (others) {
      this.ids = ids;
      this.look = null;
      this.said.textContent = "";
      this.#goOn();
      this.#stage();
    }
    this.#words();
    this.draw();
    if (others) this.#measure();
  }

  /** Streamlit may draw the dialog anew behind our back (a job ended): nothing is lost by it. */
  #goOn() {
    if (this.drawing > 1 || left?.ids !== this.ids || performance.now() - left.at > MEANWHILE) return;
    Object.assign(this.sight, left.sight);
    this.plane = left.plane;
    this.look = left.look;
  }

  /** A stage for each picture, those that are there used again. */
  #stage() {
    const { images } = this;
    while (this.stages.length < images.length) {
      this.stages.push(new Stage(this.sight, () => this.replace()));
    }
    for (const stage of this.stages.splice(images.length)) stage.close();
    this.pictures.replaceChildren(...this.stages.map((stage) => stage.node));
    this.planeCount = Math.max(...images.map((image) => image.planes));
    this.plane = Math.min(this.plane, this.planeCount - 1);
    images.forEach((image, i) => {
      this.stages[i].preparing.text = this.data.texts.preparing;
      this.stages[i].image = image;
    });
  }

  #words() {
    const { texts } = this.data;
    const { buttons, images, walk } = this;
    const named = { previous: texts.previous, next: texts.next, out: texts.zoom_out, in: texts.zoom_in };
    for (const [name, text] of Object.entries(named)) {
      buttons[name].title = text;
      buttons[name].setAttribute("aria-label", text);
    }
    buttons.whole.title = texts.whole_tip;
    for (const name of ["fit", "auto", "reset", "keep", "all"]) {
      buttons[name].textContent = texts[name];
      buttons[name].title = texts[`${name}_tip`];
    }
    const { length } = this.#toAnnotate();
    buttons.annotate.hidden = !this.data.annotates;
    buttons.annotate.textContent = fill(length > 1 ? texts.annotate_selected : texts.annotate, { n: number(length) });
    buttons.annotate.title = texts.annotate_tip;
    buttons.previous.hidden = buttons.next.hidden = images.length > 1;
    this.#able(buttons.previous, walk.may(-1));
    this.#able(buttons.next, walk.may(1));
    const { place } = images[0];
    const numbers = { n: number((place ?? 0) + 1), total: number(this.data.total) };
    this.place.textContent = place === null ? "" : fill(texts.place, numbers);
    // It stays until something else is done, however often Python draws again.
    if (this.data.said) this.said.textContent = this.data.said;
    this.captions();
  }

  /** What is known of each picture, with the label that is on its way. */
  captions() {
    const { texts } = this.data;
    this.images.forEach((image, i) => {
      const pending = this.labels?.pending(image.id, image.kind);
      const shown = pending === undefined ? image : { ...image, label: pending };
      this.stages[i].caption.replaceChildren(...caption(shown, texts));
      this.stages[i].broken.textContent = texts.broken;
    });
    if (this.labels) this.objects.recolour();
  }

  /** Ask for histograms and first looks; pictures are drawn meanwhile as the file wishes. */
  async #measure() {
    const { linked, texts } = this.data;
    const { images } = this;
    const asked = this.ids;
    const found = await Promise.all(images.map((image) => this.#levels(image.levels)));
    if (asked !== this.ids) return;
    const known = found.every((each) => each !== null);
    this.panel.hidden = !known || !linked;
    if (!known) return;
    this.found = found;
    if (linked) {
      const kept = images.map((image, i) => (image.look ? parse(image.look) : first(found[i])));
      this.look ??= kept.length > 1 ? common(kept) : kept[0];
      this.channels.draw(found, this.look, texts);
    }
    const every = Math.max(...found.map((each) => each.every));
    this.note.textContent = every > 1 ? fill(texts.sampled, { n: number(every) }) : "";
    this.draw();
    for (const address of this.data.ahead) new Image().src = address;
  }

  async #levels(address) {
    if (!this.levels.has(address)) {
      try {
        const answer = await fetch(address);
        const kind = answer.headers.get("content-type") ?? "";
        if (!answer.ok || !kind.startsWith("application/json")) return null;
        this.levels.set(address, await answer.json());
      } catch {
        return null; // the connection is gone; the picture says so itself
      }
    }
    return this.levels.get(address);
  }

  /** Draw pictures and controls; while a slider moves, smaller pictures that come at once. */
  draw(going = false) {
    const { images } = this;
    // However it looks, it is the same picture.
    const subject = (image) => `${image.id} ${this.plane}`;
    images.forEach((image, i) => this.stages[i].show(this.#address(image, i, going), subject(image)));
    this.planes.hidden = this.planeCount < 2;
    this.slider.max = this.planeCount;
    this.slider.value = this.plane + 1;
    this.planeName.textContent = fill(this.data.texts.plane, {
      n: number(this.plane + 1), total: number(this.planeCount),
    });
    if (this.look && this.found.length) {
      const now = print(this.look);
      this.#able(this.buttons.keep, images.some((image, i) => now !== this.#kept(image, i)));
      this.#able(this.buttons.reset, now !== print(this.#first()));
    }
    this.replace();
  }

  /** The focus leaves a button that is switched off for the viewer: else Esc would be unheard. */
  #able(button, able) {
    if (!able && this.host.activeElement === button) this.root.focus({ preventScroll: true });
    button.disabled = !able;
  }

  #kept(image, i) {
    return print(image.look ? parse(image.look) : first(this.found[i]));
  }

  #first() {
    const looks = this.found.map(first);
    return looks.length > 1 ? common(looks) : looks[0];
  }

  #address(image, i, going) {
    const plane = Math.min(this.plane, image.planes - 1);
    const query = new URLSearchParams();
    const look = this.look ? print(this.look) : image.look;
    const own = this.look && this.found.length ? print(first(this.found[i])) : "";
    if (look && look !== own) query.set("look", look);
    if (going && Math.max(image.width, image.height) > PREVIEW) query.set("size", String(PREVIEW));
    const asked = query.toString();
    return image.plane.replace("{plane}", plane) + (asked ? `?${asked}` : "");
  }

  /** Put all pictures where the sight is. */
  replace() {
    for (const stage of this.stages) stage.place();
    this.percent.textContent = `${number(Math.round(100 * this.stages[0].scale))} %`;
  }

  /* ---- what buttons and keys do ---- */

  /** Go on or back; answers whether there is another picture. */
  turn(by) {
    if (this.data.images.length > 1 || !this.walk.go(by)) return false;
    this.#show();
    this.objects.show(this.images[0], this.stages[0]);
    this.labels?.draw();
    this.untold = true;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.untold && this.#tell(), TELL);
    return true;
  }

  /** What a label is given to. */
  subject() {
    return this.objects.chosen ?? this.walk.image;
  }

  /** After a label. */
  goOn() {
    return this.objects.chosen ? this.objects.next() : this.turn(1);
  }

  deselect() {
    return this.objects.deselect();
  }

  /** The project answered to labels. */
  answered(said) {
    this.labels.tag(this.walk.list);
    if (said) this.said.textContent = said;
    this.captions();
    this.objects.show(this.images[0], this.stages[0]);
  }

  /** Python hears where the person has come to, and sends the next pictures. */
  #tell() {
    this.untold = false;
    const step = this.walk.step();
    if (step) this.component.setTriggerValue("step", step);
  }

  toPlane(plane) {
    this.plane = Math.max(0, Math.min(this.planeCount - 1, plane));
    this.objects.outlines.toPlane(this.plane);
    this.draw();
  }

  zoom(factor) {
    this.stages[0].zoomBy(factor);
  }

  zoomTo(scale) {
    this.stages[0].zoomTo(scale);
  }

  automatic() {
    this.look.forEach((channel, i) => {
      const ranges = this.found.map((levels) => automatic(levels.channels[i], levels.whole));
      channel.low = Math.min(...ranges.map(({ low }) => low));
      channel.high = Math.max(...ranges.map(({ high }) => high));
    });
    this.#changed();
  }

  reset() {
    this.look = this.channels.look = this.#first();
    this.#changed();
  }

  #changed(going = false) {
    this.said.textContent = "";
    this.channels.refresh();
    this.draw(going);
  }

  keep(type) {
    const look = print(this.look);
    // The file's own look is kept as none, so that it follows the file.
    const own = this.found.length === 1 && look === print(this.#first());
    const ids = this.images.map((image) => image.id);
    this.component.setTriggerValue("action", { type, ids, look: own ? "" : look });
  }

  /** What one would draw on: what is shown, or with it all that is selected behind the viewer. */
  #toAnnotate() {
    const shown = this.images.map(({ id }) => id);
    const { selected } = this.data;
    return shown.length === 1 && selected.includes(shown[0]) ? selected : shown;
  }

  annotate() {
    this.component.setTriggerValue("action", { type: "annotate", ids: this.#toAnnotate(), look: "" });
  }

  #key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    if (target instanceof Element && target.matches(TYPING)) return;
    const does = {
      ArrowLeft: () => this.turn(-1),
      ArrowRight: () => this.turn(1),
      PageUp: () => this.toPlane(this.plane - 1),
      PageDown: () => this.toPlane(this.plane + 1),
      "+": () => this.zoom(1.25),
      "=": () => this.zoom(1.25),
      "-": () => this.zoom(0.8),
      f: () => this.zoomTo(null),
      z: () => this.zoomTo(1),
      o: () => this.objects.toggle(),
      d: () => this.data.annotates && this.annotate(),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  }
}
