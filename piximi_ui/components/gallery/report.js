// Lets Streamlit draw what it draws (guide, filters, the panel beside the gallery), late and once: after a
// click soon, after labels when they have come to rest, and seldom where a run of the page takes long.

const DELAY = 60; // ms before Python hears of a selection that changes quickly
const QUIET = 400; // ms without a change after which the next one is a single click
const REST = 600; // ms without a label after which the page follows
const EASE = 400; // ms that a run takes where nobody else is at work
const SHARE = 12; // times as long as the last run took beyond that, labels ask for no other
const LONGEST = 15000; // ms that the page may stay behind labels at most
const HANDS = 400; // ms after a press elsewhere in which no run is asked for: Streamlit may mistake them for one
const STUCK = 5000; // ms after which a run that has drawn nothing is taken for lost

export class Reporter {
  /** @param {object} gallery see gallery.js: `component`, `selection`, `version`, `queue`, `data`, `view` */
  constructor(gallery) {
    this.gallery = gallery;
    this.untold = false; // whether Python knows an older selection
    this.wanted = false; // whether something is to be said or shown that only the page can
    this.pressed = -Infinity; // when something else on the page was pressed last
    this.drawn = null; // the project's revision as Streamlit drew it last
    this.asked = null; // when a run was asked for that has drawn nothing yet
    this.free = 0; // when the next run may be asked for
    this.count = 0;
    this.listeners = new AbortController();
    for (const name of ["pointerdown", "keydown"]) {
      const { signal } = this.listeners;
      window.addEventListener(name, (event) => this.#press(event), { signal, capture: true });
    }
  }

  close() {
    this.forget();
    this.listeners.abort();
    document.documentElement.removeAttribute("data-piximi-behind");
  }

  /** What was to be told is not so any more. */
  forget() {
    clearTimeout(this.timer);
    this.untold = false;
  }

  /** The selection changed. */
  changed() {
    this.untold = true;
    this.#mark();
    // A single click is told at once; only a quick run of them is gathered into one report.
    const now = performance.now();
    const quiet = now - (this.last ?? -Infinity) > QUIET;
    this.last = now;
    if (this.#labelling(now)) this.#armLate();
    else this.#arm(quiet ? 0 : DELAY);
  }

  /** The project answered; `rerun`: what it has to say, or is asked for, is the page's to show. */
  answered(rerun) {
    this.wanted ||= rerun;
    if (this.wanted) this.#arm(0);
    else if (this.#behind()) this.#armLate();
  }

  /** Streamlit drew. */
  shown(page) {
    const now = performance.now();
    if (this.asked !== null) {
      this.free = now + Math.min(SHARE * Math.max(0, now - this.asked - EASE), LONGEST);
    }
    this.asked = null;
    this.drawn = page.revision?.number ?? null;
    this.selected = page.selection.ids;
    this.#mark();
    if (this.#behind()) this.#armLate();
  }

  tell() {
    this.forget();
    this.wanted = false;
    this.asked = performance.now();
    this.gallery.component.setStateValue("selection", this.state());
  }

  state() {
    this.count += 1; // so that no two are equal, and Python hears of each
    const { selection, version } = this.gallery;
    return { version, ids: selection.list(), wide: selection.wide, report: this.count };
  }

  #labelling(now) {
    const { queue } = this.gallery;
    return queue.waiting.length > 0 || now - queue.pushed < REST;
  }

  /** Whether Streamlit shows something older than the gallery. */
  #behind() {
    const number = this.gallery.data.revision?.number ?? null;
    return this.untold || !this.#same() || (number !== null && number !== this.drawn);
  }

  #arm(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#due(), delay);
  }

  #armLate() {
    this.#arm(Math.max(REST, this.free - performance.now()));
  }

  #due() {
    // A run that is under way would be cut short by the next one, and labels go first.
    const busy = this.asked !== null && performance.now() - this.asked < STUCK;
    if (busy || this.gallery.queue.waiting.length > 0) return this.#arm(DELAY);
    if (performance.now() - this.pressed < HANDS) return this.#arm(HANDS);
    if (this.wanted) return this.tell();
    // Behind an open dialog nothing is drawn anew: that could open it again as it is being closed.
    if (!this.untold && document.querySelector('[role="dialog"]')) return this.#arm(REST);
    return this.#behind() && this.tell();
  }

  /** A button elsewhere on the page acts on the selection as Python knows it: it hears of it by HTTP. */
  #press(event) {
    const presses = event.type === "pointerdown" || event.key === "Enter" || event.key === " ";
    if (!presses || event.composedPath().includes(this.gallery.view.root)) return;
    this.pressed = performance.now();
    if (this.untold) this.gallery.queue.look();
  }

  /** What stands beside the gallery and is about another selection cannot be pressed meanwhile. */
  #mark() {
    document.documentElement.toggleAttribute("data-piximi-behind", !this.#same());
  }

  /** Whether Streamlit drew for what is selected now. */
  #same() {
    const { selection } = this.gallery;
    return selection.size === this.selected?.length && this.selected.every((id) => selection.has(id));
  }
}
