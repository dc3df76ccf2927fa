import { layerName } from "../state/description.js";

/**
 * Why filters have no pictures: their receptive field (rows, cols) has more pixels than can be cut out.
 *
 * @typedef {{layer?: string, too_large?: [number, number], most?: number}} Refusal
 */

/**
 * @param {import("../base/i18n.js").Translator} translator
 * @param {Refusal} finding
 */
export function refusalText(translator, { layer = "", too_large: [rows, cols] = [0, 0], most = 0 }) {
  const { count } = translator.format;
  return translator.text("study.too_large", {
    layer: layerName(layer, translator),
    rows: count(rows),
    cols: count(cols),
    most: count(most),
  });
}
