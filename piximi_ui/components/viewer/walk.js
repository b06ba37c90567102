// From picture to picture in the order of the view. The neighbours are at hand, so that going on shows
// them at once; Python hears where the person is and sends the next ones.

export class Walk {
  constructor() {
    this.list = []; // the pictures at hand, each with its `place` in the order
    this.at = 0; // which of them is shown
    this.goal = 0; // the place in the order that the person wants to see
    this.going = false; // whether Python has yet to hear of it
  }

  /** Take what Python sends around the picture where it believes the person to be. */
  update({ images, around, total }) {
    const [centre] = images;
    this.centre = centre;
    this.total = total;
    this.list = images.length > 1 || !around ? [centre] : [...around.before, centre, ...around.after];
    const wanted = this.going ? this.list.findIndex(({ place }) => place === this.goal) : -1;
    this.at = wanted >= 0 ? wanted : this.list.indexOf(centre);
    if (wanted < 0 || this.image === centre) {
      this.goal = centre.place;
      this.going = false;
    }
  }

  /** The picture that is shown. */
  get image() {
    return this.list[this.at];
  }

  /** Whether the picture that was asked for is still to come. */
  get waits() {
    return this.image.place !== this.goal;
  }

  may(by) {
    const { place } = this.image;
    return place !== null && this.goal + by >= 0 && this.goal + by < this.total;
  }

  /** Go on or back; answers whether there is something there. */
  go(by) {
    if (!this.may(by)) return false;
    this.goal += by;
    this.going = true;
    const at = this.list.findIndex(({ place }) => place === this.goal);
    if (at >= 0) this.at = at;
    return true;
  }

  /** What Python is to hear: from where it believes us to be, how far on. */
  step() {
    return this.going ? { from: this.centre.id, by: this.goal - this.centre.place } : null;
  }
}
