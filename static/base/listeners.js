import { apart } from "./apart.js";

/**
 * Those who are told of something, each apart from the others.
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
