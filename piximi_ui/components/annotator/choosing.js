// Which objects a drawing chooses, where it is to select: every tool that draws selects, too.

/**
 * The objects of the plane that a tool's points choose: those whose middle lies within what it
 * encloses, or those that it passes.
 *
 * @param {import("../viewer/outlining/outlines.js").Outlines} outlines
 * @param {{name: string, gesture: string}} tool
 * @param {[number, number][]} points
 */
export function chosenBy(outlines, { name, gesture }, points) {
  const passes = gesture === "click" || gesture === "pull" || name === "pen" || name === "quick";
  if (passes) return [...new Set(points.flatMap(([x, y]) => outlines.at(x, y) ?? []))];
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const box = { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) };
  const encloses = gesture === "box" ? (name === "ellipse" ? inEllipse(box) : inBox(box)) : inPolygon(points);
  return outlines.near(box).filter(({ x1, y1, x2, y2 }) => encloses((x1 + x2) / 2, (y1 + y2) / 2));
}

const inBox = ({ x1, y1, x2, y2 }) => (x, y) => x >= x1 && x <= x2 && y >= y1 && y <= y2;

function inEllipse({ x1, y1, x2, y2 }) {
  const across = (x) => (2 * x - x1 - x2) / (x2 - x1 || 1);
  const down = (y) => (2 * y - y1 - y2) / (y2 - y1 || 1);
  return (x, y) => Math.hypot(across(x), down(y)) <= 1;
}

/** By how often a line to the left crosses the outline: an odd number of times from inside. */
function inPolygon(points) {
  return (x, y) => {
    let inside = false;
    points.forEach(([bx, by], i) => {
      const [ax, ay] = points.at(i - 1) ?? [bx, by];
      if (ay > y !== by > y && x > ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    });
    return inside;
  };
}
