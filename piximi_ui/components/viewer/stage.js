// One picture: loads what is asked for, and is zoomed and moved by mouse, pen and fingers.

import { element } from "../shared/dom.js";
import { Preparing } from "../shared/preparing.js";
import { Detail } from "./detail.js";

const MOST = 32; // screen pixels for one of the picture
const WHEEL = 0.0015;
const STILL = 4; // screen pixels that a click may move

export class Stage {
  /** @param {object} sight shared by all stages: {zoom: null to fit, x, y: the centre, 0 to 1} */
  constructor(sight, moved) {
    this.sight = sight;
    this.moved = moved;
    this.pointers = new Map();
    this.size = [0, 0]; // width and height of the picture, known before it is drawn
    /** @type {{place: (left: number, top: number, scale: number) => void} | null} */
    this.overlay = null; // drawn over the picture
    /** @type {((x: number, y: number) => void) | null} */
    this.clicked = null; // hears of clicks on a point of the picture
    /** @type {number | undefined} */
    this.drawing = undefined; // the pointer that draws
    /** @type {string | undefined} */
    this.subject = undefined; // what the picture is to show
    /** @type {string | undefined} */
    this.seen = undefined; // what it shows
    this.drawer = ""; // what draws at the moment: mouse, pen or touch
    /** @type {any} */
    this.tool = null; // draws: `takes(event)`, `down`, `move`, `up`, `hover` with points, `cancel()`
    this.picture = element("img", { alt: "", draggable: "false", hidden: true });
    this.broken = element("p", { class: "broken", hidden: true });
    this.detail = new Detail(this);
    this.preparing = new Preparing();
    const inside = [this.picture, this.detail.node, this.broken, this.preparing.node];
    this.frame = element("div", { class: "frame" }, inside);
    this.caption = element("div", { class: "caption" });
    this.node = element("div", { class: "stage" }, [this.frame, this.caption]);
    this.frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    this.frame.addEventListener("dblclick", () => {
      if (!this.tool) this.zoomTo(sight.zoom === null ? 1 : null);
    });
    this.frame.addEventListener("pointerdown", (event) => this.#down(event));
    this.frame.addEventListener("pointermove", (event) => this.#move(event));
    this.frame.addEventListener("pointerup", (event) => this.#up(event));
    this.frame.addEventListener("pointercancel", (event) => this.#cancel(event));
    this.watch = new ResizeObserver(() => this.place());
    this.watch.observe(this.frame);
  }

  close() {
    this.detail.close();
    this.preparing.end();
    this.watch.disconnect();
  }

  /**
   * Show the picture of an address; of many that are asked for quickly, only the last. `subject` is
   * what is to be seen, however it looks: while another one still stands there, nothing is drawn.
   */
  async show(address, subject = address) {
    this.wanted = address;
    this.subject = subject;
    this.#compare();
    if (this.loading) return;
    this.loading = true;
    this.frame.classList.add("busy");
    this.preparing.begin();
    while (this.wanted !== this.shown) {
      const [asked, meant] = [this.wanted, this.subject];
      const next = new Image();
      next.src = asked;
      const there = await next.decode().then(() => true, () => false);
      this.shown = asked;
      this.seen = there ? meant : undefined;
      this.#compare();
      this.broken.hidden = there;
      this.picture.hidden = !there;
      if (there) this.picture.src = asked;
    }
    this.#compare();
    this.place();
    this.preparing.end();
    this.loading = false;
    this.frame.classList.remove("busy");
  }

  /** Whether the picture that stands there is the one that is drawn on. */
  get current() {
    return this.seen === this.subject;
  }

  #compare() {
    this.frame.classList.toggle("another", !this.current);
  }

  set image(image) {
    this.size = [image.width, image.height];
    this.picture.alt = image.name;
    this.preparing.address = image.progress ?? "";
    this.place();
  }

  get fit() {
    const { clientWidth, clientHeight } = this.frame;
    return Math.min(clientWidth / this.size[0], clientHeight / this.size[1]) || 1;
  }

  get scale() {
    return this.sight.zoom ?? this.fit;
  }

  place() {
    if (!this.size[0]) return;
    const { scale, sight, frame } = this;
    const [width, height] = this.size.map((side) => side * scale);
    const centre = (share, box, side) => {
      const half = box / 2 / side;
      return half >= 0.5 ? 0.5 : Math.min(1 - half, Math.max(half, share));
    };
    const x = centre(sight.x, frame.clientWidth, width);
    const y = centre(sight.y, frame.clientHeight, height);
    Object.assign(this.picture.style, {
      width: `${width}px`,
      height: `${height}px`,
      left: `${frame.clientWidth / 2 - x * width}px`,
      top: `${frame.clientHeight / 2 - y * height}px`,
    });
    this.picture.classList.toggle("crisp", scale >= 2);
    const [left, top] = [parseFloat(this.picture.style.left), parseFloat(this.picture.style.top)];
    this.detail.place(left, top, scale);
    this.overlay?.place(left, top, scale);
  }

  /** Zoom by a factor or to a scale (null: fit), keeping what lies under a point where it is. */
  zoomBy(factor, point) {
    this.zoomTo(this.scale * factor, point);
  }

  zoomTo(scale, [px, py] = [this.frame.clientWidth / 2, this.frame.clientHeight / 2]) {
    const { sight, frame } = this;
    if (scale === null) Object.assign(sight, { zoom: null, x: 0.5, y: 0.5 });
    else {
      const to = Math.min(MOST, Math.max(Math.min(this.fit, 1), scale));
      const [dx, dy] = [px - frame.clientWidth / 2, py - frame.clientHeight / 2];
      const shift = (offset, side) => offset / (side * this.scale) - offset / (side * to);
      this.#centre(sight.x + shift(dx, this.size[0]), sight.y + shift(dy, this.size[1]));
      sight.zoom = to;
    }
    this.moved();
  }

  /** Bring a box of the picture into the middle, half as large as the view. */
  zoomToBox({ x1, y1, x2, y2 }) {
    const { frame, sight, size } = this;
    Object.assign(sight, { x: (x1 + x2) / 2 / size[0], y: (y1 + y2) / 2 / size[1] });
    const fits = Math.min(frame.clientWidth / (x2 - x1), frame.clientHeight / (y2 - y1));
    sight.zoom = Math.min(MOST, fits / 2);
    this.moved();
  }

  #centre(x, y) {
    this.sight.x = Math.min(1, Math.max(0, x));
    this.sight.y = Math.min(1, Math.max(0, y));
  }

  #wheel(event) {
    event.preventDefault();
    const box = this.frame.getBoundingClientRect();
    this.zoomBy(Math.exp(-event.deltaY * WHEEL), [event.clientX - box.left, event.clientY - box.top]);
  }

  /**
   * Where an event is in the picture, in its pixels.
   *
   * @returns {[number, number]}
   */
  point(event) {
    const box = this.picture.getBoundingClientRect();
    return [(event.clientX - box.left) / this.scale, (event.clientY - box.top) / this.scale];
  }

  #down(event) {
    // A hand that rests on the screen when the pen lands has drawn nothing.
    if (event.pointerType === "pen" && this.drawer === "touch") this.#drop();
    const draws = this.drawing === undefined && this.pointers.size === 0 && this.tool?.takes(event);
    // The middle button moves the picture, whatever the other one does.
    if (!draws && event.button !== 0 && event.button !== 1) return;
    this.frame.setPointerCapture(event.pointerId);
    if (draws) {
      Object.assign(this, { drawing: event.pointerId, drawer: event.pointerType });
      this.tool.down(this.point(event), event);
      return;
    }
    this.pointers.set(event.pointerId, event);
    this.pressed = this.pointers.size === 1 ? event : null;
  }

