import { channelText } from "../../state/description.js";
import { find } from "../../base/dom.js";

/**
 * The worksheet has an address of its own: its button or a link opens it, as soon as the weight's numbers have come; Escape, its own
 * button and the browser's Back leave it.
 *
 * @typedef {import("./arithmetic.js").OneWeight} OneWeight
 */

export class WorksheetOpening {
  /**
   * @param {HTMLElement} root of the card
   * @param {import("../../page/page.js").Page} page
   */
  constructor(root, { worksheet, store, translator }) {
    this.worksheet = worksheet;
    this.store = store;
    this.translator = translator;
    this.button = find(root, 'button[value="worksheet"]', HTMLButtonElement);
    /** What it would be about. @type {OneWeight | null} */
    this.weight = null;
    /** Closes the one that is open. @type {(() => void) | null} */
    this.close = null;
    this.isComing = false;
    this.button.addEventListener("click", () => {
      history.pushState({ worksheet: true }, "");
      worksheet.want(true);
    });
    addEventListener("popstate", () => worksheet.want(history.state?.worksheet === true));
    worksheet.onChange(() => this.#follow());
  }

  /**
   * @param {OneWeight} weight what the card shows
   * @param {boolean} isIt whether that is the selected weight, in a step that is recent
   */
  offer(weight, isIt) {
    this.button.disabled = weight.origin === null;
    this.weight = isIt && weight.origin ? weight : null;
    this.#follow();
  }

  #follow() {
    if (!this.worksheet.isWanted) {
      this.close?.();
      this.close = null;
    } else if (!this.close && !this.isComing && this.weight) {
      void this.#open(this.weight);
    }
  }

  /** @param {OneWeight} weight */
  async #open(weight) {
    const { experiment } = this.store;
    const lane = experiment?.config.lanes.find(({ id }) => id === weight.lane);
    if (!experiment || !lane) return;
    this.isComing = true;
    try {
      const { openWorksheet } = await import("./worksheet.js");
      const channel = channelText(experiment.layers, weight.weight.layer, weight.weight, this.translator);
      const shown = { weight, lane, classes: experiment.dataset.classes, channel };
      this.close = await openWorksheet(shown, this.translator, this.button, () => this.#leave());
    } catch (error) {
      this.worksheet.want(false);
      throw error;
    } finally {
      this.isComing = false;
    }
    // It may have been left meanwhile.
    this.#follow();
  }

  #leave() {
    // A link has nothing to go back to.
    const isOnTop = history.state?.worksheet === true;
    this.worksheet.want(false);
    if (isOnTop) history.back();
  }
}
