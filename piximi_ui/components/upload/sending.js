// Sends files in lots, one after the other: hundreds of small files in one, or a part of a large
// one. The server says how far each file is; so whatever breaks off goes on at the byte, and every
// file that was chosen is either there or named. Outlives the drawings of the page.

const LOT_BYTES = 8_000_000;
const LOT_FILES = 400;
const PAUSES = [500, 1000, 2000, 4000, 8000]; // ms between attempts while there is no connection
const BUSY = 300; // ms until a lot is asked for again that the server is still writing
const SECOND_CHANCES = 1; // times a file that could not be read is tried again by itself

export class Sending {
  /** @param {string} upload its id @param {() => void} changed called when there is more to show */
  constructor(upload, changed) {
    this.upload = upload;
    this.changed = changed;
    this.address = null; // set at each drawing
    this.most = Infinity; // bytes of one file
    this.files = []; // {number, name, size, file, arrived, trouble, tries}
    this.hidden = [];
    this.state = "idle"; // sending, away, stopped, full, ended
    this.change = 0;
    this.last = 0; // the highest number given
    this.turn = 0; // counts loops: an older one ends by itself
  }

  get whole() {
    return this.files.filter((file) => file.arrived === file.size && file.begun);
  }

  get failed() {
    return this.files.filter((file) => file.trouble);
  }

  get open() {
    return this.files.filter((file) => !file.trouble && !(file.begun && file.arrived === file.size));
  }

  get busy() {
    return this.state === "sending" || this.state === "away";
  }

  /** Take more files; those that are here already, by name and size, are gone on with. */
  async add(choice) {
    this.hidden.push(...choice.hidden);
    for (const name of choice.unread) this.#push({ name, size: 0, file: null, trouble: "unreadable" });
    await this.takeUp();
    const known = new Map(this.files.map((file) => [file.name, file]));
    const replaced = new Set();
    for (const { file, name } of choice.files) {
      const before = known.get(name);
      const same = before && before.size === file.size;
      const touched = before?.file && before.file.lastModified !== file.lastModified;
      // Two pictures of one name from different places are two; the same one again is not.
      if (same && !touched) {
        Object.assign(before, { file, trouble: null, tries: 0 });
      } else {
        // What could not be sent as it was is sent as it is now.
        if (before?.trouble) replaced.add(before);
        const trouble = file.size > this.most ? "large" : null;
        this.#push({ name, size: file.size, file, trouble });
      }
    }
    this.files = this.files.filter((file) => !replaced.has(file));
    this.start();
  }

  /** Take over what has arrived before this page was loaded. */
  async takeUp() {
    const known = new Set(this.files.map((file) => file.number));
    for (const [number, name, size, arrived] of (await this.#told()) ?? []) {
      if (known.has(number)) continue;
      // Without its file it can only be whole, until it is chosen again.
      const trouble = arrived < size ? "unreadable" : null;
      this.#push({ number, name, size, arrived, trouble, begun: true, file: null });
    }
    this.changed();
  }

  #push(file) {
    this.last = Math.max(this.last, file.number ?? this.last + 1);
    const added = { number: this.last, arrived: 0, begun: false, tries: 0, trouble: null, ...file };
    this.files.push(added);
    return added;
  }

  /** What the server has of this upload; null without an answer. */
  async #told() {
    try {
      const answer = await fetch(this.#place(), { cache: "no-store" });
      return answer.ok ? (await answer.json()).files : null;
    } catch {
      return null;
    }
  }

  start() {
    if (!this.open.length) {
      this.#to("idle");
      return;
    }
    this.#to("sending");
    this.#loop((this.turn += 1));
  }

  stop(state = "stopped") {
    if (!this.busy && state !== "left") return;
    this.turn += 1;
    this.abort?.abort();
    this.#to(state);
  }

  /** Try once more what could not be sent. */
  again() {
    for (const file of this.failed) {
      if (file.file && file.trouble !== "large") Object.assign(file, { trouble: null, tries: 0 });
    }
    this.start();
  }

