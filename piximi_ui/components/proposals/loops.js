// The outline of a mask as closed loops: dashes run along them, which they cannot along single edges.

/**
 * @param {number[][]} rows sorted boundaries in each row, where inside and outside meet
 * @param {number} left of the box, in pixels of the picture
 * @param {number} top
 */
export function loops(rows, left, top) {
  const path = new Path2D();
  const onward = edges(rows);
  for (const [start, ends] of onward) {
    while (ends.length) {
      /** @type {number} */
      let at = start;
      path.moveTo(left + xOf(at), top + yOf(at));
      do {
        at = onward.get(at)?.pop() ?? start;
        path.lineTo(left + xOf(at), top + yOf(at));
      } while (at !== start);
      path.closePath();
    }
  }
  return path;
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
