// Tells Python what is selected: alone, or along with the actions.

const DELAY = 60; // ms before Python hears of a selection that changes quickly
const QUIET = 400; // ms without a change after which the next one is a single click

export class Reporter {
  /** @param {object} gallery see gallery.js: `component`, `selection`, `version`, `queue`, `view` */
  constructor(gallery) {
    this.gallery = gallery;
    this.untold = false; // whether Python knows an older selection
    this.count = 0;
    this.listeners = new AbortController();
    // A button elsewhere on the page acts on the selection as Python knows it.
    for (const name of ["pointerdown", "keydown"]) {
      const { signal } = this.listeners;
      window.addEventListener(name, (event) => this.#hasten(event), { signal, capture: true });
    }
  }

  close() {
    this.forget();
    this.listeners.abort();
  }

  /** What was to be told is not so any more. */
  forget() {
    clearTimeout(this.timer);
    this.untold = false;
  }

  /** The selection changed. */
  changed() {
    this.untold = true;
    clearTimeout(this.timer);
    // A single click is told at once; only a quick run of them is gathered into one report.
    const quiet = performance.now() - (this.last ?? -Infinity) > QUIET;
    this.last = performance.now();
    this.timer = setTimeout(() => this.#unlessUnderway(), quiet ? 0 : DELAY);
  }

  /** A drawing came, which may have answered what was underway. */
  shown() {
    if (this.untold && !this.gallery.queue.waiting.length) this.#unlessUnderway();
  }

  tell() {
    this.forget();
    this.gallery.component.setStateValue("selection", this.#state());
  }

  /** Actions take the selection along: one run of Python's script shows both. */
  send(batch) {
    this.forget();
    this.gallery.component?.setTriggerValue("action", { ...batch, selection: this.#state() });
  }

  /** Telling it now would cut short the run that answers the actions; it goes along afterwards. */
  #unlessUnderway() {
    if (!this.gallery.queue.underway) this.tell();
  }

  #hasten(event) {
    const presses = event.type === "pointerdown" || event.key === "Enter" || event.key === " ";
    if (this.untold && presses && !event.composedPath().includes(this.gallery.view.root)) this.tell();
  }

  #state() {
    this.count += 1; // so that no two are equal, and Python hears of each
    const { selection, version } = this.gallery;
    return { version, ids: selection.list(), wide: selection.wide, report: this.count };
  }
}
