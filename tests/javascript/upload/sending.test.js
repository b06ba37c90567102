// Files on their way to the server: in lots, going on at the byte, each one there or named.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Sending } from "../../../piximi_ui/components/upload/sending.js";

/** The server as far as uploads know it: keeps bytes, and may refuse, break off or lose the line. */
class Server {
  constructor() {
    this.files = new Map(); // number -> {name, size, bytes}
    this.troubles = []; // what happens to the next lots: a status, {status, error}, or "cut"
    this.lots = 0;
  }

  async fetch(_address, { method = "GET", body } = /** @type {any} */ ({})) {
    if (method === "GET") return answer(200, { files: this.told() });
    this.lots += 1;
    const trouble = this.troubles.shift();
    if (trouble === "cut") throw new TypeError("network");
    if (trouble) return answer(trouble.status, { error: trouble.error });
    const content = Buffer.from(await body.arrayBuffer());
    const end = content.indexOf("\n");
    const { pieces } = JSON.parse(content.subarray(0, end).toString());
    let at = end + 1;
    const arrived = {};
    for (const [number, name, size, offset, length] of pieces) {
      const kept = this.files.get(number) ?? { name, size, bytes: Buffer.alloc(0) };
      assert.equal(offset, kept.bytes.length, "each piece goes on where the server is");
      kept.bytes = Buffer.concat([kept.bytes, content.subarray(at, at + length)]);
      at += length;
      this.files.set(number, kept);
      arrived[number] = kept.bytes.length;
    }
    return answer(200, { arrived });
  }

  told() {
    return [...this.files].map(([number, { name, size, bytes }]) => [number, name, size, bytes.length]);
  }

  holds() {
    return Object.fromEntries([...this.files.values()].map(({ name, bytes }) => [name, bytes.length]));
  }
}

const answer = (status, content) => ({ ok: status < 300, status, json: async () => content });

/** A file of so many bytes; `broken` says how often reading it fails. */
function file(name, size, broken = 0) {
  let failures = broken;
  return {
    name,
    file: {
      size,
      lastModified: 1,
      slice: (from, to) => ({
        arrayBuffer: async () => {
          if (failures-- > 0) throw new Error("NotReadableError");
          return new Uint8Array(to - from).buffer;
        },
      }),
    },
  };
}

const choice = (...files) => ({ files, hidden: [], unread: [] });

let server;
let sending;

beforeEach(() => {
  server = new Server();
  globalThis.window = /** @type {any} */ ({ location: { origin: "http://dashboard.test" } });
  mock.method(globalThis, "fetch", (...all) => server.fetch(...all));
  sending = new Sending("upload", () => {});
  sending.address = "/uploads";
});

/** Wait until nothing is on its way; pauses between attempts pass at once. */
async function settled(t) {
  const pauses = t.mock.method(globalThis, "setTimeout", (act) => setImmediate(act));
  const end = performance.now() + 10_000;
  while (sending.busy && performance.now() < end) await new Promise((done) => setImmediate(done));
  pauses.mock.restore();
  assert.equal(sending.busy, false);
}

test("files arrive whole, small ones in one lot, large ones in pieces", async (t) => {
  await sending.add(choice(file("a", 10), file("empty", 0), file("large", 20_000_000), file("b", 7)));
  await settled(t);
  assert.equal(sending.state, "idle");
  assert.deepEqual(server.holds(), { a: 10, empty: 0, large: 20_000_000, b: 7 });
  assert.equal(sending.whole.length, 4);
  assert.equal(server.lots, 3);
});

test("a thousand files go in lots of some hundreds", async (t) => {
  await sending.add(choice(...Array.from({ length: 1000 }, (_, i) => file(`f${i}`, 3))));
  await settled(t);
  assert.equal(server.files.size, 1000);
  assert.equal(server.lots, 3);
});

test("after a cut line it goes on at the byte", async (t) => {
  server.troubles = [null, "cut", "cut"];
  await sending.add(choice(file("large", 20_000_000)));
  await settled(t);
  assert.deepEqual(server.holds(), { large: 20_000_000 });
  assert.equal(sending.state, "idle");
});

test("a file that cannot be read once is tried again, and then named", async (t) => {
  await sending.add(choice(file("once", 5, 1), file("never", 5, 99), file("good", 5)));
  await settled(t);
  assert.deepEqual(server.holds(), { good: 5, once: 5 });
  assert.deepEqual(sending.failed.map(({ name, trouble }) => [name, trouble]), [["never", "unreadable"]]);
});

test("what cannot be read is tried once more when asked", async (t) => {
  await sending.add(choice(file("late", 5, 2)));
  await settled(t);
  assert.equal(sending.failed.length, 1);
  sending.again();
  await settled(t);
  assert.deepEqual(server.holds(), { late: 5 });
});

test("a file that is too large is named and not sent", async (t) => {
  sending.most = 100;
  await sending.add(choice(file("huge", 101), file("small", 100)));
  await settled(t);
  assert.deepEqual(server.holds(), { small: 100 });
  assert.deepEqual(sending.failed.map(({ trouble }) => trouble), ["large"]);
});

for (const [trouble, state] of [
  [{ status: 404 }, "ended"],
  [{ status: 403 }, "ended"],
  [{ status: 507 }, "full"],
]) {
  test(`the answer ${trouble.status} ends it: ${state}`, async (t) => {
    server.troubles = [trouble];
    await sending.add(choice(file("a", 10)));
    await settled(t);
    assert.equal(sending.state, state);
    assert.equal(server.lots, 1);
  });
}

test("a full disk says how much room is needed", async (t) => {
  server.troubles = [{ status: 507 }];
  await sending.add(choice(file("a", 10)));
  await settled(t);
  assert.equal(sending.needed, 20);
});

test("a lot that the server still writes is asked for again", async (t) => {
  server.troubles = [{ status: 409, error: "busy" }, { status: 409, error: "again" }];
  await sending.add(choice(file("a", 10)));
  await settled(t);
  assert.deepEqual(server.holds(), { a: 10 });
});

test("a lot that is refused for good is not sent for ever", async (t) => {
  server.troubles = Array.from({ length: 20 }, () => ({ status: 400, error: "no" }));
  await sending.add(choice(file("a", 10)));
  await settled(t);
  assert.deepEqual(sending.failed.map(({ trouble }) => trouble), ["refused"]);
  assert.ok(server.lots < 10);
});

test("after a reload what has arrived is kept, and what has not is asked for", async (t) => {
  await sending.add(choice(file("whole", 10)));
  await settled(t);
  server.files.set(2, { name: "half", size: 10, bytes: Buffer.alloc(5) });
  const reloaded = new Sending("upload", () => {});
  reloaded.address = "/uploads";
  await reloaded.takeUp();
  assert.deepEqual(reloaded.whole.map(({ name }) => name), ["whole"]);
  assert.deepEqual(reloaded.failed.map(({ name }) => name), ["half"]);
  sending = reloaded;
  await sending.add(choice(file("half", 10)));
  await settled(t);
  assert.deepEqual(server.holds(), { whole: 10, half: 10 });
});

test("the same file chosen twice is sent once, another of its name beside it", async (t) => {
  await sending.add(choice(file("a", 10)));
  await settled(t);
  await sending.add(choice(file("a", 10), file("a", 12)));
  await settled(t);
  assert.deepEqual(server.told().map(([, name, size]) => [name, size]), [["a", 10], ["a", 12]]);
});
