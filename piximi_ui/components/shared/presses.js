// What a button of the page asks for is done by the page's script, after a moment; what a component
// asks for is done at once. An undo that follows such a press means that, so it waits until it is done.

const PAGE = '[data-testid="stApp"]';
const IDLE = "notRunning";
const LOOK = 50; // ms between looks at what the script does
const BEGINS = 150; // ms after which a press that started nothing is known to have done so

let listens = false;
let pressed = null; // when a button was pressed last whose script may still run
let waiting = []; // what is to be done afterwards, in order

/** Hear of presses from now on. */
export function listenForPresses() {
  if (listens) return;
  listens = true;
  window.addEventListener("click", note, { capture: true });
}

/** Do something when the page has done what was pressed before: at once if nothing was. */
export function afterPresses(act) {
  if (pressed === null) return act();
  waiting.push(act);
  return true;
}

/** Whether something waits for the page: what is asked for now would come before it. */
export const somethingWaits = () => waiting.length > 0;

/** Press Undo or Redo beside the page. */
export function pressBeside(name) {
  /** @type {HTMLElement | null} */
  const button = document.querySelector(`.st-key-sidebar-${name} button`);
  button?.click();
  return button !== null;
}

function note(event) {
  // Components live in shadow roots, and send what is pressed there by themselves.
  const [target] = event.composedPath();
  if (target instanceof Element && target.getRootNode() !== document) return;
  if (pressed === null) setTimeout(look, LOOK);
  pressed = performance.now();
}

function look() {
  const state = document.querySelector(PAGE)?.getAttribute("data-test-script-state") ?? IDLE;
  if (state !== IDLE || performance.now() - pressed < BEGINS) {
    setTimeout(look, LOOK);
    return;
  }
  pressed = null;
  const acts = waiting;
  waiting = [];
  // One that presses a button beside the page is waited for by those behind it.
  for (const act of acts) afterPresses(act);
}
