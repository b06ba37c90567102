// What a key means on whatever keyboard: the character it writes counts first, its place second.

const COMMANDS = new Set(["/", "?"]); // "/" is Shift+7 on many layouts; it stays a "/"
const PLACE_OF_DIGIT = /^(?:Digit|Numpad)(\d)$/;

/** Whether the key belongs to an input method (Japanese, Chinese, Korean), which eats it. */
export function composes(event) {
  return event.isComposing || event.keyCode === 229 || event.key === "Process";
}

/** The digit of a key as text, or null: "1" of 1, of & (French), of ! (Shift), of the number pad. */
export function digitOf(event) {
  if (/^[0-9]$/.test(event.key)) return event.key;
  if (COMMANDS.has(event.key)) return null;
  const place = PLACE_OF_DIGIT.exec(event.code);
  if (!place) return null;
  // Without NumLock the pad's keys move. With it they do so while Shift is held on Windows, which
  // even says that Shift was let go; there they are digits all the same.
  const moves = event.key.length > 1 && event.key !== "Dead";
  return moves && !event.getModifierState("NumLock") ? null : place[1];
}

/** The key in lower case; where the layout writes no Latin letters, the letter of its place. */
export function letterOf(event) {
  const foreign = /^\p{L}$/u.test(event.key) && !/^\p{Script=Latin}$/u.test(event.key);
  const place = foreign && /^Key([A-Z])$/.exec(event.code);
  return (place ? place[1] : event.key).toLowerCase();
}