  /** A press that did not move is a click on a point of the picture. */
  #up(event) {
    if (event.pointerId === this.drawing) {
      Object.assign(this, { drawing: undefined, drawer: "" });
      this.tool?.up(this.point(event), event);
      return;
    }
    this.pointers.delete(event.pointerId);
    const { pressed } = this;
    this.pressed = null;
    if (!pressed || pressed.pointerId !== event.pointerId) return;
    if (Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) > STILL) return;
    this.clicked?.(...this.point(event));
  }

  #cancel(event) {
    this.pointers.delete(event.pointerId);
    if (event.pointerId === this.drawing) this.#drop();
  }

  #drop() {
    Object.assign(this, { drawing: undefined, drawer: "" });
    this.pointers.clear();
    this.tool?.cancel();
  }

  #move(event) {
    if (event.pointerId === this.drawing) {
      const passed = event.getCoalescedEvents?.() ?? [];
      this.tool?.move((passed.length ? passed : [event]).map((each) => this.point(each)), event);
      return;
    }
    if (!this.pointers.size) this.tool?.hover(this.point(event), event);
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const other = [...this.pointers.values()].find((p) => p.pointerId !== event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (other) {
      const apart = (p) => Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY) || 1;
      const box = this.frame.getBoundingClientRect();
      const middle = [
        (event.clientX + other.clientX) / 2 - box.left,
        (event.clientY + other.clientY) / 2 - box.top,
      ];
      this.zoomBy(apart(event) / apart(before), middle);
      return;
    }
    const { sight, scale } = this;
    this.#centre(
      sight.x - (event.clientX - before.clientX) / (this.size[0] * scale),
      sight.y - (event.clientY - before.clientY) / (this.size[1] * scale),
    );
    this.moved();
  }
}
