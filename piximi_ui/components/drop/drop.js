// Files dropped anywhere on the page, pasted, or chosen by a button of it go to the uploader of the
// dialog that Python then opens.

import { Choice } from "../upload/entries.js";
import { give } from "../upload/hub.js";

const FIELD = '[data-testid="stFileUploaderDropzone"]';

let component = null; // the one on the page, null on pages without it
let cover = null;
let listening = false;
let input = null; // asks for files

export function mount(mounted) {
  component = mounted;
  if (!listening) {
    listening = true;
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      window.addEventListener(name, hear, true);
    }
    document.addEventListener("paste", hearPaste);
    window.addEventListener("click", hearChoose, true);
  }
  return () => {
    // A redraw mounts the next one before or just after this.
    setTimeout(() => {
      if (component !== mounted || mounted.parentElement.isConnected) return;
      component = null;
      uncover();
    }, 100);
  };
}

function hear(event) {
  if (!component || !event.dataTransfer?.types.includes("Files")) return;
  // The uploader's own field knows what to do.
  const onField = event.target.closest?.(FIELD);
  if (event.type === "drop") {
    uncover();
    if (onField) return;
    event.preventDefault();
    event.stopPropagation();
    take(event.dataTransfer);
  } else if (event.type === "dragleave") {
    if (!event.relatedTarget) uncover();
  } else if (onField) {
    uncover();
  } else {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    show();
  }
}

function show() {
  if (cover) return;
  const look = getComputedStyle(component.parentElement.host ?? component.parentElement);
  const color = (name, otherwise) => look.getPropertyValue(name).trim() || otherwise;
  cover = document.createElement("div");
  cover.setAttribute("role", "status");
  cover.dataset.piximi = "drop";
  cover.textContent = component.data.text;
  Object.assign(cover.style, {
    position: "fixed",
    inset: "0.75rem",
    zIndex: "1000100",
    display: "grid",
    placeItems: "center",
    pointerEvents: "none",
    border: `3px dashed ${color("--st-primary-color", "#1c83e1")}`,
    borderRadius: "1rem",
    background: `color-mix(in srgb, ${color("--st-background-color", "#fff")} 85%, transparent)`,
    color: color("--st-text-color", "#31333f"),
    font: `600 1.75rem ${color("--st-font", "sans-serif")}`,
  });
  document.body.append(cover);
}

function uncover() {
  cover?.remove();
  cover = null;
}

/** Text belongs to the field that has the focus; files belong to the project. */
function hearPaste(event) {
  if (!component || event.defaultPrevented || !event.clipboardData?.files.length) return;
  event.preventDefault();
  take(event.clipboardData);
}

/** The button asks for files at once, without Python: a browser opens its window only for a press. */
function hearChoose(event) {
  const chooser = component?.data.chooser;
  if (!chooser || !event.target.closest?.(`.st-key-${chooser} button`)) return;
  event.preventDefault();
  event.stopPropagation();
  input?.remove();
  input = Object.assign(document.createElement("input"), { type: "file", multiple: true, hidden: true });
  input.addEventListener("change", () => {
    if (component) tell(new Choice().list(input.files), component.data);
  });
  document.body.append(input);
  input.click();
}

async function take(transfer) {
  const { data } = component;
  tell(await new Choice().transfer(transfer), data);
}

/** Tell Python of files, so that it draws their uploader, and hand them over. */
function tell(choice, { slot }) {
  if (!choice.files.length && !choice.unread.length && !choice.hidden.length) return;
  component?.setTriggerValue("dropped", { files: choice.files.length, name: nameOf(choice.files) });
  give(slot, choice);
}

/** What files may be called together: their folder or their zip; empty if they have neither. */
function nameOf(files) {
  const [folder, ...inside] = (files[0]?.name ?? "").split("/");
  if (inside.length) return folder;
  return files.length === 1 && /\.zip$/i.test(folder) ? folder.slice(0, -4) : "";
}
