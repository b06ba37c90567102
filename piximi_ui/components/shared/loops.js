// The outline of a mask as closed loops: dashes run along them, which they cannot along single edges.

/**
 * @param {number[][]} rows sorted boundaries in each row, where inside and outside meet
 * @param {number} left of the box, in pixels of the picture
 * @param {number} top
 * @returns {number[][]} each loop as x, y, x, y …: its corners, without the first once more
 */
export function loops(rows, left, top) {
  const found = [];
  const onward = edges(rows);
  for (const [start, ends] of onward) {
    while (ends.length) found.push(loop(onward, start, left, top));
  }
  return found;
}

/** One loop; what it takes is taken out. Only where it turns there is a corner. */
function loop(onward, start, left, top) {
  const points = [];
  let [at, before] = [start, -1];
  do {
    const next = onward.get(at)?.pop() ?? start;
    const turns = (xOf(next) === xOf(at)) !== (xOf(at) === xOf(before));
    if (before < 0 || turns) points.push(left + xOf(at), top + yOf(at));
    [before, at] = [at, next];
  } while (at !== start);
  return points;
}

/** Put loops into a path, of which every so many corners are enough. */
export function trace(path, found, every) {
  for (const points of found) {
    path.moveTo(points[0], points[1]);
    const step = points.length >= 8 * every ? 2 * every : 2;
    for (let i = step; i < points.length; i += step) path.lineTo(points[i], points[i + 1]);
    path.closePath();
  }
}

const WIDE = 1 << 20; // more than any row has corners
const corner = (x, y) => y * WIDE + x;
const xOf = (at) => at % WIDE;
const yOf = (at) => Math.floor(at / WIDE);

/** Where the edges lead that begin in each corner, the inside on their right. */
function edges(rows) {
  /** @type {Map<number, number[]>} */
  const onward = new Map();
  const join = (from, to) => {
    const ends = onward.get(from);
    if (ends) ends.push(to);
    else onward.set(from, [to]);
  };
  let before = [];
  for (let y = 0; y <= rows.length; y += 1) {
    const row = rows[y] ?? [];
    row.forEach((x, i) => (i % 2 ? join(corner(x, y), corner(x, y + 1)) : join(corner(x, y + 1), corner(x, y))));
    between(before, row, (from, to, below) =>
      below ? join(corner(from, y), corner(to, y)) : join(corner(to, y), corner(from, y)),
    );
    before = row;
  }
  return onward;
}

/** Call with each stretch that lies in one of two rows alone, and whether that is the lower one. */
function between(above, below, each) {
  const ends = [...new Set([...above, ...below])].sort((a, b) => a - b);
  let [inAbove, inBelow] = [false, false];
  ends.forEach((x, i) => {
    if (above.includes(x)) inAbove = !inAbove;
    if (below.includes(x)) inBelow = !inBelow;
    if (inAbove !== inBelow) each(x, ends[i + 1], inBelow);
  });
}
