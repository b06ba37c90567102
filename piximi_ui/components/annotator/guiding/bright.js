// What a threshold would fill in the box that the hand drags: what is brighter than a level, by default
// the level that divides the box best.

/**
 * The tones of a part of a map, of every so many pixels: the sum of a pixel's channels.
 *
 * @param {import("./maps.js").PixelMap} map three tones a pixel, 0 to 255
 * @param {number[]} weights of the three, see `weightsOf` of flooding.js
 * @param {number[]} part x1, y1, x2, y2 in pixels of the map, the end exclusive
 * @param {number} every
 */
export function tonesIn({ values, width }, weights, [x1, y1, x2, y2], every) {
  const [columns, rows] = [Math.ceil((x2 - x1) / every), Math.ceil((y2 - y1) / every)];
  const [red, green, blue] = weights;
  const tones = new Uint32Array(columns * rows);
  for (let row = 0, to = 0; row < rows; row += 1) {
    let at = (y1 + row * every) * width + x1;
    for (let column = 0; column < columns; column += 1, to += 1, at += every) {
      const value = values[at];
      tones[to] = red * (value & 255) + green * ((value >> 8) & 255) + blue * ((value >> 16) & 255);
    }
  }
  return { tones, columns, rows };
}

/**
 * The level between the two groups of numbers that lie farthest apart for their spread: Otsu, "A
 * threshold selection method from gray-level histograms" (IEEE SMC, 1979). Of equal numbers, theirs.
 *
 * @param {Uint32Array} tones
 * @param {number} most that one of them can be
 */
export function otsu(tones, most) {
  const counts = new Uint32Array(most + 1);
  let total = 0;
  for (let i = 0; i < tones.length; i += 1) {
    counts[tones[i]] += 1;
    total += tones[i];
  }
  let [found, best, below, sum, before] = [0, -1, 0, 0, 0];
  for (let tone = 0; tone <= most; tone += 1) {
    if (!counts[tone]) continue;
    if (below) {
      const above = tones.length - below;
      const apart = sum / below - (total - sum) / above;
      const between = below * above * apart * apart;
      if (between > best) [found, best] = [(before + tone) / 2, between];
    } else found = tone;
    below += counts[tone];
    sum += counts[tone] * tone;
    before = tone;
  }
  return found;
}
