import { significant } from "../../base/format.js";

/**
 * What the gradients from more and more images show. Pure.
 *
 * One kernel's gradient from more and more images.
 * @typedef {object} BatchLens
 * @property {number} run
 * @property {string} lane
 * @property {number} step
 * @property {import("../../stream/interest.js").Kernel} kernel
 * @property {number[]} counts
 * @property {(number | null)[]} cosines
 * @property {(number | null)[]} kernel_cosines
 * @property {number} rows
 * @property {number} cols
 * @property {number[][]} gradients  one per count, row-major
 */

/** A vector's cosine to itself is 1 up to float64 rounding. */
const ROUNDING = 1e-9;

/**
 * The end of the colour scale that all gradients share: the largest value among those of more than one image, so that they are
 * visible beside that of a single one, which is usually several times as large.
 * @param {BatchLens} lens
 */
export function lensLimit({ counts, gradients }) {
  let limit = 0;
  for (const [index, gradient] of gradients.entries()) {
    if (counts[index] === 1 && counts.length > 1) continue;
    for (const value of gradient) if (value !== null && Math.abs(value) > limit) limit = Math.abs(value);
  }
  return limit;
}

/**
 * The index of the gradient from about as many images as a mini-batch: the last with no more, excluding the largest.
 * @param {number[]} counts
 * @param {number} batchSize
 */
export function likeBatch(counts, batchSize) {
  const smaller = counts.slice(0, -1).filter((count) => count <= batchSize);
  return Math.max(0, smaller.length - 1);
}

/**
 * Write a cosine with two decimals, never rounding to 1 or 0 what isn't.
 * @param {number | null} cosine
 */
export function cosineText(cosine) {
  if (cosine === null) return "–";
  if (Math.abs(cosine) < 0.005 && Math.abs(cosine) > ROUNDING) return significant(cosine, 1);
  const most = Math.abs(cosine) > 1 - ROUNDING ? 1 : 0.99;
  const cut = Math.sign(cosine) * Math.min(Math.round(Math.abs(cosine) * 100) / 100, most) + 0;
  return cut.toFixed(2).replace("-", "\u2212");
}
