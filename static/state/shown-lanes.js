import { Listeners } from "../base/listeners.js";

/** Which lanes this page shows: all but those that somebody has hidden on it. The last one that is shown stays. */
export class ShownLanes {
  constructor() {
    /** Of all lanes, in the order in which they stand. @type {string[]} */
    this.ids = [];
    /** A lane that was hidden is so again when it comes back. @type {Set<string>} */
    this.hidden = new Set();
    this.listeners = new Listeners();
  }

  /** @param {() => void} listener told when other lanes are hidden than before */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** How many are hidden. */
  get missing() {
    return this.ids.filter((id) => this.hidden.has(id)).length;
  }

  /** @param {string[]} ids of the lanes that there are */
  describe(ids) {
    this.ids = ids;
    this.#keepOne();
  }

  /** @param {string} id */
  hide(id) {
    this.hidden.add(id);
    this.#keepOne();
    this.listeners.tell();
  }

  showAll() {
    this.hidden.clear();
    this.listeners.tell();
  }

  #keepOne() {
    const [first] = this.ids;
    if (first !== undefined && this.ids.every((id) => this.hidden.has(id))) this.hidden.delete(first);
  }
}
