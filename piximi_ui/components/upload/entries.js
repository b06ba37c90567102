// Which files a person means: those of a chooser, of a drop (folders are opened), or of a paste.
// Files whose names begin with a dot are left out and counted; four of them belong to a Zarr image.

const HIDDEN = /^\.(?!z(array|attrs|group|metadata)$)/;

/** @typedef {{file: File, name: string}} Chosen the name is its path within what was chosen */

export class Choice {
  constructor() {
    this.files = [];
    this.hidden = [];
    this.unread = []; // folders and files that the browser could not open
  }

  /** Take the files of an <input type="file">, a whole folder or some. */
  list(files) {
    for (const file of files) this.#add(file, file.webkitRelativePath || file.name);
    return this;
  }

  /** Take what is dropped or pasted; its folders are read a hundred entries at a time. */
  async transfer(transfer) {
    const items = [...transfer.items].filter((item) => item.kind === "file");
    // Entries can be asked for only now, what is in them later too.
    const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
    for (const entry of entries) await this.#collect(entry);
    return this;
  }

  #add(file, name) {
    const clean = name.replace(/^\/+/, "");
    if (clean.split("/").some((part) => HIDDEN.test(part))) this.hidden.push(clean);
    else this.files.push({ file, name: clean });
  }

  async #collect(entry) {
    if (!entry) return;
    if (entry instanceof File) {
      this.#add(entry, entry.name);
    } else if (entry.isFile) {
      const file = await new Promise((done) => entry.file(done, () => done(null)));
      if (file) this.#add(file, entry.fullPath);
      else this.unread.push(entry.fullPath.replace(/^\/+/, ""));
    } else if (entry.isDirectory) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((done) => {
          reader.readEntries(done, () => {
            this.unread.push(entry.fullPath.replace(/^\/+/, ""));
            done([]);
          });
        });
        if (!some.length) return;
        for (const inner of some) await this.#collect(inner);
      }
    }
  }
}
