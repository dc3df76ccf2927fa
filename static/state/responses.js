import { significant } from "../base/format.js";
import { REACH } from "../stream/protocol.js";
import { layerName } from "./description.js";

/**
 * How the filters of a layer respond to an image, and ∂L/∂Z for it, in words and numbers. Pure.
 *
 * @typedef {import("./quantities.js").MapName} MapName
 */

const DIGITS = 3;

/**
 * What the maps of a layer are.
 * @param {MapName} maps
 * @param {boolean} responds whether the layer's maps are sent
 * @param {{name: string | null, isUnlabelled: boolean}} image the class that it is called by, if that is known and to be said
 * @param {import("../base/i18n.js").Translator} translator
 */
export function mapsText(maps, responds, { name, isUnlabelled }, translator) {
  const key = `quantity.${maps}`;
  if (!responds) return translator.text(`${key}.none`);
  if (isUnlabelled && maps === "sensitivity") return translator.text(`${key}.unlabelled`);
  return name === null ? translator.text(key) : translator.text(`${key}.named`, { class: name });
}

/**
 * Levels tell of small numbers only that they are small.
 * @param {MapName} maps
 * @param {Int8Array | Float32Array} values of one lane [out, row, col]
 * @param {number} out
 * @param {number} limit of the scale, if the values are levels
 * @param {string} layer
 * @param {import("../base/i18n.js").Translator} translator
 */
export function responsesText(maps, values, out, limit, layer, translator) {
  const named = { layer: layerName(layer, translator) };
  const answers = strongest(values, out, limit);
  const silent = answers.filter((answer) => answer === 0).length;
  const isRounded = values instanceof Int8Array && limit > 0;
  if (silent === out) return translator.text(isRounded ? "summary.maps.small" : `summary.${maps}.none`, named);
  const filter = answers.indexOf(Math.max(...answers));
  const largest = Number.isFinite(answers[filter]) ? significant(answers[filter], DIGITS) : translator.text("summary.maps.beyond");
  return translator.text(`summary.${maps}${isRounded ? ".levels" : ""}`, { ...named, filter, largest, silent, filters: out });
}

/**
 * The largest response of each filter, by magnitude; Infinity where it is only known to lie beyond the scale.
 * @param {Int8Array | Float32Array} values [out, row, col]
 * @param {number} out
 * @param {number} limit of the scale, if the values are levels
 */
export function strongest(values, out, limit) {
  const size = values.length / out;
  return Array.from({ length: out }, (_, filter) => {
    let most = 0;
    for (const value of values.subarray(filter * size, (filter + 1) * size)) most = Math.max(most, Math.abs(value));
    if (values instanceof Float32Array) return most;
    return most > REACH ? Infinity : (most * limit) / REACH;
  });
}
