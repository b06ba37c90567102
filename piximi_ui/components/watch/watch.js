// On every page: does the server still answer, and does it know this page? What Streamlit says about
// a lost connection is said in our words; a page whose session has ended (a laptop that slept, a
// server that was started anew) is dead in all its buttons, so it loads itself again and says why.

import { closeConnectionNotice, element } from "../shared/dom.js";
import { startOver, whyReloaded } from "./leave.js";
import { listenForUndo } from "./undo_keys.js";

const EVERY = 2000; // ms
const AGAIN = 500; // ms, while there is no connection
const MISSES = 2; // unanswered questions in a row that are no accident

let drawn = null; // the newest {alive, texts}
let watching = false;
let misses = 0;
let timer = null;
let asking = false;
let banner = null;
let said = null; // what the banner says

export function mount(component) {
  drawn = component.data;
  if (watching) return;
  watching = true;
  listenForUndo();
  const { again } = drawn.texts;
  if (whyReloaded() === "again") say(again, true);
  for (const name of ["online", "focus", "pageshow"]) window.addEventListener(name, look);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("click", follow, true);
  new MutationObserver(hush).observe(document.body, { childList: true, subtree: true });
  timer = setTimeout(look, EVERY);
}

async function look() {
  if (asking) return;
  clearTimeout(timer);
  asking = true;
  try {
    if (!document.hidden) {
      const answer = await fetch(window.location.origin + drawn.alive, { cache: "no-store" });
      misses = 0;
      if (said === drawn.texts.away) hide();
      // Ended here, or signed out.
      const ended = [401, 403, 404].includes(answer.status) || answer.redirected;
      if (ended && !startOver()) say(drawn.texts.ended, false, true);
    }
  } catch {
    misses += 1;
    if (misses >= MISSES) say(drawn.texts.away);
  }
  asking = false;
  hush();
  timer = setTimeout(look, misses ? AGAIN : EVERY);
}

/** Take away what Streamlit says of the connection: it asks people about their internet. */
function hush() {
  if (!closeConnectionNotice()) return;
  misses = Math.max(misses, MISSES);
  say(drawn.texts.away);
}

/** A download is asked for first: a link that has ended would leave the page for an error. */
async function follow(event) {
  const link = event.target.closest?.('a[href*="/files/"]');
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  try {
    const answer = await fetch(link.href, { method: "HEAD", cache: "no-store" });
    if (answer.ok) element("a", { href: link.href, download: "" }).click();
    else if (!(await known())) startOver() || say(drawn.texts.ended, false, true);
    else say(drawn.texts.gone, true, true);
  } catch {
    say(drawn.texts.away);
  }
}

async function known() {
  return (await fetch(window.location.origin + drawn.alive, { cache: "no-store" })).status === 204;
}

function say(text, closes = false, reloads = false) {
  if (said === text && banner?.isConnected) return;
  hide();
  said = text;
  const buttons = [];
  if (reloads) {
    const reload = () => window.location.reload();
    buttons.push(element("button", { type: "button", text: drawn.texts.reload, onclick: reload }));
  }
  if (closes) {
    buttons.push(element("button", { type: "button", text: drawn.texts.close, onclick: hide }));
  }
  banner = element("div", { role: "status", class: "piximi-banner" }, [
    element("span", { text }),
    ...buttons,
  ]);
  document.body.append(banner);
}

function hide() {
  banner?.remove();
  banner = null;
  said = null;
}
