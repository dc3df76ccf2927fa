/**
 * An equation in numbers, with so many digits that it holds as it is displayed: whoever computes with the digits that stand there
 * gets the result that stands there. Pure.
 *
 * @typedef {object} Equation
 * @property {string[]} terms  as they are written
 * @property {string} result
 * @property {"=" | "≈"} sign  ≈: not even all the digits of a float32 give the result's, since it was rounded on the way
 */

import { readNumber, significant } from "./format.js";

/** For reading. */
export const DIGITS = 4;
/** Nine tell any two float32 apart. */
export const MOST_DIGITS = 9;

/**
 * The terms get the fewest digits that do, all of them one more at a time; where none do, they stay as they are read best.
 * @param {number[]} terms
 * @param {(...terms: number[]) => number} compute the result
 * @param {number} result as it really is
 * @param {{digits?: number, from?: number | number[], most?: number}} [how] `digits` of the result; the terms have `from` to `most`
 * @returns {Equation}
 */
export function equation(terms, compute, result, { digits = DIGITS, from = digits, most = MOST_DIGITS } = {}) {
  const shown = significant(result, digits);
  const written = (/** @type {number} */ more) =>
    terms.map((term, place) => significant(term, Math.min(most, (Array.isArray(from) ? from[place] : from) + more)));
  for (let more = 0; more < most; more += 1) {
    const texts = written(more);
    if (agrees(compute(...texts.map(readNumber)), readNumber(shown), digits)) return { terms: texts, result: shown, sign: "=" };
  }
  return { terms: written(0), result: shown, sign: "≈" };
}

/**
 * Whether a number is rounded to what is shown.
 * @param {number} computed
 * @param {number} shown
 * @param {number} digits that are shown
 */
function agrees(computed, shown, digits) {
  if (!Number.isFinite(shown) || shown === 0) return Object.is(computed + 0, shown + 0);
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(shown))) - digits + 1);
  // Halves are rounded up or down, as float64 has them.
  return Math.abs(computed - shown) <= unit * (0.5 + 1e-6);
}

/**
 * How many digits of a number show a change of it: two of the change's.
 * @param {number} value before or after the change
 * @param {number} change
 */
export function digitsFor(value, change) {
  const digits = Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(Math.abs(change))) + 2;
  return Number.isFinite(digits) ? Math.min(Math.max(digits, DIGITS), MOST_DIGITS) : DIGITS;
}

/**
 * What two numbers differ by, that should be the same: with so many digits that their difference is seen in them.
 * @param {number} value
 * @param {number} other
 * @returns {{value: string, other: string, difference: string}}
 */
export function comparison(value, other) {
  const { terms, sign, result } = equation([value, other], (one, two) => one - two, value - other, { digits: 2, from: 6, most: 12 });
  return { value: terms[0], other: terms[1], difference: sign === "=" ? result : `≈ ${result}` };
}

/** As a factor or an argument: in brackets where it is negative. @param {string} text */
export function inner(text) {
  return readNumber(text) < 0 ? `(${text})` : text;
}

/** Behind another number, with its sign between them. @param {string} text */
export function signed(text) {
  return readNumber(text) < 0 ? `− ${text.slice(1)}` : `+ ${text}`;
}
