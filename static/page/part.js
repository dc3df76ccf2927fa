import { uncaught } from "../base/apart.js";

/**
 * A part of the page that is loaded on demand, such as a dialog: fetched once, when it is first wanted. If that fails,
 * static/loading.js reports it, the page goes on without it, and the next request tries again.
 *
 * @template T
 */
export class Part {
  /** @param {() => Promise<T>} load */
  constructor(load) {
    this.load = load;
    /** @type {T | null} */
    this.here = null;
    /** @type {Promise<T | null> | null} */
    this.coming = null;
  }

  /** @returns {Promise<T | null>} null if it has failed */
  want() {
    this.coming ??= this.#fetch();
    return this.coming;
  }

  async #fetch() {
    try {
      this.here = await this.load();
    } catch (error) {
      this.coming = null;
      uncaught(error);
      return null;
    }
    return this.here;
  }
}
