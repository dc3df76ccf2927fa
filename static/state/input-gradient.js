import { isAbout } from "./predictions.js";
import { valuesOf } from "./tensors.js";

/**
 * The gradient ∂L/∂x of the loss of the page's image with respect to its pixels, as it comes with each frame. Pure.
 *
 * @typedef {import("../stream/protocol.js").SnapshotFrame} SnapshotFrame
 */

/** What is requested for it. */
export const INPUT_GRADIENT = "input_gradient";

/**
 * @param {SnapshotFrame | null} snapshot
 * @param {import("./predictions.js").Image} image
 * @param {number} lane
 * @returns {Float32Array | null} [channel, row, col]; null: it has not come
 */
export function inputGradient(snapshot, image, lane) {
  const values = snapshot && isAbout(snapshot, image) ? valuesOf(snapshot.tensors.get("image/gradient"), lane) : null;
  return values instanceof Float32Array ? values : null;
}

/**
 * The loss of the image: −log p of its class.
 * @param {SnapshotFrame | null} snapshot
 * @param {import("./predictions.js").Image & {label: number | null}} image
 * @param {number} lane
 * @returns {number} NaN: it isn't known
 */
export function lossOf(snapshot, image, lane) {
  const values = snapshot && isAbout(snapshot, image) ? valuesOf(snapshot.tensors.get("image/probabilities"), lane) : null;
  return values && image.label !== null ? -Math.log(values[image.label]) : NaN;
}

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
