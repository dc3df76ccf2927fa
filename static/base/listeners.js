import { apart } from "./apart.js";

/**
 * Listeners of one event. If one throws, the others are still called.
 * @template {unknown[]} [Told=[]]
 */
export class Listeners {
  constructor() {
    /** @type {Set<(...told: Told) => void>} */
    this.all = new Set();
  }

  /** @param {(...told: Told) => void} listener */
  add(listener) {
    this.all.add(listener);
  }

  /** @param {Told} told */
  tell(...told) {
    for (const listener of this.all) apart(() => listener(...told));
  }
}
