import { part, write } from "../base/dom.js";
import { problemText, reasonText } from "../base/problems.js";
import { placeOf } from "./settings.js";

/**
 * In the dialog of data and network: what is impossible, said at the field or the layer that it is about; what is about neither, below
 * all of them.
 *
 * @typedef {import("../base/i18n.js").Translator} Translator
 * @typedef {import("../base/types.js").Problem} Problem
 */

const INVALID = "aria-invalid";

export class Faults {
  /** @param {HTMLElement} dialog */
  constructor(dialog) {
    this.dialog = dialog;
  }

  clear() {
    for (const input of this.dialog.querySelectorAll(`[${INVALID}]`)) input.removeAttribute(INVALID);
    for (const place of this.dialog.querySelectorAll('[data-error], [data-part="error"]')) write(place, "");
    this.say("");
  }

  /**
   * @param {Problem[]} problems
   * @param {{name: string, root: HTMLElement}[]} layers
   * @param {Translator} words those of problems
   */
  show(problems, layers, words) {
    this.clear();
    const aside = problems.filter((problem) => !this.#isSaidInPlace(problem, layers, words));
    this.say(aside.map((problem) => problemText(problem, words)).join(" · "));
  }

  /**
   * @param {Problem} problem
   * @param {{name: string, root: HTMLElement}[]} layers
   * @param {Translator} words
   */
  #isSaidInPlace(problem, layers, words) {
    const names = layers.map(({ name }) => name);
    const { row, field } = placeOf(problem, names);
    const root = row === null ? this.dialog : layers[row]?.root;
    const input = field === "" ? null : root?.querySelector(`[name="${field}"]`);
    input?.setAttribute(INVALID, "true");
    const place = root?.querySelector(row === null ? `[data-error="${field}"]` : '[data-part="error"]');
    if (!place) return false;
    write(place, row === null ? reasonText(problem, words) : problemText(problem, words, false));
    return true;
  }

  /** Say something below all fields. @param {string} text */
  say(text) {
    write(part(this.dialog, "refusal"), text);
  }

  /** The first field that is wrong. */
  get first() {
    const wrong = this.dialog.querySelector(`[${INVALID}="true"]`);
    return wrong instanceof HTMLElement ? wrong : null;
  }
}
