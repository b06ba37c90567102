// Trains Piximi's SimpleCNN on arrays fetched from the page's own address; see tfjs.py.
async function prepare() {
  await tf.setBackend("webgl");
  await tf.ready();
  const gl = document.createElement("canvas").getContext("webgl2");
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  return {
    version: tf.version.tfjs,
    backend: tf.getBackend(),
    renderer: gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER),
  };
}

function modelOf(shape, classes) {
  const layers = tf.layers;
  return tf.sequential({
    layers: [
      layers.conv2d({ inputShape: shape, kernelSize: 5, filters: 8, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.conv2d({ kernelSize: 5, filters: 16, activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2, strides: 2 }),
      layers.flatten(),
      layers.dense({ units: classes, activation: "softmax" }),
    ],
  });
}

// Milliseconds from the end of the first epoch to the end of the last.
async function trained({ shape, classes, batch, epochs }) {
  const [x, y] = await Promise.all(
    ["x", "y"].map(async (name) => (await fetch(name)).arrayBuffer()),
  );
  const labels = new Int32Array(y);
  const pixels = tf.tensor4d(new Float32Array(x), [labels.length, ...shape]);
  const truth = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, "int32"), classes).toFloat());
  const model = modelOf(shape, classes);
  model.compile({
    optimizer: tf.train.adam(0.001),
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  });
  const ends = [];
  await model.fit(pixels, truth, {
    batchSize: batch,
    epochs,
    callbacks: { onEpochEnd: () => ends.push(performance.now()) },
  });
  tf.dispose([pixels, truth]);
  model.dispose();
  return ends.at(-1) - ends[0];
}
