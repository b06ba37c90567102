// The uploader: chooses files or folders, shows how far they are, names what could not be sent.

import { element, fill, number, speak } from "../shared/dom.js";
import { LEAVING } from "../watch/leave.js";
import { Choice } from "./entries.js";
import { register, unregister } from "./hub.js";
import { Sending } from "./sending.js";

const MOST_NAMED = 5;
const CLOSED = 400; // ms without a place on the page after which the dialog was closed
const CARE = 600000; // ms between questions after what waits
const RARELY = 100; // ms between drawings of the progress

const uploads = new Map(); // slot -> Sending, which outlives the dialog
const shown = new WeakMap(); // host -> Uploader

export function mount(component, style) {
  const host = component.parentElement;
  let uploader = shown.get(host);
  if (!uploader) {
    uploader = new Uploader(host, style);
    shown.set(host, uploader);
  }
  const drawing = uploader.update(component);
  return () => {
    setTimeout(() => {
      if (uploader.drawing !== drawing || (host.host ?? host).isConnected) return;
      shown.delete(host);
      uploader.close();
    }, CLOSED);
  };
}

class Uploader {
  constructor(host, style) {
    this.drawing = 0;
    this.offer = null; // {upload, files, bytes} that had arrived before this page was loaded
    this.input = element("input", { type: "file", hidden: true, multiple: true, tabindex: "-1" });
    this.input.addEventListener("change", () => this.#chosen());
    this.pick = element("button", { type: "button", class: "pick", onclick: () => this.input.click() });
    this.hint = element("span", { class: "hint" });
    this.bar = element("progress", { hidden: true });
    this.line = element("span", { class: "line" });
    this.actions = element("span", { class: "actions" });
    this.notes = element("div", { class: "notes" });
    const state = element("div", { class: "state" }, [this.bar, this.line, this.actions]);
    const spoken = element("span", { role: "status", class: "unseen" });
    this.spoken = spoken;
    const row = element("div", { class: "row" }, [this.pick, this.hint, this.input]);
    const root = element("div", { class: "upload" }, [row, state, this.notes, spoken]);
    host.append(element("link", { rel: "stylesheet", href: style }), root);
    this.take = (choice) => this.#add(Promise.resolve(choice));
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    window.addEventListener("beforeunload", (event) => this.#warn(event), { signal });
    window.addEventListener(LEAVING, () => this.leaving.abort(), { signal });
    // What waits in an open dialog is not cleared; asking after it says that someone has it open.
    this.caring = setInterval(() => this.sending.files.length && this.sending.takeUp(), CARE);
  }

  update(component) {
    this.component = component;
    const { data } = component;
    speak(data.language);
    this.texts = data.texts;
    const label = data.directory ? this.texts.folder : this.texts.files;
    this.pick.textContent = label;
    this.hint.textContent = this.texts.hint;
    this.input.setAttribute("aria-label", label);
    this.input.webkitdirectory = data.directory;
    this.slot = data.slot;
    this.#follow(data);
    register(this.slot, this.take);
    this.draw();
    this.drawing += 1;
    return this.drawing;
  }

  close() {
    clearInterval(this.caring);
    this.leaving.abort();
    if (!unregister(this.slot, this.take)) return;
    // Nobody sees it any more: it goes on where it was when the dialog is opened again.
    this.sending.changed = () => {};
    this.sending.stop();
  }

  /** Take up the upload that Python names; what an earlier page had begun is offered. */
  #follow({ slot, upload, address, most }) {
    let sending = uploads.get(slot);
    if (sending?.upload !== upload) {
      const before = kept(slot);
      // One of this very page was added or left out; one of an earlier page waits.
      if (sending && before === sending.upload) keep(slot, null);
      else if (before && before !== upload) this.#ask(before, address);
      sending = new Sending(upload, () => this.#changed());
      uploads.set(slot, sending);
      if (before === upload) sending.takeUpSoon = true;
    }
    sending.changed = () => this.#changed();
    sending.address = address;
    sending.most = most;
    this.sending = sending;
    if (sending.takeUpSoon) {
      sending.takeUpSoon = false;
      this.offer = null;
      sending.takeUp();
    }
  }

  async #ask(upload, address) {
    try {
      const answer = await fetch(`${window.location.origin}${address}/${upload}`, { cache: "no-store" });
      const files = answer.ok ? (await answer.json()).files : [];
      if (!files.length) return keep(this.slot, null);
      const bytes = files.reduce((sum, [, , , arrived]) => sum + arrived, 0);
      const whole = files.filter(([, , size, arrived]) => size === arrived).length;
      this.offer = { upload, files: whole, bytes };
      this.draw();
    } catch {
      // Without a connection the next drawing asks again.
    }
  }

  #chosen() {
    const choice = new Choice().list(this.input.files);
    this.input.value = "";
    this.#add(Promise.resolve(choice));
  }

