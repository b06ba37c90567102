// The switch "go on to the next": on unless this browser was told otherwise.

const STORE = "piximi-go-on";

export function goesOn() {
  try {
    return localStorage.getItem(STORE) !== "no";
  } catch {
    return true; // storage may be forbidden
  }
}

export function setGoesOn(on) {
  try {
    localStorage.setItem(STORE, on ? "yes" : "no");
  } catch {
    // Not remembered; nothing else is lost.
  }
}
