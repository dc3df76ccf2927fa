import { Listeners } from "../base/listeners.js";

/**
 * The five views of the page, one at a time, each with one picture. (What the board shows of the kernels is called a view, too, so
 * these are tabs.)
 *
 * @typedef {"kernels" | "step" | "weight" | "sees" | "rate"} TabName
 */

/** @type {TabName[]} in the order of their keys, 1 to 5 */
export const TABS = ["kernels", "step", "weight", "sees", "rate"];

/** The tabs of what was a card below the kernels, by its name in addresses. @type {Record<string, TabName>} */
export const TAB_OF_CARD = { phases: "step", weight: "weight", line: "rate", lens: "rate", noise: "rate" };

export class Tabs {
  constructor() {
    /** @type {TabName} */
    this.current = "kernels";
    this.listeners = new Listeners();
  }

  /** @param {() => void} listener called when another tab is shown */
  onChange(listener) {
    this.listeners.add(listener);
  }

  /** @param {TabName} name */
  show(name) {
    if (name === this.current) return;
    this.current = name;
    this.listeners.tell();
  }
}
