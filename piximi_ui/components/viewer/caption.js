import { element, fill, paint } from "../shared/dom.js";

/** What stands under a picture: its name, label, prediction and measures. */
export function caption(image, texts) {
  const parts = [element("strong", { text: image.name })];
  const chip = (text, color, kind) => {
    const node = element("span", { class: `chip ${kind}`, text });
    paint(node, color);
    parts.push(node);
  };
  if (image.label) chip(image.label.name, image.label.color, "label");
  else parts.push(element("span", { class: "soft", text: texts.unlabelled }));
  if (image.prediction) {
    const { name, color, confidence } = image.prediction;
    const text = confidence ? texts.predicted : texts.predicted_only;
    chip(fill(text, { name, confidence }), color, "prediction");
  }
  parts.push(element("span", { class: "soft", text: image.facts }));
  return parts;
}