  /** Want no more of what has not arrived. */
  leaveOut() {
    this.files = this.whole;
    this.#to("idle");
  }

  #to(state) {
    this.state = state;
    this.change += 1;
    this.changed();
  }

  async #loop(turn) {
    let misses = 0;
    while (turn === this.turn) {
      const lot = await this.#lot();
      if (turn !== this.turn) return;
      if (!lot.pieces.length) {
        if (this.open.length) continue;
        return this.#to("idle");
      }
      try {
        await this.#send(lot, turn);
        misses = 0;
      } catch {
        if (turn !== this.turn) return;
        // What has gone through is known to the server; it is asked when it answers again.
        if (this.state !== "away") this.#to("away");
        await new Promise((done) => setTimeout(done, PAUSES[Math.min(misses, PAUSES.length - 1)]));
        misses += 1;
        await this.#look(turn);
      }
    }
  }

  /** Read the next lot; what cannot be read is tried at the end once more, and then named. */
  async #lot() {
    const pieces = [];
    const parts = [];
    let bytes = 0;
    const tried = [];
    for (const file of this.files) {
      if (file.trouble || (file.begun && file.arrived === file.size)) continue;
      if (pieces.length >= LOT_FILES || bytes >= LOT_BYTES) break;
      const length = Math.min(file.size - file.arrived, LOT_BYTES - bytes);
      try {
        const part = await file.file.slice(file.arrived, file.arrived + length).arrayBuffer();
        // A file that shrank gives fewer bytes, or none at all.
        if (part.byteLength !== length) throw new Error("changed");
        pieces.push({ file, offset: file.arrived, length });
        parts.push(part);
        bytes += length;
      } catch {
        file.tries += 1;
        if (file.tries > SECOND_CHANCES) file.trouble = "unreadable";
        else tried.push(file);
      }
    }
    if (tried.length) {
      this.files = this.files.filter((file) => !tried.includes(file)).concat(tried);
    }
    return { pieces, parts };
  }

  async #send({ pieces, parts }, turn) {
    const head = pieces.map(({ file, offset, length }) => [file.number, file.name, file.size, offset, length]);
    const rest = this.open.reduce((sum, file) => sum + file.size - file.arrived, 0);
    const line = `${JSON.stringify({ pieces: head, rest })}\n`;
    this.abort = new AbortController();
    const answer = await fetch(this.#place(), {
      method: "POST",
      body: new Blob([line, ...parts]),
      headers: { "Content-Type": "application/octet-stream" },
      signal: this.abort.signal,
    });
    if (turn !== this.turn) return;
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) {
      for (const { file } of pieces) {
        file.arrived = said.arrived[file.number] ?? file.arrived;
        file.begun = true;
      }
      this.state = "sending";
      this.changed();
    } else if ([401, 403, 404].includes(answer.status)) {
      this.stop("ended");
    } else if (answer.status === 507) {
      this.needed = 2 * rest;
      this.stop("full");
    } else if (said.error === "busy") {
      await new Promise((done) => setTimeout(done, BUSY));
    } else if (said.error === "again") {
      await this.#look(turn);
      this.#count(pieces);
    } else if (said.error === "asked") {
      for (const file of this.open) file.trouble = "refused";
      this.stop("idle");
    } else {
      this.#count(pieces);
    }
  }

  /** A lot that is refused for good must not be sent for ever. */
  #count(pieces) {
    for (const { file } of pieces) {
      file.tries += 1;
      if (file.tries > 3) file.trouble = "refused";
    }
  }

  /** Take over how far the server says that each file is. */
  async #look(turn) {
    const told = await this.#told();
    if (!told || turn !== this.turn) return;
    const arrived = new Map(told.map(([number, , , bytes]) => [number, bytes]));
    for (const file of this.files) {
      file.begun = arrived.has(file.number);
      file.arrived = arrived.get(file.number) ?? 0;
    }
    if (this.state === "away") this.#to("sending");
  }

  #place() {
    return `${window.location.origin}${this.address}/${this.upload}`;
  }
}
