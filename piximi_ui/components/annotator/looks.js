// How the picture is shown while one draws: its channels, their colours and ranges in the values of
// the file. What a person chooses stays for the next images; the project's own looks are left alone.

import { element } from "../shared/dom.js";
import { Channels } from "../viewer/channels.js";
import { automatic, first, parse, print } from "../viewer/look.js";
import { Manner } from "./seeing/manner.js";

const AHEAD = 200; // ms between looks whether there is time for the next image

export class Looks {
  /** @param {object} annotator see annotator.js: `image`, `draw` */
  constructor(annotator) {
    this.annotator = annotator;
    /** @type {any[] | null} */
    this.look = null; // null until the levels of an image are known that has none of its own
    /** @type {any[] | null} */
    this.chosen = null; // by the person, for images of as many channels
    this.levels = null;
    /** @type {number | null} */
    this.alone = null; // the channel that is shown while a key is held
    this.last = -1; // the one that was shown so before
    this.channels = new Channels((going) => this.#changed(going));
    this.manner = new Manner(annotator);
    this.summary = element("summary", {});
    const button = (act) => element("button", { type: "button", onclick: act });
    this.auto = button(() => this.#automatic());
    this.reset = button(() => this.#reset());
    this.node = element("details", { class: "looks" }, [
      this.summary,
      this.channels.node,
      element("div", { class: "row" }, [this.auto, this.reset]),
      this.manner.node,
    ]);
  }

  /** Another image is shown. */
  async show(image) {
    const { texts } = this.annotator;
    const own = image.look ? parse(image.look) : null;
    this.look = this.chosen?.length === image.channels ? this.chosen : own;
    this.levels = null;
    try {
      const levels = await (await fetch(image.levels)).json();
      if (this.annotator.image?.id !== image.id) return;
      this.levels = levels;
      this.look ??= first(levels);
      this.channels.draw([levels], this.look, texts);
    } catch {
      // The picture is drawn as the file asks.
    }
  }

  /** The browser gets the next image's picture as it will be asked for, once this one is there. */
  async load(next) {
    const { annotator } = this;
    const asked = annotator.image;
    const here = () => annotator.image === asked && annotator.root.isConnected;
    while (annotator.stage.loading && here()) await new Promise((resolve) => setTimeout(resolve, AHEAD));
    if (!next || !here()) return;
    const look = this.chosen?.length === next.channels ? print(this.chosen) : next.look;
    const plane = Math.min(annotator.plane, next.planes - 1);
    new Image().src = next.plane.replace("{plane}", plane) + (look && `?${new URLSearchParams({ look })}`);
  }

  words() {
    const { texts } = this.annotator;
    this.manner.words();
    this.summary.textContent = texts.looks;
    this.auto.textContent = texts.auto;
    this.auto.title = texts.auto_tip;
    this.reset.textContent = texts.reset;
    this.reset.title = texts.reset_tip;
  }

  /** What is added to a picture's address; `going` while a slider is moved, when less will do. */
  query(going = false) {
    const { image } = this.annotator;
    const query = new URLSearchParams();
    const asked = this.alone === null ? this.look : this.#only(this.alone);
    const usual = this.alone === null && this.look !== this.chosen;
    if (asked && !(usual && !image.look)) query.set("look", print(asked));
    if (going) query.set("size", "1024");
    const text = query.toString();
    return text && `?${text}`;
  }

  /** The channels that are seen; none for all. */
  seen() {
    if (this.alone !== null) return [this.alone];
    const look = this.look ?? [];
    const seen = look.flatMap(({ visible }, i) => (visible ? [i] : []));
    return seen.length === look.length ? [] : seen;
  }

  /** The values of the file that the channels in sight have, null until they are known. */
  range() {
    const seen = this.seen();
    const channels = (this.levels?.channels ?? []).filter((_, i) => !seen.length || seen.includes(i));
    if (!channels.length) return null;
    const low = Math.min(...channels.map(({ first: from }) => from));
    const high = Math.max(...channels.map(({ last }) => last));
    return high > low ? [low, high] : [low, low + 1];
  }

  /** One channel after the other is shown alone, as long as a key is held. */
  hold(held) {
    const count = this.look?.length ?? 0;
    if (held === (this.alone !== null) || count < 2) return;
    this.alone = held ? (this.last + 1) % count : null;
    if (held) this.last = this.alone ?? -1;
    this.annotator.draw();
  }

  #only(alone) {
    return this.look?.map((channel, i) => ({ ...channel, visible: i === alone })) ?? null;
  }

  #automatic() {
    if (!this.levels) return;
    this.look?.forEach((channel, i) => Object.assign(channel, automatic(this.levels.channels[i], this.levels.whole)));
    this.#changed();
  }

  /** As the file asks; where its levels are still on their way, they come to find nothing chosen. */
  #reset() {
    this.chosen = null;
    this.look = this.levels && first(this.levels);
    if (this.look) this.channels.look = this.look;
    this.channels.refresh();
    this.annotator.draw();
  }

  #changed(going = false) {
    this.chosen = this.look;
    this.channels.refresh();
    this.annotator.draw(going);
  }
}
