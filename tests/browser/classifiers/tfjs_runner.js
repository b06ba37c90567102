// What Piximi 1.1.4 does with a classifier, in as few lines as possible; see tfjs_runner.py.
/* exported runner */
const runner = {
  model: null,

  async start(backend) {
    await tf.setBackend(backend);
    await tf.ready();
    return tf.getBackend();
  },

  // Piximi's dialog: a zip is unpacked and paired by the text before the first dot, other
  // selections go to TensorFlow.js as they are, the description first.
  async loadFiles() {
    let files = [...document.querySelector("input").files];
    if (files.length === 1 && files[0].type === "application/zip") {
      files = await this.unpack(files[0]);
    }
    const descriptions = files.filter((file) => file.name.endsWith(".json"));
    const weights = files.filter((file) => !file.name.endsWith(".json"));
    return this.keep(tf.io.browserFiles([descriptions.at(-1), ...weights]));
  },

  async loadAddress(address) {
    return this.keep(address);
  },

  async keep(source) {
    this.model = await tf.loadLayersModel(source);
    return this.model.outputs[0].shape;
  },

  // Reads the central directory of a zip whose entries are stored, not deflated.
  async unpack(zip) {
    const buffer = await zip.arrayBuffer();
    const view = new DataView(buffer);
    let end = buffer.byteLength - 22;
    while (view.getUint32(end, true) !== 0x06054b50) end -= 1;
    let at = view.getUint32(end + 16, true);
    const models = new Map();
    for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
      if (view.getUint16(at + 10, true) !== 0) throw new Error("entry is not stored");
      const size = view.getUint32(at + 24, true);
      const nameLength = view.getUint16(at + 28, true);
      const name = new TextDecoder().decode(new Uint8Array(buffer, at + 46, nameLength));
      const local = view.getUint32(at + 42, true);
      const start =
        local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      if (/.json$|.weights.bin$/.test(name)) {
        const [stem, sort] = name.split(".");
        const found = models.get(stem) ?? {};
        found[sort === "json" ? "json" : "weights"] ??= new File(
          [buffer.slice(start, start + size)],
          name,
        );
        models.set(stem, found);
      }
      at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    }
    const complete = [...models.values()].filter((found) => found.json && found.weights);
    if (complete.length !== 1) throw new Error(`${complete.length} models in the zip`);
    return [complete[0].json, complete[0].weights];
  },

  async predict({ data, shape, size, largest }) {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const output = tf.tidy(() => {
      const image = tf.tensor4d(new Float32Array(bytes.buffer), [1, ...shape]).div(largest);
      const resized = tf.image.cropAndResize(image, [[0, 0, 1, 1]], [0], size, "bilinear", 0);
      return this.model.predict(resized);
    });
    const row = Array.from(await output.data());
    output.dispose();
    return row;
  },

  // Which sides from first to last give a black last line at each of two targets: white squares
  // are resized to one target in height and the other in width.
  async blackSides({ first, last, targets: [height, width] }) {
    const black = [[], []];
    for (let side = first; side <= last; side += 1) {
      const output = tf.tidy(() =>
        tf.image.cropAndResize(
          tf.ones([1, side, side, 1]), [[0, 0, 1, 1]], [0], [height, width], "bilinear", 0,
        ),
      );
      const values = await output.data();
      output.dispose();
      if (values[(height - 1) * width] === 0) black[0].push(side);
      if (values[width - 1] === 0) black[1].push(side);
    }
    return black;
  },
};
