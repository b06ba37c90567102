// Which files a person means by a chooser, a drop or a paste.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { Choice } from "../../../piximi_ui/components/upload/entries.js";

/** As much of the browser's File as is needed; Node has its own only since version 20. */
class PlainFile {
  constructor(name, path = "") {
    this.name = name;
    this.webkitRelativePath = path;
  }
}

before(() => {
  globalThis.File = /** @type {any} */ (PlainFile);
});

/** A file of a dropped folder, as browsers give it. */
const fileEntry = (fullPath, readable = true) => ({
  isFile: true,
  fullPath,
  file: (done, fail) => (readable ? done(new PlainFile(fullPath.split("/").pop())) : fail(new Error("gone"))),
});

/** A folder whose entries come a hundred at a time. */
function folderEntry(fullPath, entries, readable = true) {
  return {
    isDirectory: true,
    fullPath,
    createReader: () => {
      const rest = [...entries];
      return { readEntries: (done, fail) => (readable ? done(rest.splice(0, 100)) : fail(new Error("locked"))) };
    },
  };
}

const dropped = (...entries) => ({
  items: entries.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry })),
});
const names = (choice) => choice.files.map(({ name }) => name);

test("chosen files have their path within the folder", () => {
  const choice = new Choice().list([new PlainFile("a.png"), new PlainFile("b.png", "plate/A1/b.png")]);
  assert.deepEqual(names(choice), ["a.png", "plate/A1/b.png"]);
});

test("hidden files and what lies in hidden folders are left out and named", () => {
  const paths = [".DS_Store", "plate/.git/config", "plate/x.png"];
  const choice = new Choice().list(paths.map((path) => new PlainFile(path.split("/").pop(), path)));
  assert.deepEqual(names(choice), ["plate/x.png"]);
  assert.deepEqual(choice.hidden, [".DS_Store", "plate/.git/config"]);
});

test("the dotted files of a Zarr image belong to it", () => {
  const paths = ["x.zarr/.zarray", "x.zarr/.zattrs", "x.zarr/.zgroup", "x.zarr/.zmetadata", "x.zarr/.zother"];
  const choice = new Choice().list(paths.map((path) => new PlainFile(path.split("/").pop(), path)));
  assert.deepEqual(names(choice), paths.slice(0, 4));
  assert.deepEqual(choice.hidden, paths.slice(4));
});

test("a dropped folder is opened to its end", async () => {
  const many = Array.from({ length: 250 }, (_, i) => fileEntry(`/plate/deep/${i}.png`));
  const choice = await new Choice().transfer(
    dropped(folderEntry("/plate", [folderEntry("/plate/deep", many), fileEntry("/plate/a.png")])),
  );
  assert.equal(choice.files.length, 251);
  assert.equal(names(choice).at(-1), "plate/a.png");
});

test("what the browser cannot open is named, the rest is taken", async () => {
  const choice = await new Choice().transfer(
    dropped(folderEntry("/locked", [], false), fileEntry("/gone.png", false), fileEntry("/x.png")),
  );
  assert.deepEqual(names(choice), ["x.png"]);
  assert.deepEqual(choice.unread, ["locked", "gone.png"]);
});

test("text that is dropped or pasted along is no file", async () => {
  const file = new PlainFile("paste.png");
  const items = [
    { kind: "string", getAsFile: () => null },
    { kind: "file", getAsFile: () => file },
  ];
  const choice = await new Choice().transfer({ items });
  assert.deepEqual(names(choice), ["paste.png"]);
});
