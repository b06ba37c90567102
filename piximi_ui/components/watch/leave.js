// Loading the page anew by the program's own will: nothing that warns a person may hold it up, and
// not again and again where it does not help.

const BETWEEN_RELOADS = 60000; // ms
const SAID = "piximi-said";
export const LEAVING = "piximi-leaving"; // an event of the window: let go of what warns

/** Load the page anew and say afterwards why; return whether it does. */
export function startOver(reason = "again") {
  const last = Number(sessionStorage.getItem("piximi-reloaded") ?? 0);
  const since = Date.now() - last;
  // A clock that was set back must not forbid it for years.
  if (since >= 0 && since < BETWEEN_RELOADS) return false;
  sessionStorage.setItem("piximi-reloaded", String(Date.now()));
  sessionStorage.setItem(SAID, reason);
  window.dispatchEvent(new Event(LEAVING));
  window.location.reload();
  return true;
}

/** Why this page was loaded anew, once. */
export function whyReloaded() {
  const reason = sessionStorage.getItem(SAID);
  sessionStorage.removeItem(SAID);
  return reason;
}
