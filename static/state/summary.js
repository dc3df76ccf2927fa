import { NOT_FINITE, REACH } from "../stream/protocol.js";

/**
 * A layer of one lane in numbers, for those who can't see its picture. Pure.
 *
 * @typedef {import("./tensors.js").KernelShape} KernelShape
 * @typedef {import("../stream/protocol.js").Values} Values
 *
 * @typedef {object} Summary
 * @property {number | null} norm  √Σ w²; null: some values are only known to lie beyond the scale
 * @property {number} low
 * @property {number} high
 * @property {number} positive     share
 * @property {number} largest      the value farthest from zero
 * @property {number[]} place its place: [out, in, row, col]
 */

/**
 * @param {Values} values
 * @param {number} limit the end of the scale, if the values are levels; those beyond it are read as infinite
 * @param {KernelShape} shape
 * @returns {Summary}
 */
export function summarize(values, limit, shape) {
  const areLevels = values instanceof Int8Array;
  let [low, high, squares, positive, largest, at] = [Infinity, -Infinity, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i += 1) {
    const value = areLevels ? levelValue(values[i], limit) : values[i];
    if (Number.isNaN(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value > 0) positive += 1;
    squares += value * value;
    if (Math.abs(value) > Math.abs(largest)) [largest, at] = [value, i];
  }
  const { rows, cols } = shape;
  const size = shape.in * rows * cols;
  const place = [Math.floor(at / size), Math.floor(at / (rows * cols)) % shape.in, Math.floor(at / cols) % rows, at % cols];
  return { norm: areLevels ? null : Math.sqrt(squares), low, high, positive: positive / values.length, largest, place };
}

/**
 * @param {number} level
 * @param {number} limit
 */
function levelValue(level, limit) {
  if (level === NOT_FINITE) return NaN;
  if (Math.abs(level) > REACH) return Math.sign(level) * Infinity;
  return (level * limit) / REACH;
}
