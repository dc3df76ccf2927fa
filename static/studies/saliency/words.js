import { significant } from "../../base/format.js";
import { percentText } from "../../state/predictions.js";
import { valuesOf } from "./maps.js";
import { extremes } from "./reading.js";

/**
 * The maps in words and numbers: their text for those who can't see them.
 *
 * @typedef {import("./reading.js").Saliency} Saliency
 * @typedef {import("../../base/i18n.js").Translator} Translator
 */

const DIGITS = 3;

/**
 * @param {Saliency[]} lanes
 * @param {string[]} classes
 * @param {Translator} translator
 * @param {(lane: string) => string} more what else is to be said of a lane; empty: nothing
 */
export function described(lanes, classes, translator, more) {
  const sentences = lanes.flatMap((found) => {
    const { logit, probability } = found;
    const said = { lane: found.lane, class: classes[found.class], logit: significant(logit ?? NaN, DIGITS) };
    const percent = probability === null ? "–" : percentText(probability, translator.format);
    const maps = /** @type {const} */ (["gradient", "product", "occlusion"]).flatMap((kind) => {
      const cols = kind === "occlusion" ? found.occlusion.logits.shape[1] : found.product.shape[1];
      const ends = extremes(valuesOf(kind, found), cols);
      if (!ends) return [];
      const isNothing = ends.most.value === 0 && ends.least.value === 0;
      if (isNothing) return [translator.text("saliency.summary.nothing", { map: translator.text(`saliency.kind.${kind}`) })];
      const [most, least] = [ends.most, ends.least].map(({ value }) => significant(value, DIGITS));
      const places = { row: ends.most.row, col: ends.most.col, low_row: ends.least.row, low_col: ends.least.col };
      return [translator.text(`saliency.summary.${kind}`, { most, least, ...places })];
    });
    return [translator.text("saliency.summary", { ...said, percent }), ...[more(found.lane)].filter(Boolean), ...maps];
  });
  return sentences.length > 0 ? translator.join("sentences", sentences) : "";
}
