// Put into every measured page before its own scripts. Conditions are looked at in every frame that
// the browser draws, so a time is right to 1/60 s, on all pages alike.
window.stopwatch = {
  limit: 60000, // ms after which a wait is given up, also where the browser draws no frames

  // All elements that match, those inside components too.
  all(selector, root = document) {
    const found = [...root.querySelectorAll(selector)];
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) found.push(...this.all(selector, node.shadowRoot));
    }
    return found;
  },

  says(selector, text) {
    return this.all(selector).some((node) => node.textContent.includes(text));
  },

  // Whether every thumbnail in sight is drawn.
  pictured(least) {
    const seen = this.all(".tile img").filter((image) => {
      const box = image.getBoundingClientRect();
      return box.bottom > 0 && box.top < innerHeight;
    });
    return seen.length >= least && seen.every((image) => image.complete && image.naturalWidth > 0);
  },

  // Milliseconds since the page was asked for, when the condition holds.
  until(condition) {
    const holds = new Function(`return (${condition})`);
    return this.within(`still not: ${condition}`, (resolve) => {
      const look = () => {
        if (holds()) resolve(performance.now());
        else requestAnimationFrame(look);
      };
      look();
    });
  },

  // What `begin` resolves to, or an error of these words when the limit is over.
  within(words, begin) {
    return new Promise((resolve, reject) => {
      const over = setTimeout(() => reject(new Error(words)), this.limit);
      begin((value) => {
        clearTimeout(over);
        resolve(value);
      });
    });
  },

  // Milliseconds from the next press of the mouse, or its release, until the condition holds.
  async after(condition, moment = "pointerdown") {
    const since = await this.within(`no ${moment}`, (resolve) => {
      addEventListener(moment, (event) => resolve(event.timeStamp), {
        capture: true,
        once: true,
      });
    });
    return (await this.until(condition)) - since;
  },
};
