import { find } from "../base/dom.js";

/**
 * The buttons that open what has not come yet: it is fetched when a pointer or the focus comes near, or somebody presses one.
 * Once it is here it looks after them itself.
 *
 * @typedef {import("../state/store.js").Store} Store
 */

export class Openers {
  /** @param {import("../base/part.js").Part<unknown>} part what they open */
  constructor(part) {
    this.part = part;
    this.network = find(document, "#network", HTMLButtonElement);
    this.share = find(document, "#share", HTMLButtonElement);
    this.rangeTest = find(document, "#range-test", HTMLButtonElement);
    const stop = find(document, "#stop-at", HTMLButtonElement);
    this.share.disabled = false;
    /** The one that was pressed last, while what it opens is coming. @type {HTMLButtonElement | null} */
    this.pressed = null;
    for (const button of [this.network, this.share, this.rangeTest, stop]) {
      for (const sign of ["pointerenter", "focus"]) button.addEventListener(sign, () => void part.want(), { once: true });
      button.addEventListener("click", () => void this.#press(button));
    }
  }

  /** @param {Store} store */
  offer({ experiment, audience }) {
    this.rangeTest.disabled = experiment === null;
    this.network.disabled = experiment === null || audience?.may_open !== true;
  }

  /** @param {HTMLButtonElement} button */
  async #press(button) {
    if (this.part.here) return;
    const isComing = this.pressed !== null;
    this.pressed = button;
    if (isComing) return;
    await this.part.want();
    const { pressed } = this;
    this.pressed = null;
    if (this.part.here) pressed.click();
  }
}
