// The annotator's keys, as they are now: a press on Change and the next key is that of the action. What
// another action has is told, and swapped if one likes.

import { bindings, CHANGED, mayBe, written } from "../annotator/bindings.js";
import { keyOf } from "../annotator/tools.js";
import { composes, digitOf, letterOf } from "../keyboard/layouts.js";
import { element, fill } from "../shared/dom.js";
import { perPlace } from "../shared/mount.js";

const ALONE = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock", "Fn"]);

export const mount = perPlace((host, style) => new Shortcuts(host, style));

class Shortcuts {
  constructor(host, style) {
    this.asks = null; // the action whose key is being pressed
    this.rows = new Map(); // {key, button} by the actions' names
    this.title = element("h4", {});
    this.reset = element("button", { type: "button", class: "reset", onclick: () => this.#reset() });
    this.said = element("p", { class: "said", role: "status", "aria-live": "polite" });
    this.answer = element("div", { class: "answer", hidden: true });
    this.list = element("table", {});
    this.stays = element("h5", {});
    this.fixed = element("table", { class: "fixed" });
    this.root = element("div", { class: "shortcuts", tabindex: "-1" }, [
      element("div", { class: "head" }, [this.title, this.reset]),
      element("div", { class: "says" }, [this.said, this.answer]),
      this.list,
      this.stays,
      this.fixed,
    ]);
    this.listeners = new AbortController();
    const heard = { capture: true, signal: this.listeners.signal };
    // Before the dialog hears Esc, and Streamlit letters.
    window.addEventListener("keydown", (event) => this.#pressed(event), heard);
    window.addEventListener("pointerdown", (event) => this.#left(event), heard);
    window.addEventListener(CHANGED, () => this.#draw(), heard);
    this.ready = new Promise((resolve) => {
      host.append(element("link", { rel: "stylesheet", href: style, onload: resolve, onerror: resolve }), this.root);
    });
  }

  close() {
    this.listeners.abort();
    this.root.remove();
  }

  update({ data }) {
    const first = !this.data || this.data.texts.language !== data.texts.language;
    this.data = data;
    if (first) this.#build();
    this.#draw();
  }

  #build() {
    const { words, fixed, texts } = this.data;
    this.title.textContent = texts.title;
    this.reset.textContent = texts.reset;
    this.reset.title = texts.reset_tip;
    this.stays.textContent = texts.fixed;
    this.rows.clear();
    const rows = Object.entries(words).map(([name, does]) => {
      const key = element("kbd", {});
      const button = element("button", {
        type: "button",
        text: texts.change,
        "aria-label": fill(texts.change_tip, { does }),
        title: fill(texts.change_tip, { does }),
        onclick: () => this.#ask(name),
      });
      this.rows.set(name, { key, button });
      return element("tr", { "data-action": name }, [
        element("td", { class: "keys" }, [key]),
        element("td", { text: does }),
        element("td", { class: "change" }, [button]),
      ]);
    });
    this.list.replaceChildren(element("tbody", {}, rows));
    const others = fixed.map(([keys, does]) =>
      element("tr", {}, [
        element("td", { class: "keys" }, keys.map((text) => element("kbd", { text }))),
        element("td", { text: does }),
      ]),
    );
    this.fixed.replaceChildren(element("tbody", {}, others));
  }

  #draw() {
    if (!this.data) return;
    for (const [name, { key, button }] of this.rows) {
      key.textContent = written(bindings.keyOf(name));
      key.classList.toggle("own", name in bindings.own);
      button.setAttribute("aria-pressed", String(name === this.asks));
    }
    this.reset.disabled = !bindings.changed;
  }

  #say(text, answers = []) {
    this.said.textContent = text;
    this.answer.replaceChildren(...answers);
    this.answer.hidden = answers.length === 0;
  }

  /* ---- a key is given ---- */

  #ask(name) {
    this.asks = name;
    this.#say(this.data.texts.press);
    this.#draw();
  }

  #done(text = "") {
    const row = this.rows.get(this.asks);
    this.asks = null;
    this.#say(text);
    this.#draw();
    row?.button.focus({ preventScroll: true });
  }

  #reset() {
    // The button is switched off, and would keep Esc to itself.
    this.root.focus({ preventScroll: true });
    bindings.reset();
    this.asks = null;
    this.#say(this.data.texts.was_reset);
  }

  /** The mouse was pressed elsewhere: no key is waited for any more. */
  #left(event) {
    if (this.asks === null || event.composedPath().some((node) => node === this.answer || node === this.list)) return;
    this.asks = null;
    this.#say("");
    this.#draw();
  }

  #pressed(event) {
    // While it asks whether to swap, keys are those of its buttons, and Esc is its own.
    const swaps = !this.answer.hidden;
    if (this.asks === null || (swaps && event.key !== "Escape")) return;
    if (ALONE.has(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key === "Escape") this.#done();
    else if (!event.repeat) this.#take(event);
  }

  #take(event) {
    const { texts } = this.data;
    const key = keyOf(event, letterOf(event));
    const chord = event.ctrlKey || event.metaKey || event.altKey;
    if (chord || composes(event) || digitOf(event) !== null || !mayBe(key)) return this.#say(texts.refused);
    const other = bindings.taken(this.asks, key);
    return other ? this.#clash(key, other) : this.#give(key, () => bindings.give(this.asks, key));
  }

  #give(key, give) {
    const { words, texts } = this.data;
    const does = words[this.asks];
    give();
    this.#done(fill(texts.changed, { does, key: written(key) }));
  }

  #clash(key, other) {
    const { words, texts } = this.data;
    const swap = element("button", {
      type: "button",
      class: "swap",
      text: texts.swap,
      onclick: () => this.#give(key, () => bindings.swap(this.asks, key)),
    });
    const cancel = element("button", { type: "button", text: texts.cancel, onclick: () => this.#done() });
    const able = bindings.keyOf(this.asks) !== "";
    this.#say(fill(texts.taken, { key: written(key), does: words[other] }), able ? [swap, cancel] : [cancel]);
    (able ? swap : cancel).focus({ preventScroll: true });
  }
}
