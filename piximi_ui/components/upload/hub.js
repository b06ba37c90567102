// Where files wait for the uploader of a project, however they came to the page.

const NEXT = "*"; // the slot of what goes to whichever uploader comes next
const takers = new Map(); // slot -> (choice) => void
const waiting = new Map(); // slot -> choices that came before the uploader was drawn

/** Hand over a choice (see entries.js); it waits until an uploader is there. */
export function give(slot, choice) {
  const take = takers.get(slot);
  if (take) take(choice);
  else waiting.set(slot, [...(waiting.get(slot) ?? []), choice]);
}

export function register(slot, take) {
  takers.set(slot, take);
  for (const wanted of [slot, NEXT]) {
    for (const choice of waiting.get(wanted) ?? []) take(choice);
    waiting.delete(wanted);
  }
}

/** Take files no more; return whether no other uploader has taken this one's place meanwhile. */
export function unregister(slot, take) {
  return takers.get(slot) === take && takers.delete(slot);
}
