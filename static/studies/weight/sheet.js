/**
 * The numbers of a worksheet: some of the products that a weight's gradient is the sum of, written so that whoever multiplies and adds
 * the printed numbers gets the printed results. Every printed number is the true one, rounded; which positions are shown, and with how
 * many decimals, is chosen so that the sums hold. Pure.
 *
 * @typedef {object} Product
 * @property {number} row
 * @property {number} col
 * @property {string} sensitivity  ∂L/∂Z, in the unit
 * @property {string} seen         the input
 * @property {string} product      in the unit
 *
 * @typedef {object} Sample
 * @property {number} power   the unit is 10 to this power
 * @property {Product[]} products
 * @property {string} sum     of these products
 * @property {string} rest    of all other positions of the image
 * @property {string} share   of the whole image
 */

import { readNumber } from "../../base/format.js";

/** Products on a sheet, and from how many of the largest they are chosen. */
const SHOWN = 5;
const CHOICE = 12;
const LEAST_DECIMALS = 2;
const MOST_DECIMALS = 6;
const MOST_PLACES = 9;

/**
 * @param {{sensitivity: ArrayLike<number>, seen: ArrayLike<number>, cols: number}} maps of one image, [row, col]
 * @param {number} share the sum of all its products
 * @returns {Sample | null} null: the image adds nothing
 */
export function sampleOf({ sensitivity, seen, cols }, share) {
  const products = Array.from(sensitivity, (value, place) => ({ place, value: value * seen[place] }));
  const largest = products
    .filter(({ value }) => value !== 0 && Number.isFinite(value))
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value) || one.place - other.place)
    .slice(0, CHOICE);
  if (largest.length === 0) return null;
  const power = Math.floor(Math.log10(Math.abs(largest[0].value)));
  const unit = 10 ** power;
  for (let decimals = LEAST_DECIMALS; decimals <= MOST_DECIMALS; decimals += 1) {
    const rounded = (/** @type {number} */ value) => Math.round((value / unit) * 10 ** decimals);
    const addUp = [...choices(largest, Math.min(SHOWN, largest.length))].filter((chosen) => {
      const sum = chosen.reduce((total, { value }) => total + value, 0);
      const added = chosen.reduce((total, { value }) => total + rounded(value), 0);
      return added === rounded(sum) && rounded(sum) + rounded(share - sum) === rounded(share);
    });
    // All numbers of a column have as many decimals: few.
    for (const [ofOne, ofOther] of pairs(LEAST_DECIMALS, MOST_PLACES)) {
      for (const chosen of addUp) {
        const lines = chosen.map(({ place, value }) => {
          const [one, other] = [fixed(sensitivity[place] / unit, ofOne), fixed(seen[place], ofOther)];
          // Far enough from a half, which may be rounded either way.
          if (Math.abs(readNumber(one) * readNumber(other) * 10 ** decimals - rounded(value)) >= 0.49) return null;
          const [row, col] = [Math.floor(place / cols), place % cols];
          return { row, col, sensitivity: one, seen: other, product: fixed(value / unit, decimals) };
        });
        if (lines.includes(null)) continue;
        const sum = chosen.reduce((total, { value }) => total + value, 0);
        const [added, rest, whole] = [sum, share - sum, share].map((value) => fixed(value / unit, decimals));
        return { power, products: /** @type {Product[]} */ (lines), sum: added, rest, share: whole };
      }
    }
  }
  return null;
}

/**
 * All pairs of whole numbers, the smaller sums first.
 * @param {number} least
 * @param {number} most
 * @returns {Generator<[number, number]>}
 */
function* pairs(least, most) {
  for (let sum = 2 * least; sum <= least + most; sum += 1) {
    for (let one = least; one <= sum - least; one += 1) yield [one, sum - one];
  }
}

/**
 * All choices of so many items, those of the first items first.
 * @template T
 * @param {T[]} items
 * @param {number} count
 * @returns {Generator<T[]>}
 */
function* choices(items, count) {
  if (count === 0) {
    yield [];
    return;
  }
  for (let last = count - 1; last < items.length; last += 1) {
    for (const others of choices(items.slice(0, last), count - 1)) yield [...others, items[last]];
  }
}

/**
 * Write with this many decimals and a true minus sign.
 * @param {number} value
 * @param {number} decimals
 */
export function fixed(value, decimals) {
  return (Math.round(value * 10 ** decimals) / 10 ** decimals + 0).toFixed(decimals).replace("-", "\u2212");
}

/**
 * The part of a kernel that fits on a sheet, around one of its cells.
 * @param {{row: number, col: number}} cell
 * @param {{rows: number, cols: number}} kernel
 * @param {number} most rows and columns
 * @returns {{row: number, col: number, rows: number, cols: number}}
 */
export function excerpt(cell, kernel, most) {
  const [rows, cols] = [Math.min(kernel.rows, most), Math.min(kernel.cols, most)];
  const from = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ all) =>
    Math.max(0, Math.min(all - size, at - (size >> 1)));
  return { row: from(cell.row, rows, kernel.rows), col: from(cell.col, cols, kernel.cols), rows, cols };
}
