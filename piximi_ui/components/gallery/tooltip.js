// What is known of an image, beside its tile: after a moment under the mouse or with the keyboard.

import { element } from "../shared/dom.js";

const DELAY = 500; // ms
const GAP = 6; // CSS pixels between tile and tooltip

export class Tooltip {
  /** @param {(id: string) => [string, string][] | null} facts name and value of each line, by image */
  constructor(grid, facts) {
    this.grid = grid;
    this.facts = facts;
    this.of = null; // the tile it belongs to
    this.node = element("div", { class: "tip", role: "tooltip" });
    this.node.hidden = true;
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    grid.addEventListener("pointerover", (event) => this.#over(event), { signal });
    grid.addEventListener("pointerleave", () => this.hide(), { signal });
    grid.addEventListener("focusin", (event) => this.#focus(event), { signal });
    grid.addEventListener("focusout", () => this.hide(), { signal });
    window.addEventListener("scroll", () => this.hide(), { signal, capture: true, passive: true });
    for (const name of ["pointerdown", "blur"]) window.addEventListener(name, () => this.hide(), { signal });
  }

  close() {
    this.hide();
    this.listeners.abort();
  }

  hide() {
    clearTimeout(this.timer);
    this.of = null;
    this.node.hidden = true;
  }

  #over(event) {
    if (event.pointerType !== "touch" && event.buttons === 0) this.#wait(event.target.closest?.(".tile"));
  }

  #focus(event) {
    const tile = event.target.closest?.(".tile");
    if (tile?.matches(":focus-visible")) this.#wait(tile);
  }

  #wait(tile) {
    if (!tile || tile === this.of) return;
    this.hide();
    this.of = tile;
    this.timer = setTimeout(() => this.#show(tile), DELAY);
  }

  #show(tile) {
    const facts = tile.isConnected && this.facts(tile.dataset.id);
    if (!facts) return;
    const [[, name], ...lines] = facts;
    this.node.replaceChildren(
      element("div", { class: "tip-name", text: name }),
      element(
        "dl",
        {},
        lines.flatMap(([term, value]) => [element("dt", { text: term }), element("dd", { text: value })]),
      ),
    );
    this.node.hidden = false;
    this.#place(tile.getBoundingClientRect());
  }

  /** Below the tile, or above it where there is no room; never outside the window. */
  #place(tile) {
    const { offsetWidth: width, offsetHeight: height } = this.node;
    const left = Math.max(8, Math.min(tile.left, window.innerWidth - width - 8));
    const below = tile.bottom + GAP;
    const top = below + height < window.innerHeight - 8 ? below : Math.max(8, tile.top - GAP - height);
    Object.assign(this.node.style, { left: `${left}px`, top: `${top}px` });
  }
}
