import { Listeners } from "../base/listeners.js";

/**
 * What makes the picture that excites a filter most readable (server/kernelscope/studies/ascent.py): each is on or off.
 *
 * @typedef {"jitter" | "blur" | "norm"} Regulariser
 */

/** @type {Regulariser[]} */
export const REGULARISERS = ["jitter", "blur", "norm"];
const NONE = "plain";

export class Regularisers {
  constructor() {
    this.on = new Set(REGULARISERS);
    this.listeners = new Listeners();
  }

  /** As a subject of the studies has them. */
  get members() {
    return Object.fromEntries(REGULARISERS.map((name) => [name, this.on.has(name)]));
  }

  /** As an address has them. */
  get text() {
    return REGULARISERS.filter((name) => this.on.has(name)).join(",") || NONE;
  }

  /** @param {string} text @returns {boolean} whether it names regularisers */
  apply(text) {
    const names = text === NONE ? [] : text.split(",");
    if (!names.every((name) => REGULARISERS.some((known) => known === name))) return false;
    this.set(REGULARISERS.filter((name) => names.includes(name)));
    return true;
  }

  /** @param {Regulariser[]} names those that are on */
  set(names) {
    this.on = new Set(names);
    this.listeners.tell();
  }
}
