import { write, part } from "../../base/dom.js";
import { significant } from "../../base/format.js";
import { inputGradient, lossOf, summed } from "../../state/input-gradient.js";
import { channelsText, DIGITS, MapRow } from "./maps.js";
import { extremes } from "./reading.js";

/**
 * The gradient of the image's loss by pixel, in every lane on one scale. Unlike the other pictures it comes with each frame, and so
 * with each stroke of a drawing.
 */

export class LossRow extends MapRow {
  /**
   * @param {string[]} lanes
   * @param {number[]} shape of an image
   * @param {import("../../page/page.js").Page} page
   */
  constructor(lanes, shape, page) {
    super("loss", lanes, shape, page);
    this.root.toggleAttribute("data-live", true);
  }

  /** The gradient in a lane, and its step. @param {string} id */
  #gradientOf(id) {
    const { image, store } = this.page;
    const { shown, experiment } = store;
    const lane = experiment?.lanes.findIndex((one) => one.id === id) ?? -1;
    const gradient = shown && shown.run === experiment?.run ? inputGradient(shown, image, lane) : null;
    return shown && gradient && { lane, gradient, step: shown.laneSteps[lane], loss: lossOf(shown, image, lane) };
  }

  /** @override */
  paint() {
    const { isUnlabelled } = this.page.image;
    write(this.what, this.page.translator.text(isUnlabelled ? "saliency.unlabelled" : "saliency.what.loss"));
    const lanes = Object.entries(this.figures).flatMap(([id, figure]) => {
      const found = this.#gradientOf(id);
      if (!found && isUnlabelled) figure.maps.clear();
      return found ? [{ figure, step: found.step, values: summed(found.gradient, this.size.channels) }] : [];
    });
    this.draw(lanes);
  }

  /** Write what changes with each frame, no faster than it can be read. */
  name() {
    const { format } = this.page.translator;
    for (const [id, { root }] of Object.entries(this.figures)) {
      const found = this.#gradientOf(id);
      write(part(root, "answer"), found ? this.page.translator.text("saliency.loss", { loss: format.loss(found.loss) }) : "");
    }
  }

  /**
   * @override
   * @param {string} lane
   * @param {number} row
   * @param {number} col
   */
  valueAt(lane, row, col) {
    const found = this.#gradientOf(lane);
    return found && channelsText(found.gradient, this.size, row, col);
  }

  /** What it shows of a lane, in numbers; empty: nothing. @param {string} lane */
  described(lane) {
    const { translator, image } = this.page;
    if (image.isUnlabelled) return translator.text("saliency.unlabelled");
    const found = this.#gradientOf(lane);
    const ends = found && extremes(summed(found.gradient, this.size.channels), this.size.cols);
    if (!ends) return "";
    const [most, least] = [ends.most, ends.least].map(({ value }) => significant(value, DIGITS));
    const places = { row: ends.most.row, col: ends.most.col, low_row: ends.least.row, low_col: ends.least.col };
    const values = { step: translator.format.count(found.step), loss: translator.format.loss(found.loss) };
    return translator.text("saliency.summary.loss", { ...values, most, least, ...places });
  }
}
