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

/** A scale holds while the largest value lies between this share of its end and the end. */
const LEAST = 1 / 3;
/** How far a new scale reaches beyond the largest value. */
const ROOM = 1.2;

/**
 * The sum over the channels at each pixel: what happens if all of them change alike.
 * @param {Float32Array} values [channel, row, col]
 * @param {number} channels
 */
export function summed(values, channels) {
  if (channels === 1) return values;
  const size = values.length / channels;
  return Float32Array.from({ length: size }, (_, pixel) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += values[channel * size + pixel];
    return sum;
  });
}

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

/**
 * The end of a scale that holds as long as it can, so that colours keep their meaning while it trains.
 * @param {number} before its end so far; 0: there is none
 * @param {number} needed the largest magnitude
 */
export function heldLimit(before, needed) {
  return needed <= before && needed >= before * LEAST ? before : needed * ROOM;
}
