import { uncaught } from "../base/apart.js";

/**
 * What of the page comes by itself, such as a dialog: fetched once, when it is wanted first. Where it can't be fetched or made, that is said
 * (static/loading.js), the page goes on without it, and whoever wants it again has it tried again: the server may be back.
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

  /** @returns {Promise<T | null>} null where it has failed */
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
