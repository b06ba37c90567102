// Files dropped anywhere on the page go to the uploader of the dialog that Python then opens.

const FIELD = '[data-testid="stFileUploaderDropzone"]';
const PATIENCE = 15000; // ms that the dialog may take to appear
const MOST_FILES = 20000;
const HIDDEN = /^\.(?!z(array|attrs|group|metadata)$)/; // those four belong to a Zarr image

let component = null; // the one on the page, null on pages without it
let cover = null;
let listening = false;

export function mount(mounted) {
  component = mounted;
  if (!listening) {
    listening = true;
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      window.addEventListener(name, hear, true);
    }
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

async function take(transfer) {
  // Entries are readable only now, their contents later too.
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files = [];
  for (const entry of entries) await collect(entry, files);
  if (!files.length) return;
  component?.setTriggerValue("dropped", files.length);
  const input = await field(component?.data.into);
  if (!input) return;
  // The uploader reads `files`; a real list would forget the folders that the files lie in.
  Object.defineProperty(input, "files", { value: files, configurable: true });
  input.dispatchEvent(new Event("change", { bubbles: true }));
  delete input.files;
}

/** Put a file, or all files in a folder, into the list, each with its path. */
async function collect(entry, files) {
  if (!entry || files.length >= MOST_FILES) return;
  if (entry instanceof File) {
    files.push(entry);
  } else if (entry.isFile) {
    const file = await new Promise((done) => entry.file(done, () => done(null)));
    if (!file) return;
    const path = entry.fullPath.replace(/^\//, "");
    if (path.includes("/")) Object.defineProperty(file, "webkitRelativePath", { value: path });
    files.push(file);
  } else if (entry.isDirectory) {
    const reader = entry.createReader();
    for (;;) {
      // A folder is read a hundred entries at a time.
      const some = await new Promise((done) => reader.readEntries(done, () => done([])));
      if (!some.length) return;
      for (const inner of some) if (!HIDDEN.test(inner.name)) await collect(inner, files);
    }
  }
}

/** Wait for the uploader in a place that is drawn only now. */
async function field(place) {
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    const found = document.querySelector(`${place} ${FIELD} input[type="file"]`);
    if (found && !found.disabled) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  return null;
}
