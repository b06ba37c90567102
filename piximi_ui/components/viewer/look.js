// How a picture is shown, in the short form that addresses hold: "rrggbb:low:high" for each
// channel, by commas, with "-" before a hidden one (piximi_core/images/look.py).

export function parse(text) {
  return text.split(",").map((part) => {
    const [color, low, high] = part.replace(/^-/, "").split(":");
    return { color: `#${color}`, visible: !part.startsWith("-"), low: Number(low), high: Number(high) };
  });
}

export function print(look) {
  return look
    .map(({ color, visible, low, high }) => `${visible ? "" : "-"}${color.slice(1)}:${low}:${high}`)
    .join(",");
}

/** The look of the file itself. */
export function first(levels) {
  return levels.channels.map(({ color, visible, low, high }) => ({ color, visible, low, high }));
}

/** One look for pictures that are compared: the same numbers must look the same in both. */
export function common(looks) {
  return looks[0].map((channel, i) => ({
    ...channel,
    low: Math.min(...looks.map((look) => look[i].low)),
    high: Math.max(...looks.map((look) => look[i].high)),
  }));
}

const CUT = 0.0035; // the share of values that may be drawn fully black or fully bright

/** A range that leaves out the few darkest and brightest values. */
export function automatic({ first: from, last: to, counts }, whole) {
  const most = counts.reduce((sum, count) => sum + count, 0) * (CUT / 2);
  const edge = (order) => {
    let seen = 0;
    return order.find((i) => (seen += counts[i]) > most) ?? order[0];
  };
  const places = counts.map((_, i) => i);
  const width = (to - from) / counts.length;
  const exact = (value) => (whole ? Math.round(value) : value);
  const low = exact(from + edge(places) * width);
  const high = exact(from + (edge([...places].reverse()) + 1) * width);
  return high > low ? { low, high } : { low: from, high: to };
}
