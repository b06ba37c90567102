// Small helpers for building elements. Text is only ever set as text, never as markup.

export function element(tag, properties = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Fill the {holes} of a text. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
}

let numbers = new Intl.NumberFormat(); // as they are written in the language of the interface

export function speak(name) {
  const language = name || undefined;
  if (numbers.resolvedOptions().locale !== language) numbers = new Intl.NumberFormat(language);
}

export const number = (n) => numbers.format(n);

/** Streamlit's own dialog about a lost connection, if it is open. */
export function connectionNotice() {
  const dialogs = [...document.querySelectorAll('[role="dialog"], [data-testid="stDialog"]')];
  return dialogs.find((dialog) => dialog.textContent.trim().startsWith("Connection error")) ?? null;
}

/** Close that dialog; answers whether it was open. */
export function closeConnectionNotice() {
  const notice = connectionNotice();
  /** @type {HTMLElement | null | undefined} */
  const close = notice?.querySelector('button[aria-label="Close"]');
  close?.click();
  return notice !== null;
}

/** Near-black or white, whichever reads better on a colour given as #rrggbb. */
export function inkOn(color) {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(color ?? "");
  if (!match) return "#ffffff";
  const [r, g, b] = match.slice(1).map((hex) => {
    const c = parseInt(hex, 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (luminance + 0.05) / 0.058 > 1.05 / (luminance + 0.05) ? "#14161a" : "#ffffff";
}

/** Give an element a colour that came as data; anything that is no colour is ignored. */
export function paint(node, color) {
  node.style.setProperty("--chip", color);
  node.style.setProperty("--ink", inkOn(color));
}
