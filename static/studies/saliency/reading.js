/**
 * What the maps of saliency hold. Pure.
 *
 * @typedef {import("../../stream/packed.js").Packed} Packed
 *
 * @typedef {object} Occlusion  the answers with a square over each part of the image
 * @property {number} side    of the square, in pixels
 * @property {number} stride  pixels from one position to the next
 * @property {number[]} fill  its colour, by channel
 * @property {Packed} logits  [row, col] of the positions
 * @property {Packed} probabilities
 *
 * @typedef {object} Saliency  a finding: docs/protocol.md
 * @property {string} lane
 * @property {number} image
 * @property {"label" | "top" | number} of
 * @property {number} run
 * @property {number} step
 * @property {number} lane_step
 * @property {number} class
 * @property {number | null} logit
 * @property {number | null} probability
 * @property {Packed} gradient  [channel, row, col]
 * @property {Packed} product   [row, col]
 * @property {Occlusion} occlusion
 *
 * A place in a map, and what is there.
 * @typedef {{value: number, row: number, col: number}} Place
 */

/**
 * By how much each position of the square lowers the logit: above 0, what it covers speaks for the class.
 * @param {number | null} logit of the whole image
 * @param {Float32Array} logits with the square
 */
export function lowered(logit, logits) {
  return logits.map((covered) => (logit ?? NaN) - covered);
}

/**
 * The places of the largest and of the smallest value.
 * @param {Float32Array} values [row, col]
 * @param {number} cols
 * @returns {{most: Place, least: Place} | null} null: nothing is finite
 */
export function extremes(values, cols) {
  /** @param {number} index @returns {Place} */
  const place = (index) => ({ value: values[index], row: Math.floor(index / cols), col: index % cols });
  let [most, least] = [-1, -1];
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) return;
    if (most < 0 || value > values[most]) most = index;
    if (least < 0 || value < values[least]) least = index;
  });
  return most < 0 ? null : { most: place(most), least: place(least) };
}