  async #add(coming) {
    const choice = await coming;
    const { files, hidden, unread } = choice;
    if (!files.length && !unread.length) {
      this.sending.hidden.push(...hidden);
      this.empty = true;
      return this.draw();
    }
    this.empty = false;
    this.offer = null;
    keep(this.slot, this.sending.upload);
    await this.sending.add(choice);
  }

  #warn(event) {
    if (this.sending.busy) event.preventDefault();
  }

  /** Draw, and tell Python of every turn that the sending takes. */
  #changed() {
    const { sending } = this;
    if (this.told !== sending.change) {
      this.told = sending.change;
      this.#report();
      this.draw();
    } else if (!this.timer) {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.draw();
      }, RARELY);
    }
  }

  #report() {
    const { sending } = this;
    this.component.setStateValue("sent", {
      upload: sending.upload,
      under_way: sending.busy,
      chosen: sending.files.length,
      hidden: sending.hidden.length,
      failed: sending.failed.length,
      change: sending.change,
    });
  }

  draw() {
    const { sending, texts } = this;
    const all = sending.files.length;
    const total = sending.files.reduce((sum, file) => sum + file.size, 0);
    const done = sending.whole.length;
    const bytes = sending.files.reduce((sum, file) => sum + file.arrived, 0);
    const values = { done: number(done), all: number(all), bytes: inWords(bytes), total: inWords(total) };
    this.bar.hidden = !sending.busy;
    this.bar.max = Math.max(1, total);
    this.bar.value = bytes;
    this.bar.setAttribute("aria-label", fill(texts.sending, values));
    let line = "";
    let actions = [];
    if (sending.busy) {
      line = fill(texts.sending, values);
      if (sending.state === "away") line = `${line} · ${texts.away}`;
      actions = [[texts.stop, () => sending.stop()]];
    } else if (sending.state === "stopped" || sending.state === "full") {
      line =
        sending.state === "full"
          ? fill(texts.full, { needed: inWords(sending.needed) })
          : fill(texts.stopped, values);
      actions = [[texts.go_on, () => sending.start()], [texts.leave_out, () => sending.leaveOut()]];
    } else if (sending.state === "ended") {
      line = texts.ended;
    } else if (this.offer) {
      const { files, bytes: arrived, upload } = this.offer;
      line = `${some(texts.waiting, files, { size: inWords(arrived) })} ${texts.missing}`;
      actions = [
        [texts.go_on, () => this.#answer("taken_up", upload)],
        [texts.leave_out, () => this.#answer("left_out", upload)],
      ];
    } else if (this.empty) {
      line = texts.nothing;
    }
    this.line.textContent = line;
    this.#buttons(this.actions, actions);
    // Spoken at turns only: a count that runs would be read out without an end.
    const turn = sending.busy ? sending.state : line;
    if (this.turn !== turn) this.spoken.textContent = line;
    this.turn = turn;
    this.#notes();
  }

  #answer(name, upload) {
    this.offer = null;
    if (name === "left_out") keep(this.slot, null);
    this.component.setTriggerValue(name, upload);
    this.draw();
  }

  /** Draw buttons only when they change: one that is replaced loses the focus, and the click. */
  #buttons(place, wanted) {
    const names = wanted.map(([label]) => label).join("\n");
    if (place.dataset.names !== names) {
      place.dataset.names = names;
      place.replaceChildren(
        ...wanted.map(([label], index) =>
          element("button", { type: "button", text: label, onclick: () => place.calls[index]() }),
        ),
      );
    }
    place.calls = wanted.map(([, call]) => call);
  }

  #notes() {
    const { sending, texts } = this;
    const { failed } = sending;
    const key = JSON.stringify([sending.hidden.length, failed.map((f) => [f.number, f.trouble]), sending.busy]);
    if (this.noted === key) return;
    this.noted = key;
    const notes = [];
    if (sending.hidden.length) {
      const names = named(sending.hidden, texts);
      notes.push(element("p", { class: "hidden", text: some(texts.hidden, sending.hidden.length, { names }) }));
    }
    if (failed.length) {
      const rows = failed.slice(0, MOST_NAMED).map((file) => {
        const name = element("bdi", { text: file.name });
        return element("li", {}, [name, ` ${texts[file.trouble]}`]);
      });
      if (failed.length > MOST_NAMED) {
        rows.push(element("li", { text: fill(texts.more, { n: number(failed.length - MOST_NAMED) }) }));
      }
      const actions = element("span", { class: "actions" });
      const again = failed.some((file) => file.file && file.trouble !== "large");
      this.#buttons(actions, [
        ...(again && !sending.busy ? [[texts.again, () => sending.again()]] : []),
        ...(sending.busy ? [] : [[texts.leave_out, () => sending.leaveOut()]]),
      ]);
      const parts = [element("p", { text: some(texts.failed, failed.length) }), element("ul", {}, rows)];
      if (failed.some((file) => !file.file)) parts.push(element("p", { text: texts.missing }));
      notes.push(element("div", { class: "failed", role: "alert" }, [...parts, actions]));
    }
    this.notes.replaceChildren(...notes);
  }
}

const kept = (slot) => sessionStorage.getItem(`piximi-upload:${slot}`);

function keep(slot, upload) {
  if (upload) sessionStorage.setItem(`piximi-upload:${slot}`, upload);
  else sessionStorage.removeItem(`piximi-upload:${slot}`);
}

function some([one, many], count, values = {}) {
  return fill(count === 1 ? one : many, { n: number(count), ...values });
}

function named(names, texts) {
  const shownNames = names.slice(0, MOST_NAMED).map((name) => `\u2068${name}\u2069`).join(", ");
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${shownNames} ${fill(texts.more, { n: number(more) })}` : shownNames;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

function inWords(bytes) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${number(value >= 100 || power === 0 ? Math.round(value) : Math.round(value * 10) / 10)} ${UNITS[power]}`;
}
