// A canvas over a picture: as large as its place on the screen, its units the picture's pixels.

/**
 * Clear a canvas and return what to draw with, null where there is nothing to draw on.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number[]} sight where the picture begins on the screen, and screen pixels for one of it
 * @returns {{pen: CanvasRenderingContext2D, unit: number} | null} `unit` is a pixel of the screen
 */
export function cleared(canvas, sight) {
  const dense = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth * dense, canvas.clientHeight * dense].map(Math.round);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, width, height);
  const [left, top, scale] = sight.map((each) => each * dense);
  pen.setTransform(scale, 0, 0, scale, left, top);
  return { pen, unit: dense / scale };
}
