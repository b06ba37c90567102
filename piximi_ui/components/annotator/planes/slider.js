// Which plane of a stack is shown, and the slider that goes to another.

import { element, fill, number } from "../../shared/dom.js";

export class PlaneSlider {
  /** @param {object} annotator see ../annotator.js: `image`, `plane`, `toPlane` */
  constructor(annotator) {
    this.annotator = annotator;
    this.slider = element("input", { type: "range", min: 1, step: 1 });
    this.slider.addEventListener("input", () => annotator.toPlane(Number(this.slider.value) - 1));
    this.name = element("span", {});
    this.node = element("label", { class: "planes" }, [this.name, this.slider]);
  }

  draw() {
    const { image, plane, texts } = this.annotator;
    this.node.hidden = image.planes < 2;
    this.slider.max = String(image.planes);
    this.slider.value = String(plane + 1);
    this.name.textContent = fill(texts.plane, { n: number(plane + 1), total: number(image.planes) });
  }
}
