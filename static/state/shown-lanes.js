import { Listeners } from "../base/listeners.js";

/** The lanes that this page shows: all but those hidden on it. The last one shown can't be hidden. */
export class ShownLanes {
  constructor() {
    /** The ids of all lanes, in their order on the page. @type {string[]} */
    this.ids = [];
    /** Ids of hidden lanes; one that comes back after it was removed is hidden again. @type {Set<string>} */
    this.hidden = new Set();
    this.listeners = new Listeners();
  }

  /** @param {() => void} listener called when other lanes are hidden than before */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** How many are hidden. */
  get missing() {
    return this.ids.filter((id) => this.hidden.has(id)).length;
  }

  /** @param {string[]} ids of all present lanes */
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
