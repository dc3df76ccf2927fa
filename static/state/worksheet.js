import { Listeners } from "../base/listeners.js";

/** Whether a worksheet of the selected weight is wanted: it opens as soon as the weight's numbers have come. */
export class Worksheet {
  constructor() {
    this.isWanted = false;
    this.listeners = new Listeners();
  }

  /** @param {() => void} listener */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** @param {boolean} isWanted */
  want(isWanted) {
    if (isWanted === this.isWanted) return;
    this.isWanted = isWanted;
    this.listeners.tell();
  }
}
