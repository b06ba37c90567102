// A canvas over a picture: as large as its place on the screen, its units the picture's pixels.

// To ask an element for its size makes the browser lay the page out at once; it is told instead.
/** @type {WeakMap<HTMLCanvasElement, {width: number, height: number}>} */
const sizes = new WeakMap();
const watch = globalThis.ResizeObserver && new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    if (target instanceof HTMLCanvasElement) sizes.set(target, { width: contentRect.width, height: contentRect.height });
  }
});

/**
 * How large a canvas is on the screen, in its pixels.
 *
 * @param {HTMLCanvasElement} canvas
 */
export function sizeOf(canvas) {
  const known = sizes.get(canvas);
  if (known?.width) return known;
  const size = { width: canvas.clientWidth, height: canvas.clientHeight };
  if (!known) watch?.observe(canvas);
  sizes.set(canvas, size);
  return size;
}

/**
 * Clear a canvas and return what to draw with, null where there is nothing to draw on.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} sight where the picture begins on the screen, and screen pixels for one of it
 * @returns {{pen: CanvasRenderingContext2D, unit: number} | null} `unit` is a pixel of the screen
 */
export function cleared(canvas, sight) {
  const dense = window.devicePixelRatio || 1;
  const size = sizeOf(canvas);
  const [width, height] = [size.width * dense, size.height * dense].map(Math.round);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, width, height);
  const [left, top, scale] = sight.map((each) => each * dense);
  pen.setTransform(scale, 0, 0, scale, left, top);
  return { pen, unit: dense / scale };
}

/** One that shows nothing costs nothing. */
export function seen(canvas, something) {
  canvas.style.visibility = something ? "" : "hidden";
}
