// Takes a picture from the clipboard: Ctrl+V anywhere on the page, or a button where the browser
// lets a page read the clipboard itself (which it asks the person about).

import { element } from "../shared/dom.js";
import { perPlace } from "../shared/mount.js";

export const mount = perPlace((host, style) => new Paste(host, style));

class Paste {
  constructor(host, style) {
    this.button = element("button", { type: "button", onclick: () => this.#read() });
    this.hint = element("span", { class: "hint" });
    this.state = element("span", { class: "state", role: "status" });
    const root = element("div", { class: "paste" }, [this.button, this.hint, this.state]);
    host.append(element("link", { rel: "stylesheet", href: style }), root);
    this.listener = (event) => this.#pasted(event);
    document.addEventListener("paste", this.listener);
  }

  update(component) {
    this.component = component;
    const { texts } = component.data;
    this.button.textContent = texts.button;
    this.button.hidden = !navigator.clipboard?.read;
    this.hint.textContent = texts.hint;
    this.state.textContent = "";
  }

  close() {
    document.removeEventListener("paste", this.listener);
  }

  #pasted(event) {
    const [file] = event.clipboardData?.files ?? [];
    if (!file) return; // text belongs to whatever field has the focus
    event.preventDefault();
    this.#send(file, file.name);
  }

  async #read() {
    const { texts } = this.component.data;
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((name) => name.startsWith("image/"));
        if (type) return this.#send(await item.getType(type), "");
      }
      this.state.textContent = texts.empty;
    } catch {
      this.state.textContent = texts.refused;
    }
  }

  #send(file, name) {
    const { texts, most } = this.component.data;
    if (file.size > most) {
      this.state.textContent = texts.large;
      return;
    }
    this.state.textContent = texts.sending;
    const reader = new FileReader();
    reader.onload = () => {
      const address = String(reader.result);
      const content = address.slice(address.indexOf(",") + 1);
      this.component.setTriggerValue("picture", { name, content });
    };
    reader.readAsDataURL(file);
  }
}
