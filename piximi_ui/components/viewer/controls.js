// The buttons, the slider and the lines of a viewer, as elements; what they do is the viewer's.

import { element } from "../shared/dom.js";

/**
 * Build them.
 *
 * @param {object} viewer see viewer.js: the verbs used below, `channels` and `objects`
 */
export function controls(viewer) {
  const button = (act, properties = {}) =>
    element("button", { type: "button", onclick: act, ...properties });
  const buttons = {
    previous: button(() => viewer.turn(-1), { class: "icon", text: "‹" }),
    next: button(() => viewer.turn(1), { class: "icon", text: "›" }),
    out: button(() => viewer.zoom(0.8), { class: "icon", text: "−" }),
    in: button(() => viewer.zoom(1.25), { class: "icon", text: "+" }),
    fit: button(() => viewer.zoomTo(null)),
    whole: button(() => viewer.zoomTo(1), { text: "100 %" }),
    annotate: button(() => viewer.annotate(), { class: "annotate", hidden: true }),
    auto: button(() => viewer.automatic()),
    reset: button(() => viewer.reset()),
    keep: button(() => viewer.keep("keep")),
    all: button(() => viewer.keep("keep_all"), { class: "primary" }),
  };
  const { previous, next, out, in: inward, fit, whole, annotate, auto, reset, keep, all } = buttons;
  const place = element("span", { class: "place" });
  const percent = element("span", { class: "percent" });
  const slider = element("input", { type: "range", min: 1, step: 1 });
  slider.addEventListener("input", () => viewer.toPlane(Number(slider.value) - 1));
  const planeName = element("span", {});
  const planes = element("label", { class: "planes" }, [planeName, slider]);
  const pictures = element("div", { class: "pictures" });
  const note = element("p", { class: "note" });
  const said = element("p", { class: "said", role: "status", "aria-live": "polite" });
  const panel = element("div", { class: "panel" }, [
    note, viewer.channels.node,
    element("div", { class: "verbs" }, [auto, reset, keep, all]),
    said,
  ]);
  const bar = element("div", { class: "bar" }, [
    previous, place, next, element("span", { class: "space" }),
    annotate, viewer.objects.button, out, percent, inward, fit, whole,
  ]);
  const labelling = element("div", {});
  const left = element("div", { class: "left" }, [bar, labelling, pictures, planes]);
  const root = element("div", { class: "viewer", tabindex: "-1" }, [
    element("div", { class: "sides" }, [left, panel]),
  ]);
  return { buttons, place, percent, slider, planeName, planes, pictures, note, said, panel, labelling, root };
}
