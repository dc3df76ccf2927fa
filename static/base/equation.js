/**
 * Equations in numbers, with enough digits to hold as displayed: computing with the printed terms gives the printed result. Pure.
 *
 * @typedef {object} Equation
 * @property {string[]} terms  as they are written
 * @property {string} result
 * @property {"=" | "≈"} sign  ≈: not even all digits of a float32 give the result, because it was rounded on the way
 */

import { readNumber, significant } from "./format.js";

/** Significant digits that read comfortably. */
export const DIGITS = 4;
/** Significant digits that distinguish any two float32. */
export const MOST_DIGITS = 9;

/**
 * Write an equation with the fewest digits of its terms that make it hold, adding one to all of them at a time; if none do, with the
 * fewest allowed.
 * @param {number[]} terms
 * @param {(...terms: number[]) => number} compute the result
 * @param {number} result the measured one
 * @param {{digits?: number, from?: number | number[], most?: number}} [how] significant digits: `digits` of the result, `from` to
 * `most` of the terms
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
 * Whether a number rounds to the one that is shown.
 * @param {number} computed
 * @param {number} shown
 * @param {number} digits significant ones shown
 */
function agrees(computed, shown, digits) {
  if (!Number.isFinite(shown) || shown === 0) return Object.is(computed + 0, shown + 0);
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(shown))) - digits + 1);
  // A half may round either way in float64.
  return Math.abs(computed - shown) <= unit * (0.5 + 1e-6);
}

/**
 * Count the significant digits of a number that show two digits of its change.
 * @param {number} value before or after the change
 * @param {number} change
 */
export function digitsFor(value, change) {
  const digits = Math.floor(Math.log10(Math.abs(value))) - Math.floor(Math.log10(Math.abs(change))) + 2;
  return Number.isFinite(digits) ? Math.min(Math.max(digits, DIGITS), MOST_DIGITS) : DIGITS;
}

/**
 * Compare two numbers that should agree, with enough digits to show their difference.
 * @param {number} value
 * @param {number} other
 * @returns {{value: string, other: string, difference: string}}
 */
export function comparison(value, other) {
  const { terms, sign, result } = equation([value, other], (one, two) => one - two, value - other, { digits: 2, from: 6, most: 12 });
  return { value: terms[0], other: terms[1], difference: sign === "=" ? result : `≈ ${result}` };
}

/** Write a factor or an argument: in brackets if it is negative. @param {string} text */
export function inner(text) {
  return readNumber(text) < 0 ? `(${text})` : text;
}

/** Write a further term of a sum, with its sign as the operator. @param {string} text */
export function signed(text) {
  return readNumber(text) < 0 ? `− ${text.slice(1)}` : `+ ${text}`;
}
